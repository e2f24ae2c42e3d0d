"""What has to be done again when background work was lost: a registry of chores, each found by what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from foundation.registry import Entry, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore(Entry):
    """One chore. `run` does all of it that is due at a moment, and returns how many there were; `done` names what is counted.

    Run twice, also at the same time, a chore does its work once.
    """

    run: Callable[[datetime], int]
    done: str


CHORES = Registry(Chore)
