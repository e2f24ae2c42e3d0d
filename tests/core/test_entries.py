"""What is kept is bounded by what exists: no made-up parameter fills the cache, and nothing grows with the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from wagtail.models import PageViewRestriction

from core import pagecache
from core.models import BasePage, HomePage
from core.page_context import BUILDERS, ContextBuilder, knows_no_query
from courses.models import CataloguePage, CoursePage
from tests.factories import lessons_of, make_course, make_lesson, make_site, module_of

pytestmark = pytest.mark.django_db
MADE_UP = [
    "topic=zz1",
    "topic=zz2&language=xx",
    "hours=never",
    "page=1000001",
    "page=0",
    "page=-1",
    "page=abc",
    "page=1",
    "page=01",
    "z=1",
    "language=%00",
    "topic=&language=&hours=",
    "topic=health&topic=zz",
]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The keys under which pages were kept."""
    keys: set[str] = set()
    put = pagecache.put

    def remember(cache_key: str, *args: Any) -> None:
        keys.add(cache_key)
        put(cache_key, *args)

    monkeypatch.setattr(pagecache, "put", remember)
    yield keys
    cache.clear()


@pytest.mark.parametrize("address", ["/es/courses/", "/es/knowledge/", "/es/"])
def test_made_up_values_are_not_kept(client: Client, kept: set[str], address: str) -> None:
    make_course()
    plain = client.get(address)
    assert len(kept) == 1
    for query in MADE_UP:
        answer = client.get(f"{address}?{query}")
        assert (answer.status_code, answer["ETag"]) == (200, plain["ETag"]), query
    assert len(kept) == 1


