"""What stands around a work: lessons that rest on it, works that belong near, its parts and its own address for each."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import PageViewRestriction, ReferenceIndex

from core.models import StandardPage
from core.site import ensure_site
from courses.models import LessonPage
from knowledge.models import LibraryPage, PublicationPage
from knowledge.presentation import lessons_that_use, parts_of, related
from tests.factories import lessons_of, make_course, translate_course
from tests.knowledge.bodies import body, chart, footnotes, stored, table, text
from tests.knowledge.conftest import OnCommit
from tests.knowledge.corpus import draft, library_in, publish, series_in, translate

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(db: None) -> LibraryPage:
    return library_in("es")


@pytest.fixture
def lesson(library: LibraryPage) -> LessonPage:
    return lessons_of(make_course(lessons=2))[0]


def cite(lesson: LessonPage, work: PublicationPage, **fields: Any) -> LessonPage:
    """Let a lesson rest on a work, published."""
    lesson.body = json.dumps([{"type": "evidence", "value": {"work": work.pk, "text": "Cuánto cuesta."}}])
    for name, value in fields.items():
        setattr(lesson, name, value)
    lesson.save_revision().publish()
    ReferenceIndex.create_or_update_for_object(lesson)
    return lesson


def lessons(work: PublicationPage) -> list[str]:
    return [card.title for card in lessons_that_use(PublicationPage.objects.get(pk=work.pk))]


def test_a_work_leads_to_the_live_lessons_that_rest_on_it(client: Client, lesson: LessonPage, library: LibraryPage) -> None:
    work, other = publish(library), publish(library)
    cite(lesson, work, title="Enviar dinero")
    assert lessons(work) == ["Enviar dinero"]
    assert lessons(other) == []
    assert f'<a href="{lesson.get_url()}">Enviar dinero</a>' in client.get(work.get_url() or "").content.decode()


def test_what_is_only_in_a_draft_withdrawn_or_restricted_is_not_named(lesson: LessonPage, library: LibraryPage) -> None:
    work = publish(library)
    lesson.body = json.dumps([{"type": "evidence", "value": {"work": work.pk, "text": "x"}}])
    lesson.save_revision()
    assert lessons(work) == []
    cite(lesson, work)
    assert len(lessons(work)) == 1
    restriction = PageViewRestriction.objects.create(page=lesson, restriction_type=PageViewRestriction.LOGIN)
    assert lessons(work) == []
    restriction.delete()
    lesson.unpublish()
    assert lessons(work) == []


def test_a_lesson_is_found_through_any_language_of_the_work_and_named_in_its_own(lesson: LessonPage, library: LibraryPage) -> None:
    work = publish(library)
    english = translate(work, "en")
    cite(lesson, english, title="Enviar dinero")
    assert lessons(work) == ["Enviar dinero"]
    assert lessons(english) == []
    translate_course(lesson.get_parent().get_parent().specific, "en")
    there = LessonPage.objects.get(translation_key=lesson.translation_key, locale__language_code="en")
    ReferenceIndex.create_or_update_for_object(there)
    assert lessons(english) == ["Enviar dinero (en)"]


def test_only_lessons_are_lessons(lesson: LessonPage, library: LibraryPage) -> None:
    """Pages of other kinds may link to a work, and so may what is no page: its number is then that of some page by accident."""
    work = publish(library)
    about = StandardPage(title="Acerca de", slug="acerca", locale=library.locale, lead="x")
    about.body = json.dumps([{"type": "rich_text", "value": f'<p><a linktype="page" id="{work.pk}">Obra</a></p>'}])
    ensure_site().add_child(instance=about)
    about.save_revision().publish()
    publish(library, body=stored(text(f'<p><a linktype="page" id="{work.pk}">Obra</a></p>')))
    Redirect.objects.create(pk=lesson.pk, old_path="/antes", redirect_page=work)
    for page in (about, Redirect.objects.get()):
        ReferenceIndex.create_or_update_for_object(page)
    assert ReferenceIndex.get_references_to(work).count() >= 3
    assert lessons(work) == []


def test_at_most_six_lessons_are_named(library: LibraryPage) -> None:
    work = publish(library)
    for lesson in lessons_of(make_course(lessons=8)):
        cite(lesson, work)
    assert len(lessons(work)) == 6


def titles(page: PublicationPage) -> list[str]:
    return [card.title for card in related(PublicationPage.objects.get(pk=page.pk))]


def test_near_are_the_neighbours_in_the_series_also_in_a_long_one(library: LibraryPage) -> None:
    series = series_in(library)
    pages = {n: publish(library, title=f"Nº {n}", series=series, series_number=n, topic="health") for n in range(1, 11)}
    publish(library, title="Del tema", topic="health")
    assert titles(pages[8]) == ["Nº 7", "Nº 9", "Nº 6"]
    assert titles(pages[1]) == ["Nº 2", "Nº 3", "Nº 4"]


def test_then_those_of_the_topic_the_newest_first_and_none_twice(library: LibraryPage) -> None:
    series = series_in(library)
    page = publish(library, topic="health", series=series, series_number=1)
    second = publish(library, title="Segunda", topic="health", series=series, series_number=2, published_on="2001-01-01")
    publish(library, title="Antigua", topic="health", published_on="2002-01-01")
    publish(library, title="También", topic="skills", more_topics=["health"], published_on="2003-01-01")
    publish(library, title="De otra cosa", topic="skills")
    draft(library, title="Borrador", topic="health", published_on="2024-01-01")
    assert titles(page) == ["Segunda", "También", "Antigua"]
    assert page.title in titles(second)
    assert second.title not in titles(second)


def test_near_is_what_readers_of_the_language_may_open(library: LibraryPage) -> None:
    page, other = publish(library, topic="health"), publish(library, title="Otra", topic="health")
    translate(page, "en")
    assert titles(page) == ["Otra"]
    restriction = PageViewRestriction.objects.create(page=other, restriction_type=PageViewRestriction.LOGIN)
    assert titles(page) == []
    restriction.delete()
    other.unpublish()
    assert titles(page) == []


def test_each_heading_has_an_address_of_its_own(client: Client, library: LibraryPage) -> None:
    headings = [{"type": "heading", "value": words} for words in ("Qué es", "Qué es", "Que es", "中文", "中文", "Qué es 2", "")]
    anchors = [part.anchor for part in parts_of(body(*headings))]
    assert len(set(anchors)) == len(anchors)
    assert anchors[:3] == ["h-que-es", "h-que-es-2", "h-que-es-3"]
    html = client.get(publish(library, body=body(*headings[:3])).get_url() or "").content.decode()
    for anchor in anchors[:3]:
        assert f'<h2 id="{anchor}">' in html
        assert f'href="#{anchor}"' in html


def test_no_id_stands_twice_on_a_page_with_everything(client: Client, library: LibraryPage) -> None:
    import re

    page = publish(
        library,
        body=stored(
            *({"type": "heading", "value": words} for words in ("Cite", "Sources", "About work", "Related", "Contents")),
            text("<p>Uno.[^1]</p>"), chart(), chart(), table(), footnotes(("1", "Nota.")),
            {"type": "sources", "value": [{"title": "A", "publisher": "B", "year": "2020", "url": "", "read": ""}]},
        ),
        key_messages='[{"type": "message", "value": "Uno."}]',
    )  # fmt: skip
    html = client.get(page.get_url() or "").content.decode()
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))
    for target in re.findall(r'href="#([^"]+)"', html):
        assert target in ids, target


def test_the_page_keeps_up_with_its_lessons(client: Client, lesson: LessonPage, library: LibraryPage, on_commit: OnCommit) -> None:
    work = publish(library)
    assert "Enviar dinero" not in client.get(work.get_url() or "").content.decode()
    with on_commit():
        cite(lesson, work, title="Enviar dinero")
    assert "Enviar dinero" in client.get(work.get_url() or "").content.decode()


def test_a_work_costs_the_same_queries_whatever_it_holds(client: Client, library: LibraryPage, django_assert_max_num_queries: Any) -> None:
    page = publish(
        library, authors=[], countries=["PE", "CL", "AR", "BR"], more_topics=["health", "skills"],
        series=series_in(library), series_number=1,
        body=stored(*(text(f"<p>{n}</p>") for n in range(50)), table(), footnotes()),
    )  # fmt: skip
    client.get("/es/knowledge/")
    with django_assert_max_num_queries(32):
        assert client.get(page.get_url() or "").status_code == 200
    with django_assert_max_num_queries(2):
        assert client.get(page.get_url() or "").status_code == 200
