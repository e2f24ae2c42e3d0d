"""Run again what background work has left undone, found by what is missing and not by which task was lost."""

from __future__ import annotations

from datetime import datetime

from foundation.upkeep import CHORES


def reconcile(*, now: datetime) -> dict[str, int]:
    """Do every chore that should have been done by now; return how many each found, by name, in the order of the chores."""
    return {chore.name: chore.run(now) for chore in CHORES}
