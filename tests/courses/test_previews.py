"""What an author sees before publishing: the page as readers will get it, and the questions with their key, for nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from courses.models import AssessmentPage, CoursePage, LessonPage, ModulePage
from courses.models.pages import PAPER_PREVIEW
from tests.courses import desk
from tests.factories import assessment_of, lessons_of, make_course, make_user, module_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def author() -> Client:
    return desk.signed_in(desk.author())


@pytest.fixture
def course() -> CoursePage:
    return make_course(lessons=1)


def preview(client: Client, url: str, form: dict[str, Any], mode: str = "") -> str:
    """Post a form to a preview address as the side panel does, and read what it shows."""
    kept = client.post(url, form)
    assert kept.json() == {"is_valid": True, "is_available": True}
    answer = client.get(url, {"mode": mode} if mode else {})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("page_class", [CoursePage, ModulePage, LessonPage, AssessmentPage])
def test_a_page_that_is_not_there_yet_can_be_looked_at(author: Client, course: CoursePage, page_class: type[Page]) -> None:
    parent = {CoursePage: desk.catalogue(), ModulePage: course}.get(page_class, module_of(course))  # type: ignore[arg-type]
    url = reverse("wagtailadmin_pages:preview_on_add", args=["courses", page_class._meta.model_name, parent.pk])
    assert "Un título sin publicar" in preview(author, url, desk.FORMS[page_class](title="Un título sin publicar"))  # type: ignore[index]


def test_a_page_that_is_there_shows_what_is_in_the_form(author: Client, course: CoursePage) -> None:
    for page in (course, module_of(course), lessons_of(course)[0], assessment_of(course)):
        url = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])
        form = desk.FORMS[type(page)](title="Otro título", slug=page.slug)
        assert "Otro título" in preview(author, url, form)


def test_a_lesson_shows_where_it_stands(author: Client, course: CoursePage) -> None:
    lesson = lessons_of(course)[0]
    html = preview(author, reverse("wagtailadmin_pages:preview_on_edit", args=[lesson.pk]), desk.lesson_form(slug=lesson.slug))
    assert assessment_of(course).title in html


def test_the_paper_is_shown_with_its_key_to_those_who_write_it(author: Client, course: CoursePage) -> None:
    page = assessment_of(course)
    asked = desk.questions(desk.question("¿<i>Cuántas</i>?", desk.option("Cinco", correct=True, feedback="Bien."), desk.option("Cuatro")))
    form = desk.assessment_form(slug=page.slug, questions=asked)
    url = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])
    paper = preview(author, url, form, PAPER_PREVIEW)
    assert "¿&lt;i&gt;Cuántas&lt;/i&gt;?" in paper
    assert "<strong>Cinco</strong>" in paper
    assert "<strong>Cuatro</strong>" not in paper
    assert "Bien." in paper
    public = preview(author, url, form)
    assert "Cinco" not in public


def test_the_paper_is_for_nobody_else(client: Client, course: CoursePage) -> None:
    page = assessment_of(course)
    addresses = [
        f"/admin/pages/{page.pk}/view_draft/?mode={PAPER_PREVIEW}",
        f"/admin/pages/{page.pk}/edit/preview/?mode={PAPER_PREVIEW}",
        f"{page.get_url()}?mode={PAPER_PREVIEW}",
    ]
    for person in (None, make_user()):
        if person:
            client.force_login(person)
        for address in addresses:
            assert "Option 0.0" not in client.get(address, follow=True).content.decode(), address


@pytest.mark.parametrize("name", ["question", "check", "evidence"])
def test_blocks_can_be_looked_at_before_they_are_chosen(author: Client, name: str) -> None:
    model, field = (AssessmentPage, "questions") if name == "question" else (LessonPage, "body")
    block = model._meta.get_field(field).stream_block.child_blocks[name]
    assert block.get_description()
    assert block.meta.icon != "placeholder"
    answer = author.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})
    assert answer.status_code == 200
    expected = {"question": "About 5.1 million", "check": "4.3 million part", "evidence": "Skills that do not count"}[name]
    assert expected in answer.content.decode()
