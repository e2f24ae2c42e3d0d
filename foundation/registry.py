"""Registries: typed lists in which higher floors enter what a lower floor cannot know.

The one idiom for it in this house. A lower floor defines a frozen dataclass of entries and a registry of them; an app above
enters its own in `ready()`; a function beside the registry asks it. Names are unique, and the order is given or that of entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What every entry has: a name that no other has, and its place (the lowest `order` first; equal ones as entered)."""

    name: str
    order: int = 0


E = TypeVar("E", bound=Entry)


class NameTaken(Exception):
    """Another entry has this name already."""


class Registry(Generic[E]):
    """Entries of one class, by name and in order."""

    def __init__(self, entry_class: type[E]) -> None:
        self.entry_class = entry_class
        self._entries: dict[str, E] = {}
        self._ordered: tuple[E, ...] = ()

    def register(self, entry: E) -> E:
        """Enter an entry. Called from `ready()`; the same entry again changes nothing.

        Raises:
            TypeError: the entry is of another class.
            NameTaken: a different entry has this name.
        """
        if not isinstance(entry, self.entry_class):
            raise TypeError(f"{entry!r} is no {self.entry_class.__name__}")
        if self._entries.get(entry.name, entry) != entry:
            raise NameTaken(f"There is a {self.entry_class.__name__} named {entry.name!r} already.")
        self._entries[entry.name] = entry
        self._ordered = tuple(sorted(self._entries.values(), key=lambda each: each.order))
        return entry

    def remove(self, name: str) -> None:
        """Take an entry out: for tests that enter one of their own.

        Raises:
            KeyError: there is none of this name.
        """
        gone = self._entries.pop(name)
        self._ordered = tuple(entry for entry in self._ordered if entry is not gone)

    def get(self, name: str) -> E | None:
        """Return the entry of a name; None if there is none."""
        return self._entries.get(name)

    def __getitem__(self, name: str) -> E:
        return self._entries[name]

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[E]:
        return iter(self._ordered)

    def __len__(self) -> int:
        return len(self._entries)
