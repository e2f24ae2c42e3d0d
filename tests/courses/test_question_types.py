"""Types of question: which type an editor's value is of, what an editor must mend, and that what is stored stays valid."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from courses.blocks import LESSON_BLOCKS, QUESTION_BLOCKS
from courses.models import AssessmentPage, LessonPage
from courses.question_types import MULTIPLE, QUESTION_TYPES, SINGLE, type_of


def stored(*right: bool, **fields: Any) -> dict[str, Any]:
    """A question as editors have stored it since the first release; `right` says which options are."""
    options = [{"type": "item", "id": str(i), "value": {"text": f"O{i}", "correct": is_right}} for i, is_right in enumerate(right)]
    return {"text": "¿Cuántas?", "question": "¿Cuántas?", "explanation": "", "options": options, **fields}


def read(model: type[AssessmentPage | LessonPage], field: str, block: str, value: dict[str, Any]) -> Any:
    """Read stored data as a page does."""
    page = model(**{field: json.dumps([{"type": block, "id": "1", "value": value}])})
    return getattr(page, field)[0].value


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "kind"),
    [({"multiple": False}, SINGLE), ({"multiple": True}, MULTIPLE), ({}, SINGLE), ({"multiple": None}, SINGLE)],
    ids=["false", "true", "never said", "null"],
)
@pytest.mark.parametrize(("model", "field", "block"), [(AssessmentPage, "questions", "question"), (LessonPage, "body", "check")])
def test_what_editors_have_stored_keeps_its_type(model: Any, field: str, block: str, fields: dict[str, Any], kind: object) -> None:
    value = read(model, field, block, stored(True, False, **fields))
    assert type_of(block, value) is kind


@pytest.mark.parametrize("block", ["heading", "", "questions"])
def test_a_block_that_is_no_question_has_no_type(block: str) -> None:
    with pytest.raises(LookupError):
        type_of(block, {"multiple": False})


@pytest.mark.parametrize(
    ("right", "multiple", "fault"),
    [
        ((True, False), False, ""),
        ((True, True), False, "exactly one"),
        ((False, False), False, "at least one"),
        ((True, True), True, ""),
        ((False, True), True, ""),
        ((False, False), True, "at least one"),
    ],
)
@pytest.mark.parametrize(("blocks", "name"), [(QUESTION_BLOCKS, "question"), (LESSON_BLOCKS, "check")])
def test_an_editor_is_told_what_to_mend(blocks: Any, name: str, right: tuple[bool, ...], multiple: bool, fault: str) -> None:
    block = dict(blocks)[name]
    value = block.to_python(stored(*right, multiple=multiple))
    if not fault:
        assert block.clean(value)["multiple"] is multiple
        return
    with override("en"), pytest.raises(ValidationError) as refused:
        block.clean(value)
    assert fault in str(refused.value.block_errors["options"])


def test_each_block_belongs_to_a_type() -> None:
    assert {name for name, _block in QUESTION_BLOCKS} == {kind.block for kind in QUESTION_TYPES}
    assert {kind.check_block for kind in QUESTION_TYPES} <= {name for name, _block in LESSON_BLOCKS}
