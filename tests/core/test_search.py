"""One search: accents never matter, the beginning of a word is enough, nothing gated is found, nothing breaks it."""

from __future__ import annotations

import pytest
from django.test import Client

from core import search
from core.models import HomePage, SearchEntry, StandardPage
from core.site import ensure_site

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
