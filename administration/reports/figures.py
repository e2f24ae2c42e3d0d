"""Read the figures of a report from the counts: people of a run, and how many of them have done each step.

Few people are not counted in public: a figure from 1 to 4 is not told (docs/decisions/0026).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from courses.models import CourseRun, Outline
from courses.outline import OutlineDocument
from learning.models import RunStat, StepStat

FEWEST_TOLD = 5


def told(number: int) -> int | None:
    """Return a number of people; None for one to four, of whom a reader could guess who is meant."""
    return None if 0 < number < FEWEST_TOLD else max(0, number)


@dataclass(frozen=True, slots=True)
class RunFigures:
    """The people of a run. Numbers that may not be told are None."""

    run_id: int
    course_key: UUID
    run: str
    title: str
    enrolled: int | None
    finished: int | None
    withdrawn: int | None
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class StepFigures:
    """A step, and how many have done it. `percent` is of those enrolled, at most 100: they may have been counted a moment apart."""

    number: str
    module: str
    key: UUID
    title: str
    kind: str
    required: bool
    done: int | None
    percent: int | None


def runs(using: str, language: str) -> list[RunFigures]:
    """Return the runs that anybody is or was in, the largest first. Two queries."""
    stats = list(RunStat.objects.using(using).select_related("run").order_by("-enrolled", "run"))
    outlines = Outline.objects.using(using).newest_of(list({stat.run.course_key for stat in stats}))  # type: ignore[attr-defined]
    return [_of_run(stat, outlines.get(stat.run.course_key), language) for stat in stats]


def run_with_steps(using: str, run_id: int, language: str) -> tuple[RunFigures, list[StepFigures]] | None:
    """Return a run with every step of the newest outline, in order; None if nobody was ever counted in it. Three queries."""
    stat = RunStat.objects.using(using).select_related("run").filter(pk=run_id).first()
    outline = Outline.objects.using(using).filter(course_key=stat.run.course_key).order_by("-version").first() if stat else None
    if stat is None or outline is None:
        return None
    done = dict(StepStat.objects.using(using).filter(run=run_id).values_list("slot", "completions"))
    return _of_run(stat, outline, language), _steps(outline.document, done, stat.enrolled, language)


def _of_run(stat: RunStat, outline: Outline | None, language: str) -> RunFigures:
    title = outline.document.title(language) if outline else str(stat.run.course_key)
    run = "" if stat.run.slug == CourseRun.SELF_PACED else stat.run.slug
    people = told(stat.enrolled), told(stat.finished), told(stat.withdrawn)
    return RunFigures(stat.run_id, stat.run.course_key, run, title, *people, counted_at=stat.counted_at)


def _steps(document: OutlineDocument, done: dict[int, int], enrolled: int, language: str) -> list[StepFigures]:
    found = []
    for place, module in enumerate(document.modules, 1):
        for number, step in enumerate(module.steps, 1):
            people = told(done.get(step.slot, 0))
            percent = None if people is None or told(enrolled) is None else min(100, 100 * people // enrolled) if enrolled else 0
            title = step.title(language)
            found.append(
                StepFigures(f"{place}.{number}", module.title(language), step.key, title, step.kind.name, step.required, people, percent)
            )
    return found
