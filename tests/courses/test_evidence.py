"""A lesson cites a work of the library: in its own language, while readers may open it, and never otherwise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, PageViewRestriction, ReferenceIndex

from core.models import SearchEntry
from courses.demo import evidence_for
from courses.models import CoursePage, LessonPage
from knowledge.models import LibraryPage, PublicationPage
from tests.courses import desk
from tests.factories import lessons_of, make_course

pytestmark = pytest.mark.django_db
SENTENCE = "Cuánto cuesta enviar dinero."


def make_work(language: str = "es", *, source: PublicationPage | None = None, title: str = "Enviar dinero") -> PublicationPage:
    library = LibraryPage.objects.get(locale__language_code=language)
    key = {"translation_key": source.translation_key} if source else {}
    work = PublicationPage(title=title, slug="enviar-dinero", abstract="Qué dice.", locale=library.locale, **key)
    library.add_child(instance=work)
    work.save_revision().publish()
    return PublicationPage.objects.get(pk=work.pk)


@pytest.fixture
def course() -> CoursePage:
    return make_course(lessons=1)


@pytest.fixture
def lesson(course: CoursePage) -> LessonPage:
    return lessons_of(course)[0]


def cite(lesson: LessonPage, work: PublicationPage, text: str = SENTENCE) -> None:
    lesson.body = json.dumps([{"type": "evidence", "value": {"work": work.pk, "text": text}}])
    lesson.save_revision().publish()


def test_a_lesson_shows_what_it_cites(client: Client, lesson: LessonPage) -> None:
    work = make_work()
    cite(lesson, work)
    html = client.get(lesson.get_url()).content.decode()
    assert f'<a href="{work.get_url()}">Enviar dinero</a>' in html
    assert SENTENCE in html
    assert str(work.get_kind_display()) in html
    assert f'datetime="{work.published_on:%Y-%m-%d}"' in html


def test_the_edition_in_the_language_of_the_lesson_is_shown(client: Client, lesson: LessonPage) -> None:
    english = make_work("en", title="Sending money")
    spanish = make_work("es", source=english)
    cite(lesson, english)
    html = client.get(lesson.get_url()).content.decode()
    assert spanish.get_url() in html
    assert "Sending money" not in html


def test_without_an_edition_in_its_language_the_chosen_one_says_its_own(client: Client, lesson: LessonPage) -> None:
    cite(lesson, make_work("en", title="Sending money"))
    html = client.get(lesson.get_url()).content.decode()
    assert 'lang="en"' in html.partition("Sending money")[0][-200:]


@pytest.mark.parametrize("how", ["unpublished", "restricted", "deleted"])
def test_what_readers_may_not_open_is_not_shown_and_the_author_is_told(
    client: Client, lesson: LessonPage, how: str, django_capture_on_commit_callbacks: Any
) -> None:
    work = make_work()
    cite(lesson, work)
    assert SENTENCE in client.get(lesson.get_url()).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        if how == "unpublished":
            work.unpublish()
        elif how == "restricted":
            PageViewRestriction.objects.create(page=work, restriction_type=PageViewRestriction.LOGIN)
        else:
            work.delete()
    html = client.get(lesson.get_url()).content.decode()
    assert SENTENCE not in html
    assert "Enviar dinero" not in html
    if how != "deleted":
        form = desk.signed_in(desk.author()).get(reverse("wagtailadmin_pages:edit", args=[lesson.pk])).content.decode()
        assert "Not shown to readers, because the work is not published or not open: Enviar dinero." in form


def test_a_new_title_is_on_the_lesson_at_once(client: Client, lesson: LessonPage, django_capture_on_commit_callbacks: Any) -> None:
    work = make_work()
    cite(lesson, work)
    assert "Enviar dinero" in client.get(lesson.get_url()).content.decode()
    work.title = "<b>Remesas</b>"
    with django_capture_on_commit_callbacks(execute=True):
        work.save_revision().publish()
    html = client.get(lesson.get_url()).content.decode()
    assert "&lt;b&gt;Remesas&lt;/b&gt;" in html
    assert "Enviar dinero" not in html


def test_the_library_finds_its_lessons_and_search_the_sentence(lesson: LessonPage) -> None:
    work = make_work()
    cite(lesson, work)
    ReferenceIndex.create_or_update_for_object(lesson)
    assert str(lesson.pk) in ReferenceIndex.get_references_to(work).values_list("object_id", flat=True)
    assert SENTENCE in SearchEntry.objects.get(page_id=lesson.pk).text


def test_an_author_chooses_a_work_and_a_long_sentence_is_refused(course: CoursePage) -> None:
    from wagtail.test.utils.form_data import streamfield

    from tests.factories import module_of

    author, work = desk.signed_in(desk.author()), make_work()
    body = streamfield([("evidence", {"work": str(work.pk), "text": SENTENCE})])
    lesson = desk.made(author, LessonPage, module_of(course), body=body)
    assert lesson.body[0].value["work"] == work
    for wrong in ({"work": str(work.pk), "text": "x" * 201}, {"work": "", "text": SENTENCE}, {"work": str(course.pk), "text": SENTENCE}):
        answer = desk.edit(author, lesson, body=streamfield([("evidence", wrong)]))
        assert answer.status_code == 200, wrong
        assert "body" in answer.context["form"].errors


def test_the_demo_cites_what_is_there_and_tolerates_what_is_not() -> None:
    work, locale = make_work(), Locale.objects.get(language_code="es")
    blocks = [
        {"type": "evidence", "id": "1", "value": {"work": "enviar-dinero", "text": SENTENCE}},
        {"type": "evidence", "id": "2", "value": {"work": "no-such-work", "text": SENTENCE}},
        {"type": "heading", "id": "3", "value": "Un dato"},
    ]
    resolved = evidence_for(blocks, locale)
    assert [block["id"] for block in resolved] == ["1", "3"]
    assert resolved[0]["value"] == {"work": work.pk, "text": SENTENCE}
