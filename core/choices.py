"""The choices of a filter above a list, each with the number of entries that it would leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter: what it is called and how many entries it leaves."""

    value: str
    label: str
    count: int


def with_counts(known: Iterable[tuple[str, Any]], counts: Mapping[str, int], chosen: str) -> list[Choice]:
    """Return the choices that leave anything; the chosen one stays, whatever it leaves.

    Args:
        known: value and label of all, in their order.
    """
    return [Choice(value, str(label), counts.get(value, 0)) for value, label in known if counts.get(value, 0) or value == chosen]
