"""How much a run measures: the whole (at most 20 minutes), the full (as long as it takes), the short (only that it works)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Blocks of each contender where time runs short.
FEWER = 3


@dataclass(frozen=True, slots=True)
class Mode:
    """Numbers of one way to run.

    Attributes:
        repeats: blocks of each contender.
        block_seconds: how long a block shall take; the number of its visits follows from what a visit takes, within `visits`.
        visits: the least and the most visits of a block.
        works, courses: how many there are in the end, for the tasks that are measured with many pages.
        minutes: after so many, tasks that are still to come have FEWER blocks: the whole run must end within 20. 0: it may take its time.
        actors: people who act; a write is measured once for each, so no block of writes has more visits.
    """

    name: str
    steps: tuple[int, ...]
    learners: tuple[int, ...]
    repeats: int
    block_seconds: float
    visits: tuple[int, int]
    actors: int
    hellos: int
    works: int = 10_000
    courses: int = 200
    minutes: float = 0

    def repeats_after(self, minutes: float) -> int:
        """Return how many blocks a task has that begins so many minutes after the start."""
        return min(self.repeats, FEWER) if self.minutes and minutes > self.minutes else self.repeats


WHOLE = Mode("whole", (10, 1000), (1000, 100_000), 5, 0.7, (4, 400), 400, 120, minutes=14)
FULL = Mode("full", (10, 100, 1000), (1000, 100_000, 5_100_000), 5, 0.7, (4, 400), 400, 120)
SHORT = Mode("short", (10,), (1000,), 1, 0.4, (2, 200), 200, 60, works=200, courses=4)


def mode_of(environment: Mapping[str, str]) -> Mode:
    """Return the mode that FULL=1 or SHORT=1 asks for, else the whole run."""
    if environment.get("SHORT"):
        return SHORT
    return FULL if environment.get("FULL") else WHOLE
