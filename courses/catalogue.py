"""The catalogue: every course once, in the reader's language where it exists, filtered and paged. Constant queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.cards import Card
from core.choices import Choice, with_counts
from core.models import known_page
from core.shown import shown
from core.topics import Topic
from courses.models import CoursePage, Outline
from courses.models.pages import minutes_in_words

PER_PAGE = 12
# Durations to choose from: in words, and the most minutes of each. What is longer than all is of the last.
HOURS: dict[str, tuple[Any, int]] = {
    "short": (_("Up to 1 hour"), 60),
    "medium": (_("1 to 3 hours"), 180),
    "long": (_("More than 3 hours"), 0),
}


@dataclass(frozen=True, slots=True)
class CatalogueFilters:
    """What the reader asked for; anything unknown is as if it had not been asked."""

    topic: str = ""
    language: str = ""
    hours: str = ""

    @classmethod
    def parse(cls, query: QueryDict) -> CatalogueFilters:
        """Read known values from a query string."""
        return cls(
            topic=query.get("topic", "") if query.get("topic") in Topic.values else "",
            language=query.get("language", "") if query.get("language") in dict(settings.LANGUAGES) else "",
            hours=query.get("hours", "") if query.get("hours") in HOURS else "",
        )

    @property
    def query(self) -> str:
        """The filters as a query string, for links to other pages of the list."""
        parts = QueryDict(mutable=True)
        parts.update({name: value for name in ("topic", "language", "hours") if (value := getattr(self, name))})
        return parts.urlencode()


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A course in the catalogue: the page to link, its duration and all its languages."""

    page: CoursePage
    minutes: int
    steps: int
    languages: tuple[str, ...]

    @property
    def duration(self) -> str:
        """Which choice of durations it falls under."""
        return next((name for name, (_words, most) in HOURS.items() if self.minutes <= most), "long")

    def card(self) -> Card:
        """The course as a card, with duration, steps and languages in words."""
        parts = []
        if self.minutes:
            parts = [minutes_in_words(self.minutes), ngettext("%(n)d step", "%(n)d steps", self.steps) % {"n": self.steps}]
        names = dict(settings.LANGUAGES)
        parts.append(", ".join(str(names[code]) for code in self.languages))
        return replace(self.page.card(), meta=" · ".join(parts))


def entries(language: str, wanted_language: str = "") -> list[CatalogueEntry]:
    """Return every live course once: in `wanted_language`, if given, else in `language`, else in the first it has."""
    by_key: dict[UUID, dict[str, CoursePage]] = {}
    for page in shown(CoursePage.objects.all()).select_related("locale").order_by("path"):
        by_key.setdefault(page.key, {})[page.locale.language_code] = page
    outlines = Outline.objects.newest_of(list(by_key))
    order = [code for code, _label in settings.LANGUAGES]
    found = []
    for key, pages in by_key.items():
        codes = tuple(code for code in order if code in pages)
        chosen = pages.get(wanted_language) or pages.get(language) or pages[codes[0]]
        outline = outlines.get(key)
        found.append(
            CatalogueEntry(chosen, outline.document.minutes if outline else 0, len(outline.document.steps) if outline else 0, codes)
        )
    return found


def matching(found: list[CatalogueEntry], filters: CatalogueFilters, *, but: str = "") -> list[CatalogueEntry]:
    """Return the entries that fit the filters, but for one of them: so are the numbers behind its choices counted."""
    if filters.topic and but != "topic":
        found = [entry for entry in found if entry.page.topic == filters.topic]
    if filters.language and but != "language":
        found = [entry for entry in found if filters.language in entry.languages]
    if filters.hours and but != "hours":
        found = [entry for entry in found if entry.duration == filters.hours]
    return found


def _choices(everything: list[CatalogueEntry], filters: CatalogueFilters) -> dict[str, list[Choice]]:
    """Return the choices of each filter, with the number of courses that each would leave."""
    topics = Counter(entry.page.topic for entry in matching(everything, filters, but="topic"))
    languages = Counter(code for entry in matching(everything, filters, but="language") for code in entry.languages)
    hours = Counter(entry.duration for entry in matching(everything, filters, but="hours"))
    return {
        "topic": with_counts(Topic.choices, topics, filters.topic),
        "language": with_counts(settings.LANGUAGES, languages, filters.language),
        "hours": with_counts([(name, words) for name, (words, _most) in HOURS.items()], hours, filters.hours),
    }


def known_query(query: QueryDict, language: str) -> dict[str, str]:
    """What of a query the catalogue knows: filters that exist, and a page that the filtered list has."""
    filters = CatalogueFilters.parse(query)
    known = {name: value for name in ("topic", "language", "hours") if (value := getattr(filters, name))}
    if "page" in query:
        known |= known_page(Paginator(matching(entries(language, filters.language), filters), PER_PAGE), query)
    return known


def catalogue_context(query: QueryDict, language: str) -> dict[str, Any]:
    """What the catalogue page shows for a query string."""
    filters = CatalogueFilters.parse(query)
    everything = entries(language, filters.language)
    found = matching(everything, filters)
    page_obj = Paginator(found, PER_PAGE).get_page(query.get("page"))
    return {
        "filters": filters,
        "filter_query": filters.query,
        "choices": _choices(everything, filters),
        "page_obj": page_obj,
        "cards": [entry.card() for entry in page_obj],
        "found_count": len(found),
        "total_count": len(everything),
    }


def first_courses(language: str) -> list[Card]:
    """The first three courses, for the home page."""
    return [entry.card() for entry in entries(language)[:3]]
