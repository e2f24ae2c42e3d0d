"""Bit sets: the steps that are done, as one integer in Python and as bytes in the database.

Bit n is slot n of the course. Union is OR, so a replay, a second device or any order of events end in the same set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import models


class BitSetField(models.BinaryField):  # type: ignore[type-arg]
    """A non-negative integer of any size, stored as little-endian bytes without trailing zeros."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", 0)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def get_default(self) -> int:
        return 0

    def from_db_value(self, value: bytes | memoryview | None, expression: object, connection: object) -> int | None:
        """Turn stored bytes into an integer."""
        return None if value is None else int.from_bytes(bytes(value), "little")

    def to_python(self, value: Any) -> Any:
        return int.from_bytes(bytes(value), "little") if isinstance(value, bytes | memoryview) else value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Turn an integer into bytes.

        Raises:
            ValueError: the integer is negative.
        """
        if isinstance(value, int):
            if value < 0:
                raise ValueError("A set of steps cannot be negative.")
            value = value.to_bytes((value.bit_length() + 7) // 8, "little")
        return super().get_db_prep_value(value, connection, prepared)

    def value_to_string(self, obj: models.Model) -> str:
        return format(self.value_from_object(obj), "x")


def to_hex(bits: int) -> str:
    """Return a set as hexadecimal digits, the highest slots first: a thousand steps are 250 characters."""
    return format(bits, "x")


def slots(bits: int) -> list[int]:
    """Return the slots in a set, in order: as many turns as it has slots, however high they are."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found


class SlotCounts:
    """In how many sets each slot is, by run: millions of sets in little memory.

    Equal sets are counted together, then bytes, and only the sums are taken apart into bits.
    """

    def __init__(self) -> None:
        self._bytes: dict[int, list[Counter[int]]] = {}

    def add(self, sets: Iterable[tuple[int, int]]) -> None:
        """Count pairs of run and set: some ten thousand at a time, all of which are held."""
        for (run, bits), number in Counter(sets).items():
            columns = self._bytes.setdefault(run, [])
            stored = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
            if len(columns) < len(stored):
                columns.extend(Counter() for _column in range(len(stored) - len(columns)))
            for column, value in zip(columns, stored, strict=False):
                if value:
                    column[value] += number

    def totals(self) -> dict[tuple[int, int], int]:
        """Return how many sets hold each slot, by run and slot; slots that are in none are missing."""
        found: Counter[tuple[int, int]] = Counter()
        for run, columns in self._bytes.items():
            for place, column in enumerate(columns):
                for value, number in column.items():
                    for bit in slots(value):
                        found[run, place * 8 + bit] += number
        return dict(found)
