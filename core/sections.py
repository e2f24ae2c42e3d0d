"""The registry of the site's sections (catalogue, library). The floors above register theirs; core never names them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from wagtail.models import Page

from core.models import Card


@dataclass(frozen=True, slots=True)
class Section:
    """A promised address under the home page, the page that stands there, and what of it the home page shows."""

    slug: str
    page_class: type[Page]
    titles: dict[str, str]
    label: str | Promise
    all_label: str | Promise
    cards: Callable[[str], list[Card]]
    layout: str = "cards"


@dataclass(frozen=True, slots=True)
class HomeSection:
    """A section as the home page shows it."""

    slug: str
    label: str
    all_label: str
    url: str
    cards: list[Card]
    layout: str


_sections: list[Section] = []


def register(section: Section) -> None:
    """Add a section, in the order in which the apps are ready. Registering the same slug again replaces it."""
    _sections[:] = [known for known in _sections if known.slug != section.slug] + [section]


def all_sections() -> list[Section]:
    """Every registered section."""
    return list(_sections)


def home_cards(language: str) -> list[HomeSection]:
    """What the home page of a language shows of each section."""
    from core.context import page_address

    return [
        HomeSection(s.slug, str(s.label), str(s.all_label), page_address(language, f"{s.slug}/"), s.cards(language), s.layout)
        for s in sorted(_sections, key=lambda s: s.slug)
    ]
