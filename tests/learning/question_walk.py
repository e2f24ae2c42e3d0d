"""One walk through a type of question: from what an editor sees first to the graded answer. It stops at the form that is missing."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from typing import Any

from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from wagtail.blocks import Block
from wagtail.models import Locale

from courses.models import AssessmentPage, LessonPage
from courses.outline import AssessmentRule
from courses.question_types import AnswerMalformed, FrozenQuestion, QuestionType, type_of
from learning.frozen_paper import from_json, to_json
from learning.papers import freeze

SCRIPT = Path(__file__).resolve().parents[2] / "static" / "js" / "attempt.js"
KEY = "7b0a3f1e-0000-4000-8000-000000000001"
BLOCKS = {
    "block": AssessmentPage._meta.get_field("questions").stream_block.child_blocks,  # type: ignore[union-attr]
    "check_block": LessonPage._meta.get_field("body").stream_block.child_blocks,  # type: ignore[union-attr]
}


def walk(kind: QuestionType) -> None:
    """Ask for each form of a type. The message of the AssertionError begins with the name of the form that is missing."""
    for hint in ("hint", "check_hint"):
        assert str(getattr(kind, hint)).strip(), f"{hint}: says nothing"
    value = _example(kind, "block")
    assert kind.fault_in(value) == "", "fault_in: refuses the preview of its own block"
    question = _frozen(kind, value)
    words = question.texts["es"]
    _answers_are_graded(kind, question, words["text"])
    _result_tells_the_key(kind, question)
    _editors_see_it(kind, "block", "preview", value, words["text"])
    check = _example(kind, "check_block")
    _editors_see_it(kind, "check_block", "check", check, words["text"])


def example(kind: QuestionType, form: str = "block") -> tuple[Block, Any]:
    """Return the block of a type, and its preview, stored as an editor's choice of this type would be."""
    block = BLOCKS[form].get(getattr(kind, form))
    assert block is not None, f"{form}: no block has this name"
    return block, {**block.get_prep_value(block.get_preview_value()), **kind.marks}


def _example(kind: QuestionType, form: str) -> Any:
    block, stored = example(kind, form)
    value = block.clean(block.to_python(stored))
    try:
        assert type_of(getattr(kind, form), value) is kind, "marks: its values are taken for another type's"
    except LookupError as error:
        raise AssertionError("marks: its values belong to no type") from error
    return value


def _frozen(kind: QuestionType, value: Any) -> FrozenQuestion:
    """Freeze it as an assessment does, store it, and read it again."""
    block, _stored = example(kind)
    asked = [{"type": kind.block, "id": KEY, "value": block.get_prep_value(value)}]
    page = AssessmentPage(questions=json.dumps(asked), locale=Locale(language_code="es"))
    assert {"text", "explanation"} <= set(kind.words(value)), "words: no text, or no explanation"
    frozen = freeze([page], AssessmentRule(), "es", 7)
    assert frozen.questions[0].key, "freeze: no key"
    assert "es" in frozen.questions[0].texts, "fits: its own words do not belong to it"
    (question,) = from_json(json.loads(json.dumps(to_json(frozen)))).questions
    assert question == frozen.questions[0], "freeze: what was stored does not come back"
    assert question.type is kind
    return question


def _answers_are_graded(kind: QuestionType, question: FrozenQuestion, text: str) -> None:
    words = question.texts["es"]
    empty = _drawn(kind, "paper", question=kind.shown(question, words, [], False), number=1)
    assert text in empty, "paper: the question is not on it"
    assert re.search(rf'data-question="{KEY}" data-answer="{kind.read_as}"', empty), "paper: a script cannot read it"
    assert re.search(rf"^  {kind.read_as}: ", SCRIPT.read_text(encoding="utf-8"), re.MULTILINE), "read_as: no script reads so"
    verdicts = set()
    for answer in possible_answers(empty):
        kept = kind.clean(question.key, answer)
        assert kind.clean(question.key, kept) == kept
        verdicts.add(kind.is_right(question.key, kept))
        shown = _drawn(kind, "paper", question=kind.shown(question, words, kept, False), number=1)
        assert Fields(shown).chosen == kept, "shown: the answer that was kept is not on the paper"
        assert shown.replace(" checked", "") == empty, "shown: the open paper depends on more than the answer"
    assert verdicts == {True, False}, "is_right: every answer is the same to it"
    assert _refuses(kind, question, ["what the paper does not offer"]), "clean: takes what the paper does not offer"


def _refuses(kind: QuestionType, question: FrozenQuestion, answer: list[str]) -> bool:
    try:
        kind.clean(question.key, answer)
    except AnswerMalformed:
        return True
    return False


def _result_tells_the_key(kind: QuestionType, question: FrozenQuestion) -> None:
    words = {**question.texts["es"], "explanation": "EXPLAINED"}
    without, told = (kind.shown(question, words, [], shows_key) for shows_key in (False, True))
    assert (without.explanation, told.explanation) == ("", "EXPLAINED"), "shown: the explanation comes too early, or never"
    drawn = [_drawn(kind, "result", question=shown, number=1) for shown in (without, told)]
    assert drawn[0].strip(), "result: says nothing"
    assert drawn[0] != drawn[1], "result: does not tell the key when it may"


def _editors_see_it(kind: QuestionType, form: str, template: str, value: Any, text: str) -> None:
    block, _stored = example(kind, form)
    drawn = _drawn(kind, template, value=value, type=kind, number=None)
    assert str(next(iter(value.values()))) in drawn or text in drawn, f"{template}: the question is not in it"
    assert drawn.strip() in block.render(value), f"{template}: the block draws something else"


def _drawn(kind: QuestionType, template: str, **context: Any) -> str:
    try:
        return render_to_string(getattr(kind.templates, template), context)
    except TemplateDoesNotExist as error:
        raise AssertionError(f"{template}: there is no such template") from error


class Fields(HTMLParser):
    """What a browser without scripts can send from a question: its radio buttons and checkboxes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.offered: list[str] = []
        self.chosen: list[str] = []
        self.kinds: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Read one field."""
        found = dict(attributes)
        if tag == "input" and found.get("name") == f"q-{KEY}":
            self.kinds.add(found["type"] or "")
            self.offered.append(found["value"] or "")
            self.chosen += [found["value"] or ""] if "checked" in found else []


def possible_answers(html: str) -> list[list[str]]:
    """Return every answer that the fields of a question allow, no answer among them."""
    fields = Fields(html)
    assert len(fields.kinds) == 1, "paper: there is nothing to answer with"
    most = 1 if fields.kinds == {"radio"} else len(fields.offered)
    return [list(chosen) for n in range(most + 1) for chosen in combinations(fields.offered, n)]
