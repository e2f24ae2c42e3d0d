"""The library's list: each number beside a filter is what is then shown, whatever else is chosen; what is unknown is as if not asked."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from core import countries
from knowledge import listing
from knowledge.models import LibraryPage, PublicationCountry, PublicationPage
from tests.knowledge.corpus import draft, library_in, publish, series_in, translate
from tests.remembered import Remembered

pytestmark = pytest.mark.django_db
KINDS, TOPICS, COUNTRIES, YEARS = ("", "brief", "report"), ("", "finance", "health"), ("", "PE", "CL"), ("", "2023", "2024")


@pytest.fixture
def library(db: None) -> LibraryPage:
    return library_in("es")


@Remembered
def seven_works() -> list[int]:
    """Publish seven works that differ in everything, one of them translated, and three that nobody may see."""
    library = library_in("es")
    made = [
        publish(library, kind="brief", topic="finance", countries=["PE"], published_on="2024-05-01"),
        publish(library, kind="brief", topic="finance", more_topics=["health"], countries=["PE", "CL"], published_on="2023-05-01"),
        publish(library, kind="report", topic="health", more_topics=["health", "finance"], countries=["CL"], published_on="2024-01-01"),
        publish(library, kind="report", topic="skills", countries=["PE", "PE"], published_on="2024-12-31"),
        publish(library, kind="note", topic="health", published_on="2023-01-01"),
        publish(library, kind="note", topic="skills", published_on="2020-02-29"),
        publish(library, kind="brief", topic="health", countries=["AR"], published_on="2024-05-01"),
    ]
    translate(made[1], "en", title="In English")
    draft(library, kind="brief", topic="finance", countries=["PE"], published_on="2024-05-01")
    publish(library, kind="brief", topic="finance", countries=["PE"], published_on="2024-05-01").unpublish()
    hidden = publish(library, kind="brief", topic="finance", countries=["PE"], published_on="2024-05-01")
    PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)
    return [work.pk for work in made]


@pytest.fixture
def corpus(db: None) -> list[PublicationPage]:
    """The seven that everybody may see, in their first language."""
    return list(PublicationPage.objects.filter(pk__in=seven_works()).order_by("pk"))


def context(query: str, language: str = "es") -> dict[str, Any]:
    return listing.library_context(QueryDict(query), language)


def expected(works: list[PublicationPage], **chosen: str) -> set[str]:
    """The titles that fit, worked out without the database."""
    return {
        work.title
        for work in works
        if chosen.get("type", "") in {"", work.kind}
        and chosen.get("topic", "") in {"", work.topic, *(line.topic for line in work.more_topics.all())}
        and chosen.get("country", "") in {"", *(line.country for line in work.countries.all())}
        and chosen.get("year", "") in {"", str(work.published_on.year)}
    }


def test_every_combination_of_filters_shows_what_fits_and_counts_what_it_would_show(corpus: list[PublicationPage]) -> None:
    for kind, topic, country, year in itertools.product(KINDS, TOPICS, COUNTRIES, YEARS):
        chosen = {"type": kind, "topic": topic, "country": country, "year": year}
        shown = context("&".join(f"{name}={value}" for name, value in chosen.items()))
        assert {card.title for card in shown["cards"]} == expected(corpus, **chosen), chosen
        assert shown["found_count"] == len(shown["cards"]), chosen
        for name in chosen:
            for choice in shown["choices"][name]:
                would = expected(corpus, **{**chosen, name: choice.value})
                assert choice.count == len(would), (chosen, name, choice)
            offered = {choice.value for choice in shown["choices"][name]}
            assert chosen[name] == "" or chosen[name] in offered, "what is chosen stays among the choices"
            left_out = {"type": KINDS, "topic": TOPICS, "country": COUNTRIES, "year": YEARS}[name]
            assert all(not expected(corpus, **{**chosen, name: value}) for value in left_out if value and value not in offered)


def test_each_language_is_counted_under_the_other_filters(corpus: list[PublicationPage]) -> None:
    def counts(query: str) -> dict[str, int]:
        return {choice.value: choice.count for choice in context(query)["choices"]["language"]}

    assert counts("") == {"es": 7, "en": 1}
    assert counts("type=report") == {"es": 2}
    assert counts("country=CL&language=en") == {"es": 2, "en": 1}
    assert [card.title for card in context("language=en")["cards"]] == ["In English"]
    assert [card.title for card in context("", "en")["cards"]] == ["In English"]


UNKNOWN = [
    "type=book", "topic=magic", "country=XX", "country=pe", "country=PERU", "language=de", "year=20", "year=99999", "year=٢٠٢٠",
    "year=２０２０", "year=-200", "year=0000", "year=2e3", "year=+202", "utm_source=x", "page=0", "page=-1", "page=x", "page=99",
    "type=", "type=brief%00", "type=BRIEF", "topic=finance'--",
]  # fmt: skip


@pytest.mark.parametrize("query", UNKNOWN)
def test_what_is_unknown_is_as_if_it_had_not_been_asked(client: Client, corpus: list[PublicationPage], query: str) -> None:
    plain = client.get("/es/knowledge/")
    odd = client.get(f"/es/knowledge/?{query}")
    assert odd.status_code == 200
    assert odd.content == plain.content
    assert odd["ETag"] == plain["ETag"]


def test_a_year_without_works_stays_chosen_and_can_be_taken_away(client: Client, corpus: list[PublicationPage]) -> None:
    html = client.get("/es/knowledge/?year=1999").content.decode()
    assert '<option value="1999" selected>1999 (0)</option>' in html
    assert '<a href="/es/knowledge/">' in html


def test_the_language_of_the_page_is_no_filter(client: Client, corpus: list[PublicationPage]) -> None:
    assert client.get("/es/knowledge/?language=es").content == client.get("/es/knowledge/").content


def test_countries_are_listed_by_name_in_the_readers_language(corpus: list[PublicationPage]) -> None:
    assert [choice.label for choice in context("")["choices"]["country"]] == ["Argentina", "Chile", "Perú"]


def test_newest_first_and_the_same_order_every_time_for_the_same_day(library: LibraryPage) -> None:
    same = [publish(library, published_on="2024-05-01").title for _number in range(4)]
    newest = publish(library, published_on="2024-05-02").title
    oldest = publish(library, published_on="1899-12-31").title
    for _time in range(3):
        assert [card.title for card in context("")["cards"]] == [newest, *same, oldest]


def grow(library: LibraryPage, to: int) -> None:
    """Live works up to a number, without the cost of publishing each."""
    library.refresh_from_db()
    for number in range(PublicationPage.objects.count(), to):
        page = PublicationPage(title=f"Nº {number}", slug=f"n-{number}", abstract="x", kind="brief", locale=library.locale)
        page.countries = [PublicationCountry(country="PE")]
        library.add_child(instance=page)


def test_a_list_costs_the_same_queries_at_3_works_and_at_300(library: LibraryPage, client: Client) -> None:
    costs: dict[str, list[int]] = {}
    series_in(library)
    for number in (3, 300):
        grow(library, number)
        client.get("/es/knowledge/")  # sites, locales and content types are kept by the process
        for query in ("", "?type=brief&country=PE", "?topic=foundations", "?year=1999"):
            cache.clear()
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"/es/knowledge/{query}").status_code == 200
            costs.setdefault(query, []).append(len(captured))
    assert all(many <= few and many <= 26 for few, many in costs.values()), costs


def test_pages_of_a_list_hold_every_work_once(library: LibraryPage, client: Client) -> None:
    made = {publish(library, kind="brief", published_on="2024-05-01").title for _number in range(45)}
    seen: list[str] = []
    for page in (1, 2, 3):
        html = client.get(f"/es/knowledge/?type=brief&page={page}").content.decode()
        seen += re.findall(r">(Obra \d+)<", html)
        assert ('rel="next"' in html, 'rel="prev"' in html) == (page < 3, page > 1)
        if page == 2:
            assert 'href="?type=brief&amp;page=3"' in html
    assert len(seen) == 45
    assert set(seen) == made


def test_series_stand_on_the_first_page_without_filters(library: LibraryPage, client: Client) -> None:
    series_in(library, title="Zona")
    series_in(library, title="Ámbitos").unpublish()
    assert "Zona" in client.get("/es/knowledge/").content.decode()
    assert "Ámbitos" not in client.get("/es/knowledge/").content.decode()
    assert "Zona" not in client.get("/es/knowledge/?type=brief").content.decode()


def test_country_names_are_those_of_babel_without_codes_that_are_no_countries() -> None:
    assert len(countries.CODES) == 249, "ISO 3166-1 has 249 assigned codes"
    assert not countries.CODES & countries.NOT_ASSIGNED
    assert countries.CODES >= countries.REGION
    for language in ("es", "pt", "fr", "en"):
        assert set(countries.names(language)) == countries.CODES, language
    assert [countries.country_name("BR", language) for language in ("es", "pt", "fr", "en")] == ["Brasil", "Brasil", "Brésil", "Brazil"]
    assert countries.country_name("ZZ", "es") == "ZZ"


def test_the_region_stands_first_and_accents_do_not_decide_the_order() -> None:
    offered = countries.choices("es")
    assert {code for code, _name in offered[: len(countries.REGION)]} == countries.REGION
    for part in (offered[: len(countries.REGION)], offered[len(countries.REGION) :]):
        names = [countries.sort_key(name) for _code, name in part]
        assert names == sorted(names)
    assert countries.sort_key("Écuador") < countries.sort_key("Zambia")
