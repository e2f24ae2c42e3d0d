"""What makes a bare site: a registry of steps, each of which makes what is missing and leaves what is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from foundation.registry import Entry, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupStep(Entry):
    """One step. Safe to run again."""

    run: Callable[[], object]


STEPS = Registry(SetupStep)


def set_up() -> None:
    """Make the bare site where it is missing."""
    for step in STEPS:
        step.run()
