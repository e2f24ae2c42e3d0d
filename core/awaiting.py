"""The registry of what waits for a person on the first page of the admin: each app adds its own items.

An app registers a function in `ready()`: `awaiting.register("certificate_holds", holds_for)`. It is asked with the person
who looks, each time they open that page: it should cost few queries, and answer nothing for whom nothing waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User


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


Source = Callable[[User], Iterable[Item]]
_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Register a function from a person to what waits for them. Registering a name again replaces it."""
    _sources[name] = source


def items_for(user: User) -> list[Item]:
    """Return everything that waits for a person, what has waited longest first; lines that count nothing are left out."""
    items = [item for source in _sources.values() for item in source(user) if item.count]
    return sorted(items, key=lambda item: (item.oldest is None, item.oldest.timestamp() if item.oldest else 0.0))
