"""The library as a list: filters with the number of works behind each choice, and the lists of one author, topic or country."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, F, QuerySet
from django.http import QueryDict
from django.utils.translation import get_language

from core import countries
from core.cards import Card
from core.choices import Choice, with_counts
from core.models import known_page
from core.shown import shown
from core.topics import Topic
from knowledge.kinds import KINDS
from knowledge.kinds import choices as kind_choices
from knowledge.models import PublicationCountry, PublicationPage, PublicationTopic, SeriesPage

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class LibraryFilters:
    """What the reader asked for; anything unknown is as if it had not been asked."""

    type: str = ""
    topic: str = ""
    country: str = ""
    language: str = ""
    year: str = ""

    @classmethod
    def parse(cls, query: QueryDict) -> LibraryFilters:
        """Read known values from a query string."""
        year = query.get("year", "")
        return cls(
            type=_one_of(query.get("type", ""), KINDS),
            topic=_one_of(query.get("topic", ""), Topic.values),
            country=_one_of(query.get("country", ""), countries.CODES),
            language=_one_of(query.get("language", ""), dict(settings.LANGUAGES)),
            year=year if len(year) == 4 and year.isascii() and year.isdigit() and year > "0000" else "",
        )

    def known(self) -> dict[str, str]:
        """The filters that are set."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}

    @property
    def query(self) -> str:
        """The filters as a query string, for links to other pages of the list."""
        parts = QueryDict(mutable=True)
        parts.update(self.known())
        return parts.urlencode()

    def apply(self, found: Any, *, but: str = "") -> Any:
        """Return what fits the filters, but for one of them: so are the numbers behind its choices counted."""
        if self.type and but != "type":
            found = found.filter(kind=self.type)
        if self.topic and but != "topic":
            found = found.about(self.topic)
        if self.country and but != "country":
            found = found.on_country(self.country)
        if self.year and but != "year":
            found = found.filter(published_on__year=int(self.year))
        return found


def _one_of(value: str, known: Any) -> str:
    return value if value in known else ""


def works(language: str) -> Any:
    """Return the live publications of a language."""
    return PublicationPage.objects.in_language(language)


def known_query(query: QueryDict, language: str) -> dict[str, str]:
    """What of a query the library knows: filters that exist, and a page that the filtered list has."""
    filters = LibraryFilters.parse(query)
    known = filters.known()
    if known.get("language") == language:
        del known["language"]
    if "page" in query:
        known |= known_page(Paginator(filters.apply(works(filters.language or language)).newest_first(), PER_PAGE), query)
    return known


def library_context(query: QueryDict, language: str) -> dict[str, Any]:
    """What the library page shows for a query string."""
    filters = LibraryFilters.parse(query)
    everything = works(filters.language or language)
    page_obj = Paginator(filters.apply(everything).newest_first(), PER_PAGE).get_page(query.get("page"))
    return {
        "filters": filters,
        "filter_query": filters.query,
        "choices": _choices(filters, everything, language),
        "page_obj": page_obj,
        "cards": [publication.card() for publication in page_obj],
        "found_count": page_obj.paginator.count,
        "series": [] if filters.query or page_obj.number > 1 else series_cards(language),
    }


def series_cards(language: str) -> list[Card]:
    """The series of a language, by title."""
    series = shown(SeriesPage.objects.all()).public().filter(locale__language_code=language)
    return [page.card() for page in series.order_by("title").select_related("locale")]


def _choices(filters: LibraryFilters, everything: Any, language: str) -> dict[str, list[Choice]]:
    """Return the choices of each filter, with the number of works each would leave; empty ones are left out, the chosen one stays."""
    kinds = Counter(dict(filters.apply(everything, but="type").order_by().values_list("kind").annotate(Count("pk"))))
    by_year = filters.apply(everything, but="year").order_by().values_list("published_on__year").annotate(Count("pk"))
    years = Counter({f"{year:04d}": count for year, count in by_year})
    languages = Counter(
        dict(
            filters.apply(PublicationPage.objects.readable()).order_by().values_list("locale__language_code").annotate(Count("pk")),
        )
    )
    return {
        "type": with_counts(kind_choices(), kinds, filters.type),
        "topic": with_counts(Topic.choices, _topics(filters.apply(everything, but="topic")), filters.topic),
        "country": with_counts(_by_name(language), _countries(filters.apply(everything, but="country")), filters.country),
        "language": with_counts(settings.LANGUAGES, languages, filters.language or language),
        "year": with_counts([(year, year) for year in sorted({*years, filters.year} - {""}, reverse=True)], years, filters.year),
    }


def _by_name(language: str) -> list[tuple[str, str]]:
    return sorted(countries.names(language).items(), key=lambda item: countries.sort_key(item[1]))


def _topics(found: QuerySet[PublicationPage]) -> Counter[str]:
    first = Counter(dict(found.order_by().values_list("topic").annotate(Count("pk"))))
    others = PublicationTopic.objects.filter(page__in=found.order_by().values("pk")).exclude(topic=F("page__topic"))
    return first + Counter(dict(others.order_by().values_list("topic").annotate(Count("page", distinct=True))))


def _countries(found: QuerySet[PublicationPage]) -> Counter[str]:
    lines = PublicationCountry.objects.filter(page__in=found.order_by().values("pk"))
    return Counter(dict(lines.order_by().values_list("country").annotate(Count("page", distinct=True))))


def list_context(found: Any, query: QueryDict) -> dict[str, Any]:
    """What the list of one author, topic or country shows."""
    page_obj = Paginator(found.newest_first(), PER_PAGE).get_page(query.get("page"))
    return {"page_obj": page_obj, "cards": [publication.card() for publication in page_obj], "found_count": page_obj.paginator.count}


def current_language() -> str:
    """The language of the address."""
    return get_language() or settings.LANGUAGE_CODE


def recent_cards(language: str) -> list[Card]:
    """The newest three publications of a language, for the home page."""
    return [publication.card() for publication in PublicationPage.objects.in_language(language).newest_first()[:3]]


def works_of(series: SeriesPage) -> Paginator[PublicationPage]:
    """Return the works of a series in its language, in their order."""
    found = PublicationPage.objects.readable().filter(series__translation_key=series.translation_key, locale=series.locale)
    return Paginator(found.order_by("series_number", "-published_on", "pk").select_related("locale"), PER_PAGE)


def series_context(series: SeriesPage, query: QueryDict) -> dict[str, Any]:
    """Return what the page of a series shows."""
    page_obj = works_of(series).get_page(query.get("page"))
    return {"page_obj": page_obj, "cards": [publication.card() for publication in page_obj]}


def known_series_query(series: SeriesPage, query: QueryDict) -> dict[str, str]:
    """Return what of a query changes the page of a series: the page number."""
    return known_page(works_of(series), query) if "page" in query else {}
