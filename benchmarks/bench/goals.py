"""The goals of the benchmark, and whether the measured rows of a run meet them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from benchmarks.bench.tasks import PAGES, Task

Row = dict[str, Any]
# "Flat" and "equal" in the goals, of figures that are measured: the same growth that is allowed with more learners.
FLAT = 1.15
KILO = 1000
# How many times its floor a task may cost, by task and variant.
MOST = {
    ("T1", ""): 0.2,
    ("T2", ""): 1.8,
    ("T3", ""): 0.6,
    ("T3", "enrolled"): 1.4,
    ("T5", ""): 1.6,
    ("T6", ""): 2.0,
    ("T7", ""): 2.0,
    ("T7", "state"): 2.0,
    ("T9", ""): 2.5,
    ("T10", ""): 2.0,
    ("T11", ""): 2.5,
    ("T11", "part"): 2.5,
    ("T12", ""): 4.0,
    ("T13", ""): 4.0,
    ("T14", ""): 1.0,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A goal, what was measured, and whether it is met: None where this run measured nothing of it."""

    task: str
    goal: str
    measured: str
    met: bool | None


def find(rows: Iterable[Row], task: str, steps: int, learners: int, system: str = "puente", variant: str = "") -> Row | None:
    """Return the one row of a measurement, or None."""
    wanted = (task, variant, system, steps, learners)
    return next((row for row in rows if (row["task"], row["variant"], row["system"], row["steps"], row["learners"]) == wanted), None)


def sizes(rows: Iterable[Row], what: str) -> list[int]:
    """Return the numbers of steps, or of learners, that were measured, the smallest first."""
    return sorted({row[what] for row in rows})


def _verdict(task: str, goal: str, values: Sequence[float], most: float, unit: str = "") -> Verdict:
    if not values:
        return Verdict(task, goal, "not measured in this run", None)
    return Verdict(task, goal, " / ".join(f"{value:.2f}{unit}" for value in values), all(value <= most for value in values))


def _between(found: Sequence[int], what: str) -> str:
    """Return from where to where a growth is measured; in a short run there is one size only."""
    return f"from {found[0]:,} to {found[-1]:,} {what}" if found[0] != found[-1] else f"with more {what}"


def _at_most(rows: Sequence[Row], task: str, what: str, variant: str = "") -> Verdict:
    """Return the verdict on "costs at most so many times its floor", at every length, with the most learners measured."""
    learners, lengths = sizes(rows, "learners")[-1], sizes(rows, "steps")
    found = [find(rows, task, steps, learners, variant=variant) for steps in lengths]
    most = MOST[task, variant]
    return _verdict(task, f"{what}: ≤ {most:g} × its floor", [row["times_floor"] for row in found if row], most)


def _of_page(rows: Sequence[Row], task: Task) -> Verdict:
    """Return the verdict on a page that the number of works and courses may not make dearer: at every length, and with many pages."""
    learners, lengths = sizes(rows, "learners")[-1], sizes(rows, "steps")
    many = task.with_many_pages().variant
    found = [find(rows, task.name, steps, learners, variant=variant) for variant in (task.variant, many) for steps in lengths]
    most = MOST[task.name, task.variant]
    return _verdict(task.name, f"{task.title}: ≤ {most:g} × its floor", [row["times_floor"] for row in found if row], most)


def _longer(rows: Sequence[Row], task: str, most: float, word: str, variant: str = "") -> Verdict:
    """Return the verdict on the growth from the shortest course to the longest, with the most learners measured."""
    learners, lengths = sizes(rows, "learners")[-1], sizes(rows, "steps")
    short, long = (find(rows, task, steps, learners, variant=variant) for steps in (lengths[0], lengths[-1]))
    values = [long["times_floor"] / short["times_floor"]] if short and long and len(lengths) > 1 else []
    return _verdict(task, f"{word}: ≤ {most} {_between(lengths, 'steps')}", values, most)


def _more_learners(rows: Sequence[Row], few: int, many: int) -> Verdict:
    """Return the verdict on T2 to T7 from fewer to more learners: of the task that grew most."""
    grown = []
    for task, variant in (("T2", ""), ("T3", ""), ("T3", "enrolled"), ("T4", ""), ("T5", ""), ("T6", ""), ("T7", ""), ("T7", "state")):
        for steps in sizes(rows, "steps"):
            before, after = (find(rows, task, steps, learners, variant=variant) for learners in (few, many))
            if before and after:
                grown.append((after["times_floor"] / before["times_floor"], f"{task} {variant}".strip(), steps))
    goal = f"growth {_between((few, many), 'learners')}: ≤ {FLAT}"
    if not grown or few == many:
        return Verdict("T2 to T7", goal, "not measured in this run", None)
    worst = max(grown)
    return Verdict("T2 to T7", goal, f"{worst[0]:.2f} at the most ({worst[1]}, {worst[2]:,} steps)", worst[0] <= FLAT)


def _admin(rows: Sequence[Row]) -> list[Verdict]:
    """Return the verdicts on T8: the page as a browser reads it, and as it was with few learners."""
    learners, lengths = sizes(rows, "learners"), sizes(rows, "steps")
    made = []
    for variant, what in (("", "record"), ("listing", "list")):
        found = [row for steps in lengths if (row := find(rows, "T8", steps, learners[-1], variant=variant))]
        weights = [row["bytes_plain"] / KILO for row in found]
        made.append(_verdict("T8", f"{what}: ≤ 200 kB, uncompressed", weights, 200, " kB"))
        before = [row for steps in lengths if (row := find(rows, "T8", steps, learners[0], variant=variant))]
        growth = [after["bytes_plain"] / row["bytes_plain"] for row, after in zip(before, found, strict=True)] if len(learners) > 1 else []
        made.append(_verdict("T8", f"{what}: flat {_between(learners, 'learners')} (bytes: ≤ {FLAT})", growth, FLAT))
    return made


def verdicts(rows: Sequence[Row]) -> list[Verdict]:
    """Return every goal with what a run measured."""
    learners = sizes(rows, "learners")
    pairs = list(pairwise(learners)) or [(learners[0], learners[0])]
    return [
        _at_most(rows, "T1", "course page, anonymous"),
        _longer(rows, "T1", FLAT, "flat"),
        _at_most(rows, "T2", "course page with ticks: page and state together"),
        _longer(rows, "T2", 1.2, "growth"),
        _at_most(rows, "T3", "lesson page, open"),
        _at_most(rows, "T3", "lesson page, enrolled people only", "enrolled"),
        _at_most(rows, "T5", "four values"),
        _at_most(rows, "T6", "complete the last step, with the certificate"),
        _longer(rows, "T6", FLAT, "equal"),
        _at_most(rows, "T7", "my progress, the private page"),
        _longer(rows, "T7", FLAT, "flat"),
        _at_most(rows, "T7", "my progress, as the script reads it", "state"),
        _longer(rows, "T7", FLAT, "as the script reads it: flat", "state"),
        *_admin(rows),
        *(_of_page(rows, task) for task in PAGES),
        *(_more_learners(rows, few, many) for few, many in pairs),
    ]
