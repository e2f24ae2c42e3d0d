"""Search finds a publication by its words, its people and its countries, accents or not, and only while everyone may read it."""

from __future__ import annotations

import pytest
from django.test import Client
from wagtail.models import PageViewRestriction

from core import search
from core.models import SearchEntry
from knowledge.models import Contributor, LibraryPage, PublicationPage
from tests.knowledge.bodies import body, chart, footnotes, stored, table, text
from tests.knowledge.corpus import draft, library_in, person, publish, translate

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(db: None) -> LibraryPage:
    return library_in("es")


def found(query: str, language: str = "es") -> list[str]:
    return [entry.page.slug for entry in search.find(query, language)]


@pytest.mark.parametrize(
    "query",
    ["núñez", "nunez", "NÚÑEZ", "ibáñez cía", "peru", "Perú", "rep dominicana", "dominic", "remesas", "envio", "envíos", "comision",
     "costumbre", "callampa", "metodo", "apéndice"],
)  # fmt: skip
def test_words_authors_and_countries_with_or_without_accents(library: LibraryPage, query: str) -> None:
    publish(
        library,
        slug="hallada",
        title="Remesas y envíos",
        abstract="La comisión de enviar.",
        authors=[person("Adelaida Núñez"), person("Ibáñez & Cía", kind=Contributor.Kind.ORGANISATION)],
        countries=["PE", "DO"],
        key_messages='[{"type": "message", "value": "Pagar por costumbre."}]',
        body=stored(
            text("<p>Una <b>callampa</b>.[^1]</p>"), {"type": "box", "value": {"title": "Método", "text": "<p>Por teléfono.</p>"}},
            table(title="Apéndice uno"), footnotes(("1", "Nota.")),
        ),
    )  # fmt: skip
    publish(library, slug="otra", countries=["CL"], authors=[person("Otra Gente")])
    assert found(query) == ["hallada"]


def test_each_language_is_searched_in_its_own_words(library: LibraryPage) -> None:
    page = publish(library, slug="obra", countries=["BR"], body=body(chart()))
    translate(page, "en", title="On remittances", slug="work")
    assert found("Brasil") == ["obra"]
    assert found("Brazil", "en") == ["work"]
    assert found("Brazil") == []


def test_no_footnote_mark_is_in_an_excerpt(client: Client, library: LibraryPage) -> None:
    publish(library, body=stored(text("<p>La callampa[^1] creció.[^2b]</p>")))
    html = client.get("/es/search/?q=callampa").content.decode()
    assert "<mark>callampa</mark>" in html
    assert "[^" not in html


def test_drafts_and_what_is_withdrawn_or_restricted_is_not_found(library: LibraryPage) -> None:
    draft(library, title="Callampa borrador")
    page = publish(library, slug="callampa", title="Callampa")
    assert found("callampa") == ["callampa"]
    page.unpublish()
    assert found("callampa") == []
    PublicationPage.objects.get(pk=page.pk).save_revision().publish()
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert found("callampa") == []
    restriction.delete()
    assert found("callampa") == ["callampa"], "open again, and found again"


def test_deleting_a_live_page_leaves_no_entry_behind(library: LibraryPage) -> None:
    """Deletion unpublishes first; an entry made at that moment would break the foreign key at commit."""
    page = publish(library)
    SearchEntry.objects.all().delete()
    pk = page.pk
    page.delete()
    assert not SearchEntry.objects.filter(page_id=pk).exists()
    other = publish(library)
    SearchEntry.objects.filter(page_id=other.pk).delete()
    library.delete()
    assert not SearchEntry.objects.filter(page_id__in=[library.pk, other.pk]).exists()
