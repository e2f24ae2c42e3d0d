"""Pure functions of measuring: the order of blocks, medians, which block to repeat, and the summary of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of visits: processor time a visit in milliseconds, seconds of each visit, and the slower of its neighbouring hellos."""

    app_ms: float
    db_ms: float
    times: tuple[float, ...]
    hello: float

    @property
    def cpu_ms(self) -> float:
        """Application and database together."""
        return self.app_ms + self.db_ms


def order_of(contenders: Sequence[T], repeat: int) -> list[T]:
    """Return the order of a repeat: forwards and backwards in turn, so that four blocks in a row are A B B A."""
    return list(contenders) if repeat % 2 == 0 else list(reversed(contenders))


def is_disturbed(hello: float, hellos: Sequence[float]) -> bool:
    """Whether a block must be repeated: its neighbouring hello (requests a second) fell under half the median of the run."""
    return bool(hellos) and hello < median(hellos) / 2


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the values does not exceed (nearest rank).

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values")
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * round(share * 100) // 100) - 1)]


def ratios(blocks: Sequence[Block], floors: Sequence[Block]) -> list[float]:
    """Return how many times its floor each block cost, each against the floor of its own repeat."""
    return [block.cpu_ms / floor.cpu_ms for block, floor in zip(blocks, floors, strict=True)]


def spread(values: Sequence[float], digits: int) -> tuple[float, list[float]]:
    """Return the median and the range, rounded."""
    return round(median(values), digits), [round(min(values), digits), round(max(values), digits)]
