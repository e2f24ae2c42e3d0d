"""The registry of what waits for a person on the first page of the admin: each app adds its own items.

An app enters a source in `ready()`. It is asked each time a person opens that page: it should cost few queries, and answer
nothing for whom nothing waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from foundation.registry import Entry, Registry


@dataclass(frozen=True, slots=True)
class Item:
    """One line: what waits (a text that fits any number, as "Texts to review"), how many, where, and since when.

    `key` names it for tests and addresses; `titles` are the first few, with their own addresses, if they have any.
    """

    key: str
    label: str
    count: int
    url: str
    oldest: datetime | None = None
    titles: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Entry):
    """Who says what waits: `items_for` is asked with the person who looks."""

    items_for: Callable[[User], Iterable[Item]]


SOURCES = Registry(Source)


def items_for(user: User) -> list[Item]:
    """Return everything that waits for a person, what has waited longest first; lines that count nothing are left out."""
    items = [item for source in SOURCES for item in source.items_for(user) if item.count]
    return sorted(items, key=lambda item: (item.oldest is None, item.oldest.timestamp() if item.oldest else 0.0))
