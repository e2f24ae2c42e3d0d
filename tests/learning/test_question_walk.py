"""Each type of question has all its forms: a walk through the table, and through a made-up type that lacks one form after the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.template import engines
from django.test import Client
from wagtail import blocks

from courses.models import AssessmentPage, CoursePage
from courses.question_types import (
    QUESTION_TYPES,
    Answer,
    AnswerMalformed,
    FrozenQuestion,
    Key,
    QuestionType,
    ShownQuestion,
    Templates,
    Words,
    type_of,
)
from courses.services.publish_structure import publish_structure
from foundation.registry import Entry
from learning.models import Attempt
from tests.factories import enrol_in, make_course, module_of
from tests.learning import question_walk
from tests.learning.question_walk import walk
from tests.learning.sending import send_paper
from tests.registries import entered

pytestmark = pytest.mark.django_db

# A made-up type: a statement that is true or false.
PAPER = (
    '<fieldset data-question="{{ question.id }}" data-answer="{{ question.type.read_as }}"><legend>{{ question.text }}</legend>'
    '<input type="radio" name="q-{{ question.id }}" value="yes"{% if "yes" in question.given %} checked{% endif %}>'
    '<input type="radio" name="q-{{ question.id }}" value="no"{% if "no" in question.given %} checked{% endif %}></fieldset>'
)
TEMPLATES = {
    "paper": PAPER,
    "result": "<p>{{ question.given|join:' ' }} ({{ question.explanation }})</p>",
    "preview": "<p>{{ value.text }} {{ value.is_true }}</p>",
    "check": "<p>{{ value.text }}</p><details>{{ value.is_true }}</details>",
}


class StatementBlock(blocks.StructBlock):
    """A statement; with another template it is a check."""

    text = blocks.CharBlock()
    is_true = blocks.BooleanBlock(required=False)
    explanation = blocks.CharBlock(required=False)

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        return {**super().get_context(value, parent_context), "type": type_of(self.name, value)}

    class Meta:
        template = "blocks/question.html"
        preview_value = {"text": "Remittances are wages.", "is_true": True, "explanation": "They are sent from wages."}


def _clean(key: Key, given: Answer) -> list[str]:
    if not set(given) <= {"yes", "no"} or len(given) > 1:
        raise AnswerMalformed
    return list(given)


def _shown(question: FrozenQuestion, words: Words, answer: Answer, shows_key: bool) -> ShownQuestion:
    explanation = words["explanation"] if shows_key else ""
    return ShownQuestion(id=question.id, type=question.type, text=words["text"], given=answer, explanation=explanation)


def _freeze(value: Any, draw: Random) -> dict[str, Any]:
    return {"is_true": value["is_true"]}


STATEMENT = QuestionType(
    name="statement",
    block="statement",
    check_block="statement",
    marks={},
    hint="True or false?",
    check_hint="True or false?",
    fault_in=lambda value: "",
    freeze=_freeze,
    words=lambda value: {"text": value["text"], "explanation": value["explanation"]},
    fits=lambda key, words: True,
    clean=_clean,
    is_right=lambda key, answer: list(answer) == ["yes" if key["is_true"] else "no"],
    shown=_shown,
    templates=Templates(**{name: f"made_up/{name}.html" for name in TEMPLATES}),
    read_as="chosen",
)


@pytest.fixture
def statement(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[QuestionType]:
    """The made-up type, entered with its blocks and its templates."""
    for form, template in (("block", "blocks/question.html"), ("check_block", "blocks/check.html")):
        block = StatementBlock(template=template)
        block.set_name("statement")
        monkeypatch.setitem(question_walk.BLOCKS[form], "statement", block)
    (tmp_path / "made_up").mkdir()
    for name, text in TEMPLATES.items():
        (tmp_path / "made_up" / f"{name}.html").write_text(text, encoding="utf-8")
    engine = engines["django"].engine  # type: ignore[attr-defined]
    monkeypatch.setattr(engine, "dirs", [*engine.dirs, tmp_path])
    _forget_templates(engine)
    with entered(QUESTION_TYPES, STATEMENT):
        yield STATEMENT
    _forget_templates(engine)


def _forget_templates(engine: Any) -> None:
    for loader in engine.template_loaders:
        loader.reset()


@pytest.mark.parametrize("kind", list(QUESTION_TYPES), ids=lambda kind: kind.name)
def test_each_type_has_every_form(kind: QuestionType) -> None:
    walk(kind)


def test_a_made_up_type_with_every_form_is_taken(statement: QuestionType) -> None:
    walk(statement)


OF_EVERY_ENTRY = {field.name for field in fields(Entry)}
FORMS = [field.name for field in fields(QuestionType) if field.name not in OF_EVERY_ENTRY]


@pytest.mark.parametrize("form", FORMS)
def test_a_type_without_a_form_cannot_even_be_written(form: str) -> None:
    given = {name: getattr(STATEMENT, name) for name in FORMS if name != form}
    with pytest.raises(TypeError, match=form):
        QuestionType(name="statement", **given)


@pytest.mark.parametrize("form", [field.name for field in fields(Templates)])
def test_a_type_without_one_of_its_templates_cannot_even_be_written(form: str) -> None:
    with pytest.raises(TypeError, match=form):
        Templates(**{name: f"made_up/{name}.html" for name in TEMPLATES if name != form})


HOLLOW: dict[str, Any] = {
    "block": "nowhere",
    "check_block": "nowhere",
    # Entered beside the types of today, in their blocks: nothing tells it from a single choice.
    "marks": {"multiple": False},
    "hint": " ",
    "check_hint": "",
    "fault_in": lambda value: "never good",
    "freeze": lambda value, draw: {},
    "words": lambda value: {"text": value["text"]},
    "fits": lambda key, words: False,
    "clean": lambda key, given: list(given),
    "is_right": lambda key, answer: True,
    "shown": lambda question, words, answer, shows_key: _shown(question, words, answer, True),
    "read_as": "telepathy",
}


def test_each_form_is_tried_without_content() -> None:
    assert set(HOLLOW) | {"templates"} == set(FORMS)


@pytest.mark.parametrize("form", HOLLOW)
def test_the_walk_stops_at_a_form_that_is_there_and_does_nothing(statement: QuestionType, form: str) -> None:
    shared = {"block": "question", "check_block": "check"} if form == "marks" else {}
    hollow = replace(statement, **{**shared, form: HOLLOW[form]})
    QUESTION_TYPES.remove("statement")
    with entered(QUESTION_TYPES, hollow), pytest.raises(AssertionError, match=form):
        walk(hollow)


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_walk_stops_at_a_template_that_is_not_there(statement: QuestionType, tmp_path: Path, template: str) -> None:
    (tmp_path / "made_up" / f"{template}.html").unlink()
    _forget_templates(engines["django"].engine)  # type: ignore[attr-defined]
    with pytest.raises(AssertionError, match=f"{template}: there is no such template"):
        walk(statement)


def test_the_walk_stops_at_a_paper_that_tells_the_key(statement: QuestionType) -> None:
    def telling(question: FrozenQuestion, words: Words, answer: Answer, shows_key: bool) -> ShownQuestion:
        shown = _shown(question, words, answer, shows_key)
        return replace(shown, text=f"{shown.text} right") if answer == ["yes"] and question.key["is_true"] else shown

    QUESTION_TYPES.remove("statement")
    with entered(QUESTION_TYPES, replace(statement, shown=telling)) as kind, pytest.raises(AssertionError, match="shown"):
        walk(kind)


# The same through the pages, without a script


@pytest.fixture
def take(client: Client) -> Callable[[QuestionType], tuple[Client, CoursePage, AssessmentPage]]:
    """A course whose assessment asks one question of a type, and someone who takes it."""

    def begin(kind: QuestionType) -> tuple[Client, CoursePage, AssessmentPage]:
        course = make_course(lessons=1, assessments=0, publish=False)
        _block, stored = question_walk.example(kind)
        data = json.dumps([{"type": kind.block, "id": question_walk.KEY, "value": stored}])
        page = AssessmentPage(title="One question", slug="one-question", locale=course.locale, questions=data)
        module_of(course).add_child(instance=page)
        page.save_revision().publish()
        publish_structure(course=course)
        client.force_login(enrol_in(course).learner)
        return client, course, page

    return begin


def _goes_through_the_pages(kind: QuestionType, browser: Client, course: CoursePage, page: AssessmentPage) -> None:
    step = f"/en/learning/{course.key}/steps/{page.key}/"
    for number in (1, 2):
        paper = browser.post(step, {"action": "start"}, follow=True)
        assert kind.templates.paper in {template.name for template in paper.templates}
        html = paper.content.decode()
        question = question_walk.from_json(Attempt.objects.get(number=number).paper).questions[0]
        answer = next(answer for answer in question_walk.possible_answers(html) if kind.is_right(question.key, answer) is (number == 2))
        sent = {"asked": f"q-{question_walk.KEY}", f"q-{question_walk.KEY}": answer, f"was-{question_walk.KEY}": ""}
        assert 'id="question-1"' in html, "what the page before sending links to"
        result = send_paper(browser, paper.request["PATH_INFO"], sent)
        assert kind.templates.result in {template.name for template in result.templates}
        assert ("100%" if number == 2 else "0%") in result.content.decode()
        assert Attempt.objects.get(number=number).passed is (number == 2)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(QUESTION_TYPES), ids=lambda kind: kind.name)
def test_each_type_is_answered_and_graded_without_a_script(kind: QuestionType, take: Any) -> None:
    _goes_through_the_pages(kind, *take(kind))


@pytest.mark.django_db
def test_so_is_a_made_up_type(statement: QuestionType, take: Any) -> None:
    _goes_through_the_pages(statement, *take(statement))