def test_known_filters_are_kept_once_in_any_order(
    client: Client, kept: set[str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_course()
    first = client.get("/es/courses/?topic=health&language=es")
    assert len(kept) == 1
    assert client.get("/es/courses/?language=es&hours=&z=1&topic=health&page=7")["ETag"] == first["ETag"]
    assert len(kept) == 1
    with django_assert_num_queries(1):
        client.get("/es/courses/?topic=health&language=es")


@pytest.mark.parametrize("address", ["/es/courses/", "/es/knowledge/", "/es/"])
@pytest.mark.parametrize(
    "query", ["z=1", "utm_source=x&utm_medium=y", "topic=&language=&hours=&page=", "%00=%ff", "z", "&&=&", "Topic=health"]
)
def test_what_no_page_knows_costs_what_the_page_costs(
    client: Client, kept: set[str], django_assert_num_queries: DjangoAssertNumQueries, address: str, query: str
) -> None:
    make_course()
    plain = client.get(address)
    with django_assert_num_queries(1):
        answer = client.get(f"{address}?{query}")
    assert (answer.status_code, answer["ETag"], answer.content) == (200, plain["ETag"], plain.content)


def test_a_campaign_costs_a_filtered_list_nothing(
    client: Client, kept: set[str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_course()
    for address in ("/es/courses/", "/es/courses/?topic=health&language=es"):
        plain = client.get(address)
    with django_assert_num_queries(1):
        answer = client.get("/es/courses/?utm_source=x&language=es&hours=&topic=health")
    assert answer["ETag"] == plain["ETag"]


def test_what_is_refused_is_refused_whatever_is_added(client: Client) -> None:
    course = make_course()
    lesson = lessons_of(course)[0]
    assert client.get(lesson.get_url()).status_code == 200
    PageViewRestriction.objects.create(page=lesson, restriction_type="login")
    for _time in range(2):
        assert client.get(f"{lesson.get_url()}?z=1").status_code == 404


@pytest.mark.parametrize("builder", list(BUILDERS), ids=lambda builder: builder.name)
def test_a_page_names_the_parameters_that_it_knows(builder: ContextBuilder) -> None:
    """A page with a `known_query` of its own and no names would be answered without its filters."""
    assert bool(builder.query_names) == (builder.known_query is not knows_no_query)
    assert apps.get_model(builder.name).known_query is BasePage.known_query


def test_the_names_are_all_that_a_list_may_know_in_its_order(client: Client) -> None:
    from knowledge.models import LibraryPage

    make_site()
    everything = QueryDict("page=2&year=2024&hours=short&country=PE&language=fr&topic=health&type=brief&z=1")
    for model in (CataloguePage, LibraryPage):
        page = model.objects.get(locale__language_code="es")
        known = list(page.known_query(everything))
        assert known == [name for name in page.query_names if name in known]
        assert {*known, "page", "type"} >= set(page.query_names)


@pytest.mark.database
def test_made_up_values_are_not_rendered_again(client: Client, kept: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    make_course()
    client.get("/es/courses/")
    monkeypatch.setattr("core.views._render", None)
    assert client.get("/es/courses/?topic=zz1&page=99").status_code == 200


@pytest.mark.parametrize(("module", "address"), [("courses.catalogue", "/es/courses/"), ("knowledge.listing", "/es/knowledge/")])
def test_pages_of_a_list_are_kept_as_far_as_they_go(
    client: Client, kept: set[str], monkeypatch: pytest.MonkeyPatch, module: str, address: str
) -> None:
    from knowledge.models import LibraryPage, PublicationPage

    monkeypatch.setattr(f"{module}.PER_PAGE", 1)
    for number in range(3):
        make_course()
        library = LibraryPage.objects.get(locale__language_code="es")
        publication = PublicationPage(title=f"Nota {number}", slug=f"nota-{number}", abstract="Qué dice.", locale=library.locale)
        library.add_child(instance=publication)
        publication.save_revision().publish()
    answers = [client.get(f"{address}?page={number}")["ETag"] for number in (1, 2, 3, 4, 5, 99)]
    assert len(set(answers)) == len(kept) == 3
    assert answers[2:] == [answers[2]] * 4


def test_the_sitemap_is_kept_once_whatever_is_asked(
    client: Client, kept: set[str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_course()
    client.get("/sitemap.xml")
    with django_assert_num_queries(1):
        assert client.get("/sitemap.xml?z=1").status_code == 200
    assert len(kept) == 1


@pytest.mark.database
def test_the_sitemap_costs_the_same_for_a_large_tree(client: Client) -> None:
    def cost() -> int:
        cache.clear()
        client.get("/es/")  # fills what Wagtail keeps of the site itself
        with CaptureQueriesContext(connection) as queries:
            client.get("/sitemap.xml")
        return len(queries)

    make_course()
    small = cost()
    for _number in range(3):
        course = make_course(publish=False)
        for _lesson in range(3):
            make_lesson(module_of(course))
    assert cost() == small <= 6


@pytest.mark.database
def test_the_sitemap_lists_what_is_open_and_nothing_else(client: Client) -> None:
    home: HomePage = make_site()
    opened, closed, restricted, gone = (make_course(publish=False) for _number in range(4))
    closed.access = CoursePage.Access.ENROLLED
    closed.save_revision().publish()
    PageViewRestriction.objects.create(page=restricted, restriction_type=PageViewRestriction.LOGIN)
    gone.unpublish()
    cache.clear()
    listed = client.get("/sitemap.xml").content.decode()

    def is_listed(page: Any) -> bool:
        return f"<loc>{page.get_full_url()}</loc>" in listed

    assert is_listed(home)
    assert is_listed(opened)
    assert is_listed(lessons_of(opened)[0])
    assert is_listed(closed)
    assert not is_listed(lessons_of(closed)[0])
    assert not is_listed(restricted)
    assert not is_listed(lessons_of(restricted)[0])
    assert not is_listed(gone)
    assert not is_listed(lessons_of(gone)[0])


@pytest.mark.database
def test_a_restriction_closes_what_was_kept(client: Client, django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
    course = make_course()
    address = course.get_url() or ""
    assert client.get(address).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        PageViewRestriction.objects.create(page=course, restriction_type=PageViewRestriction.LOGIN)
    assert client.get(address).status_code == 404
