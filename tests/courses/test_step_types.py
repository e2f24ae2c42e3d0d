"""Each page class below a module is a type of step, with every form; a page class that nobody entered is found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from wagtail.models import Page, get_page_models

from core.page_context import BUILDERS
from courses.models import AssessmentPage, LessonPage, ModulePage, Outline, StepPage
from courses.models.pages import step_pages
from courses.outline import OutlineDocument, OutlineModule, OutlineStep, from_json, to_json
from courses.step_types import ASSESSMENT, STEP_TYPES, StepType, type_of_page
from foundation.registry import Entry
from tests.factories import make_course
from tests.registries import entered

pytestmark = pytest.mark.django_db

FORMS = [field.name for field in fields(StepType) if field.name not in {field.name for field in fields(Entry)}]
MADE_UP = StepType(name="survey", page="courses.SurveyPage", label="survey", is_self_reported=False, is_graded=False)


def below_a_module(classes: Iterable[Any]) -> list[str]:
    """Return the labels of the page classes that are steps, or may stand where steps stand."""
    return [
        page._meta.label
        for page in classes
        if (isinstance(page, type) and issubclass(page, StepPage))
        or "courses.ModulePage" in (getattr(page, "parent_page_types", None) or ())
    ]


def not_entered(classes: Iterable[Any]) -> list[str]:
    """Return those of them that are no type of step."""
    known = {kind.page for kind in STEP_TYPES}
    return [label for label in below_a_module(classes) if label not in known]


def walk(kind: StepType) -> None:
    """Ask for each form of a type of step."""
    page: type[StepPage] = apps.get_model(kind.page)
    assert str(kind.label).strip(), "label: says nothing"
    assert str(page._meta.verbose_name) == str(kind.label), "label: the page is called otherwise"
    assert page in ModulePage.allowed_subpage_models(), "page: it may not stand in a module"
    assert kind.page in BUILDERS, "page: nothing says what it shows"
    assert page().kind is kind
    assert (page().rule is not None) is kind.is_graded, "is_graded: the page says otherwise"
    # Papers are made of the questions of an assessment: another graded type is a kind of it, and is found among its rows.
    assert issubclass(page, AssessmentPage) is kind.is_graded, "is_graded: nobody could start it"
    assert not (kind.is_graded and kind.is_self_reported), "is_self_reported: a browser would grade it"


def test_each_page_class_below_a_module_is_a_type_of_step() -> None:
    assert set(below_a_module(get_page_models())) == {"courses.LessonPage", "courses.AssessmentPage"}
    assert not_entered(get_page_models()) == []
    assert ModulePage.subpage_types == [kind.page for kind in STEP_TYPES]
    assert step_pages() == [LessonPage, AssessmentPage]


def test_a_made_up_page_class_is_found_until_it_is_entered() -> None:
    made_up = SimpleNamespace(_meta=SimpleNamespace(label=MADE_UP.page), parent_page_types=["courses.ModulePage"])
    classes = [*get_page_models(), made_up]
    assert not_entered(classes) == ["courses.SurveyPage"]
    with pytest.raises(LookupError, match="SurveyPage"):
        type_of_page(MADE_UP.page)
    with entered(STEP_TYPES, MADE_UP):
        assert not_entered(classes) == []
        assert type_of_page(MADE_UP.page) is MADE_UP


@pytest.mark.parametrize("kind", list(STEP_TYPES), ids=lambda kind: kind.name)
def test_each_type_has_every_form(kind: StepType) -> None:
    walk(kind)


def test_a_type_without_a_page_class_fails() -> None:
    with entered(STEP_TYPES, MADE_UP) as kind, pytest.raises(LookupError):
        walk(kind)


@pytest.mark.parametrize("form", FORMS)
def test_a_type_without_a_form_cannot_even_be_written(form: str) -> None:
    given = {name: getattr(MADE_UP, name) for name in FORMS if name != form}
    with pytest.raises(TypeError, match=form):
        StepType(name="survey", **given)


@pytest.mark.parametrize(
    ("wrong", "form"), [({"label": ""}, "label"), ({"is_graded": False}, "is_graded"), ({"is_self_reported": True}, "is_self_reported")]
)
def test_the_walk_stops_at_a_form_that_is_wrong(wrong: dict[str, Any], form: str) -> None:
    wrong_kind = replace(ASSESSMENT, **wrong)
    STEP_TYPES.remove(ASSESSMENT.name)
    try:
        with entered(STEP_TYPES, wrong_kind), pytest.raises(AssertionError, match=form):
            walk(wrong_kind)
    finally:
        STEP_TYPES.register(ASSESSMENT)


def test_a_step_of_an_entered_type_goes_through_an_outline() -> None:
    step = OutlineStep(UUID(int=1), 0, MADE_UP, True, 5, {"es": "Encuesta"})
    document = OutlineDocument({"es": "Curso"}, (OutlineModule(UUID(int=2), {"es": "Módulo"}, (step,)),))
    with entered(STEP_TYPES, MADE_UP):
        assert from_json(to_json(document)) == document


def test_a_page_that_meets_an_outline_of_a_newer_schema_says_it_in_words(client: Any) -> None:
    course = make_course(lessons=1, assessments=0)
    newest = Outline.objects.get()
    Outline.objects.create(course_key=course.key, version=2, content={**newest.content, "schema": 2})
    for page in (course, Page.objects.get(translation_key=newest.document.steps[0].key)):
        answer = client.get(page.get_url())
        assert answer.status_code == 503
        assert "otra versión del sitio" in answer.content.decode()
