"""What has to be done again about pages: the bin, whose days end."""

from __future__ import annotations

from core.services.empty_bin import empty_bin
from foundation.upkeep import CHORES, Chore


def register_chores() -> None:
    """Enter the chores of this floor. Called from `ready()`."""
    CHORES.register(Chore(name="bin", order=90, run=lambda now: empty_bin(now=now), done="deleted pages taken out of the bin"))
