"""What machines read of a publication: the tags that Google Scholar asks for, and schema.org's words inside a script element."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import pytest
from django.test import Client

from knowledge.models import Contribution, Contributor, LibraryPage, PublicationPage
from tests.knowledge.conftest import OnCommit
from tests.knowledge.corpus import library_in, person, publish, series_in
from tests.knowledge.test_files import PDF, body_of, keep_pdf

pytestmark = pytest.mark.django_db


class Head(HTMLParser):
    """The meta tags of a page and its JSON-LD, as an HTML parser finds them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self.elements: list[str] = []
        self._in_json = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append(tag)
        if tag == "meta" and found.get("name"):
            self.tags.append((found["name"] or "", found.get("content") or ""))
        self._in_json = tag == "script" and found.get("type") == "application/ld+json"
        if self._in_json:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_json = False

    def handle_data(self, data: str) -> None:
        if self._in_json:
            self.scripts[-1] += data

    def all(self, name: str) -> list[str]:
        return [content for found, content in self.tags if found == name]


def head_of(client: Client, page: PublicationPage) -> Head:
    return Head(client.get(page.get_url() or "").content.decode())


def json_ld(client: Client, page: PublicationPage) -> dict[str, Any]:
    (script,) = head_of(client, page).scripts
    found: dict[str, Any] = json.loads(script)
    return found


@pytest.fixture
def library(db: None) -> LibraryPage:
    return library_in("es")


def test_scholar_finds_title_authors_in_order_and_date(client: Client, library: LibraryPage) -> None:
    """Google Scholar, "Inclusion Guidelines for Webmasters"."""
    authors = [person("Zoé Núñez", orcid="0000-0002-1825-0097"), person("Ana Pérez Gómez", family_name="Pérez Gómez")]
    team = person("Equipo Puente", kind=Contributor.Kind.ORGANISATION)
    page = publish(
        library,
        title='¿"Cuánto" <b>cuesta</b> & más?',
        published_on="2025-03-09",
        contributions=[
            *(Contribution(contributor=author, sort_order=order) for order, author in enumerate([*authors, team])),
            Contribution(contributor=person("Un Editor"), role="editor", sort_order=9),
        ],
        more_topics=["health"],
    )
    head = head_of(client, page)
    assert head.all("citation_title") == ['¿"Cuánto" <b>cuesta</b> & más?']
    assert head.all("citation_author") == ["Núñez, Zoé", "Pérez Gómez, Ana", "Equipo Puente"]
    assert head.all("citation_author_orcid") == ["https://orcid.org/0000-0002-1825-0097"]
    assert (
        head.tags.index(("citation_author_orcid", "https://orcid.org/0000-0002-1825-0097"))
        == head.tags.index(("citation_author", "Núñez, Zoé")) + 1
    )
    assert head.all("citation_publication_date") == ["2025/03/09"]
    assert re.fullmatch(r"\d{4}/\d{2}/\d{2}", head.all("citation_publication_date")[0])
    assert head.all("citation_language") == ["es"]
    assert head.all("citation_abstract_html_url") == [page.full_url]
    assert head.all("citation_technical_report_institution") == ["Puente"]
    assert len(head.all("citation_keywords")[0].split("; ")) == 2


def test_every_work_has_an_author(client: Client, library: LibraryPage) -> None:
    assert head_of(client, publish(library)).all("citation_author") == ["Puente"]
    only_editor = publish(library, contributions=[Contribution(contributor=person(), role="editor")])
    assert head_of(client, only_editor).all("citation_author") == ["Puente"]


def test_a_pdf_is_promised_only_when_there_is_one_and_in_the_folder_of_the_page(
    client: Client, library: LibraryPage, on_commit: OnCommit
) -> None:
    page = publish(library, slug="obra")
    assert head_of(client, page).all("citation_pdf_url") == []
    with on_commit():
        keep_pdf(page, PDF)
    (address,) = head_of(client, page).all("citation_pdf_url")
    assert address == urljoin(page.full_url or "", "edition.pdf")
    assert body_of(client, address.partition("8000")[2]) == PDF


def test_a_series_gives_the_number_of_the_report(client: Client, library: LibraryPage) -> None:
    page = publish(library, series=series_in(library, title="Cinco campos"), series_number=4)
    assert head_of(client, page).all("citation_technical_report_number") == ["4"]
    assert json_ld(client, page)["isPartOf"] == {"@type": "CreativeWorkSeries", "name": "Cinco campos"}


ATTACKS = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "\u2028\u2029",
    '"}, "@type": "Person',
    "\\u003c/script>",
    "]]>",
    "&lt;/script&gt;",
    "\\",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_json_ld_is_json_and_nothing_gets_out_of_its_element(client: Client, library: LibraryPage, attack: str) -> None:
    authors = [Contributor.objects.create(name=attack, slug="x", kind=Contributor.Kind.ORGANISATION)]
    plain = head_of(client, publish(library))
    page = publish(library, title=f"T {attack}", abstract=f"A {attack}", authors=authors)
    head = head_of(client, page)
    found = json.loads(head.scripts[0])
    assert (found["name"], found["abstract"], found["author"][0]["name"]) == (f"T {attack}", f"A {attack}", attack)
    assert found["@type"] == "Article"
    assert head.elements.count("script") == plain.elements.count("script")
    raw = re.findall(r"ld\+json\">(.*?)</script>", client.get(page.get_url() or "").content.decode(), re.DOTALL)[0]
    assert not set("<>&\u2028\u2029") & set(raw)


@pytest.mark.parametrize(
    ("kind", "schema"),
    [("brief", "Report"), ("note", "Article"), ("report", "Report"), ("paper", "ScholarlyArticle"), ("dataset", "Dataset")],
)
def test_each_type_has_its_name_in_schema_org(client: Client, library: LibraryPage, kind: str, schema: str) -> None:
    assert json_ld(client, publish(library, kind=kind))["@type"] == schema


def test_json_ld_says_who_what_where_and_under_which_licence(client: Client, library: LibraryPage) -> None:
    maria = person(orcid="0000-0002-1694-233X")
    page = publish(
        library,
        published_on="2025-03-09",
        contributions=[Contribution(contributor=maria), Contribution(contributor=person("Otra Gente"), role="reviewer")],
        countries=["PE", "BR"],
        topic="finance",
    )
    found = json_ld(client, page)
    assert found["@context"] == "https://schema.org"
    assert (found["@id"], found["inLanguage"], found["datePublished"]) == (page.full_url, "es", "2025-03-09")
    assert found["author"] == [{"@type": "Person", "name": "María Pérez Gómez", "@id": "https://orcid.org/0000-0002-1694-233X"}]
    assert found["contributor"] == [{"@type": "Person", "name": "Otra Gente"}]
    assert [place["name"] for place in found["spatialCoverage"]] == ["Brasil", "Perú"]
    assert found["license"] == "https://creativecommons.org/licenses/by/3.0/igo/"
    assert found["isAccessibleForFree"] is True


def test_what_is_not_known_is_left_out(client: Client, library: LibraryPage) -> None:
    found = json_ld(client, publish(library, licence="reserved"))
    assert not {"license", "author", "contributor", "isPartOf", "spatialCoverage"} & set(found)
