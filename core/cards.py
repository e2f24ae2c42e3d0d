"""How a page appears elsewhere: in a list, and in search."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """How a page appears in a list: all a card template needs, and nothing about who looks at it."""

    url: str
    title: str
    summary: str = ""
    topic: str = ""
    topic_label: str = ""
    kicker: str = ""
    meta: str = ""
    slug: str = ""
    key: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """What search may know of a page. Only what everyone may read."""

    title: str
    summary: str
    text: str
    kind: str
    context: str = ""
