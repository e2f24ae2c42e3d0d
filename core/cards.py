"""How a page appears elsewhere: in a list, and in search."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from foundation.registry import Entry, Registry


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultKind(Entry):
    """What a search result is, and what readers call it. The floor of its pages enters it."""

    label: str | Promise


RESULT_KINDS = Registry(ResultKind)


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """What search may know of a page. Only what everyone may read. `kind` is the name of an entry in RESULT_KINDS."""

    title: str
    summary: str
    text: str
    kind: str
    context: str = ""
