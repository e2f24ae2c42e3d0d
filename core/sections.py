"""The registry of the site's sections (catalogue, library). The floors above register theirs; core never names them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise
from wagtail.models import Page

from core.cards import Card
from core.context import page_address, site_language
from core.navigation import ADDRESSES, Address, Place
from foundation.registry import Entry, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Section(Entry):
    """A promised address under the home page (its name), the page that stands there, and what of it the home page shows."""

    page_class: type[Page]
    menu_label: str | Promise
    label: str | Promise
    all_label: str | Promise
    cards: Callable[[str], list[Card]]
    layout: str = "cards"

    def title(self, language: str) -> str:
        """Return what the page that stands there is called when it is made."""
        with translation.override(language):
            return str(self.menu_label)


@dataclass(frozen=True, slots=True)
class HomeSection:
    """A section as the home page shows it."""

    slug: str
    label: str
    all_label: str
    url: str
    cards: list[Card]
    layout: str


SECTIONS = Registry(Section)


def register_section(section: Section) -> None:
    """Enter a section, and its address in the header of every page. Called from `ready()`."""
    SECTIONS.register(section)
    name = section.name
    ADDRESSES.register(
        Address(
            name=name,
            order=section.order,
            place=Place.HEADER,
            label=section.menu_label,
            url=lambda: page_address(site_language(), f"{name}/"),
        )
    )


def home_cards(language: str) -> list[HomeSection]:
    """What the home page of a language shows of each section."""
    return [
        HomeSection(
            slug=section.name,
            label=str(section.label),
            all_label=str(section.all_label),
            url=page_address(language, f"{section.name}/"),
            cards=section.cards(language),
            layout=section.layout,
        )
        for section in SECTIONS
    ]
