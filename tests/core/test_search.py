"""One search: accents never matter, the beginning of a word is enough, nothing gated is found, nothing breaks it."""

from __future__ import annotations

import pytest
from django.test import Client
from wagtail.models import PageViewRestriction

from core import search
from core.models import HomePage, SearchEntry, StandardPage
from core.site import ensure_site
from courses.models import CoursePage
from tests.factories import lessons_of, make_course, module_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def peru(db: None) -> StandardPage:
    home: HomePage = ensure_site()
    page = StandardPage(title="Migração no Perú", slug="peru", lead="As migrações & os números", locale=home.locale)
    home.add_child(instance=page)
    page.save_revision().publish()
    return page


@pytest.mark.parametrize("query", ["peru", "PERÚ", "migracao", "migra", "numeros peru", '"peru"', "peru'"])
def test_words_are_found_without_accents_and_by_their_beginning(peru: StandardPage, query: str) -> None:
    assert [entry.page_id for entry in search.find(query, "es")] == [peru.pk]


@pytest.mark.parametrize("query", ["", " ", '"', "%", "_", "eru", "\\", "peru chile", "(", "*", "a" * 5000])
def test_what_is_not_there_is_not_found_and_breaks_nothing(client: Client, peru: StandardPage, query: str) -> None:
    assert list(search.find(query, "es")) == []
    assert client.get("/es/search/", {"q": query}).status_code == 200


def test_another_language_has_its_own_results(peru: StandardPage) -> None:
    assert not search.find("peru", "fr").exists()


def test_unpublishing_takes_a_page_out(peru: StandardPage) -> None:
    peru.unpublish()
    assert not search.find("peru", "es").exists()


def test_deleting_takes_a_page_out(peru: StandardPage) -> None:
    peru.delete()
    assert not SearchEntry.objects.exists()


def test_found_words_are_marked_and_the_rest_is_escaped() -> None:
    assert search.excerpt("Perú <b>& Chile", ["peru"]) == "<mark>Perú</mark> &lt;b&gt;&amp; Chile"


def test_titles_come_first(peru: StandardPage) -> None:
    other = StandardPage(title="Aaa", slug="aaa", lead="También sobre Perú", locale=peru.locale)
    peru.get_parent().add_child(instance=other)
    other.save_revision().publish()
    assert [entry.page_id for entry in search.find("peru", "es")] == [peru.pk, other.pk]


def test_the_results_page_is_public_and_constant_in_queries(
    client: Client, peru: StandardPage, django_assert_max_num_queries: object
) -> None:
    client.get("/es/search/?q=migra")
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        answer = client.get("/es/search/?q=migra")
    assert answer["Cache-Control"] == "public, no-cache"
    assert not answer.cookies
    assert "<mark>migrações</mark>" in answer.content.decode()


def test_a_query_is_shown_but_never_run(client: Client, peru: StandardPage) -> None:
    assert "<script>alert" not in client.get("/es/search/", {"q": "<script>alert(1)</script>"}).content.decode()


def test_a_lesson_moved_into_a_closed_course_leaves_the_search_and_comes_back() -> None:
    opened, closed = make_course(), make_course(access=CoursePage.Access.ENROLLED)
    lesson = lessons_of(opened)[0]
    assert search.find(lesson.title, "es").exists()
    lesson.move(module_of(closed), pos="last-child")
    assert not search.find(lesson.title, "es").exists()
    lesson.refresh_from_db()
    lesson.move(module_of(opened), pos="last-child")
    assert search.find(lesson.title, "es").exists()


def test_a_module_moved_into_a_closed_course_takes_its_lessons_out() -> None:
    opened, closed = make_course(), make_course(access=CoursePage.Access.ENROLLED)
    module = module_of(opened)
    lesson = lessons_of(opened)[0]
    module.slug = "another"
    module.save_revision().publish()
    module.move(closed, pos="last-child")
    assert not search.find(lesson.title, "es").exists()


def test_a_course_that_closes_takes_its_lessons_out_and_opens_them_again() -> None:
    course = make_course()
    title = lessons_of(course)[0].title
    for access, is_found in ((CoursePage.Access.ENROLLED, False), (CoursePage.Access.OPEN, True)):
        course.access = access
        course.save_revision().publish()
        assert search.find(title, "es").exists() is is_found


def test_a_restriction_takes_a_page_out(peru: StandardPage) -> None:
    PageViewRestriction.objects.create(page=peru, restriction_type=PageViewRestriction.LOGIN)
    assert not search.find("peru", "es").exists()


def test_the_same_results_are_answered_304(client: Client, peru: StandardPage) -> None:
    first = client.get("/es/search/?q=migra", HTTP_ACCEPT_ENCODING="br")
    assert first["Content-Encoding"] == "br"
    again = client.get("/es/search/?q=migra", HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert client.get("/es/search/?q=peru", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200
