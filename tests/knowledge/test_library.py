"""The library: publications of a language, newest first; only what is published is listed, found and shown."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from wagtail.models import Locale

from core import search
from knowledge.models import Contribution, LibraryPage, PublicationPage
from tests.factories import make_site
from tests.knowledge.corpus import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(db: None) -> LibraryPage:
    make_site()
    return LibraryPage.objects.get(locale__language_code="es")


def publish(library: LibraryPage, number: int, **fields: Any) -> PublicationPage:
    page = PublicationPage(
        **{
            "title": f"Obra {number}", "slug": f"obra-{number}", "abstract": f"Resumen {number}.", "locale": library.locale,
            "published_on": datetime.date(2025, 1, 1) + datetime.timedelta(days=number), **fields,
        }
    )  # fmt: skip
    library.add_child(instance=page)
    page.save_revision().publish()
    return page


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_newest_comes_first_whatever_the_order_of_the_tree(client: Client, library: LibraryPage) -> None:
    for number in (2, 3, 1):
        publish(library, number)
    html = shown(client, "/es/knowledge/")
    assert sorted(("Obra 3", "Obra 2", "Obra 1"), key=html.index) == ["Obra 3", "Obra 2", "Obra 1"]


def test_what_is_not_published_is_neither_listed_nor_found_nor_shown(client: Client, library: LibraryPage) -> None:
    page = publish(library, 1, title="Remesas ocultas")
    page.unpublish()
    assert "Remesas ocultas" not in shown(client, "/es/knowledge/")
    assert not search.find("ocultas", "es").exists()
    assert client.get("/es/knowledge/obra-1/").status_code == 404


def test_a_publication_says_what_it_is_by_whom_and_from_when(client: Client, library: LibraryPage) -> None:
    messages = json.dumps([{"type": "message", "value": "Un mensaje clave"}])
    publish(library, 1, kind="brief", contributions=[Contribution(contributor=person("Ana Núñez"))], key_messages=messages)
    html = shown(client, "/es/knowledge/obra-1/")
    for words in ("Obra 1", "Resumen 1.", "Ana Núñez", "Un mensaje clave", "2025"):
        assert words in html
    assert [entry.page.slug for entry in search.find("mensaje", "es")] == ["obra-1"]


def test_a_work_in_another_language_is_listed_there(client: Client, library: LibraryPage) -> None:
    page = publish(library, 1)
    english = page.copy_for_translation(Locale.objects.get(language_code="en"))
    english.title = "Work one"
    english.save_revision().publish()
    assert "Work one" in shown(client, "/en/knowledge/")
    assert "Work one" not in shown(client, "/es/knowledge/")
    assert 'hreflang="en"' in shown(client, "/es/knowledge/obra-1/")


def test_the_address_of_the_library_is_promised(library: LibraryPage) -> None:
    library.slug = "otra"
    library.full_clean()
    assert library.slug == "knowledge"


@pytest.mark.parametrize("fields", [{"abstract": ""}, {"kind": "book"}, {"topic": "unknown"}])
def test_a_publication_needs_what_readers_and_machines_rely_on(library: LibraryPage, fields: dict[str, str]) -> None:
    page = PublicationPage(**{"title": "Obra", "slug": "obra", "abstract": "Resumen.", "locale": library.locale, **fields})
    with pytest.raises(ValidationError):
        library.add_child(instance=page)


@pytest.mark.parametrize(("query", "listed"), [("", 20), ("?page=2", 3)])
def test_a_long_list_has_pages_and_costs_the_same_queries_as_a_short_one(
    client: Client, library: LibraryPage, query: str, listed: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(23):
        publish(library, number)
    with django_assert_max_num_queries(26):
        html = shown(client, f"/es/knowledge/{query}")
    assert html.count("Resumen ") == listed
    with django_assert_max_num_queries(3):
        shown(client, f"/es/knowledge/{query}")
