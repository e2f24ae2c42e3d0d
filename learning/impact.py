"""Count whom an edit of a course or its steps affects: the record's answers to `courses.impact`."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Sum

from courses.impact import SOURCES, Impact, ImpactSource
from courses.models import StepSlot
from learning.models import Attempt, Enrolment, StepStat


def register_source() -> None:
    """Enter what the record knows. Called from `ready()`."""
    SOURCES.register(ImpactSource(name="learning", of_course=of_course, of_steps=of_steps))


def of_course(course_key: UUID) -> Impact:
    """Count open enrolments and open attempts of a course."""
    unfinished = Enrolment.objects.unfinished().filter(course_key=course_key)
    return Impact(
        open_enrolments=unfinished.count(),
        open_attempts=Attempt.objects.open().filter(enrolment__in=unfinished).count(),
    )


def of_steps(course_key: UUID, step_keys: Collection[UUID]) -> dict[UUID, int]:
    """Count who has done each of some steps of a course, as far as the outbox is folded. Two statements."""
    slots = dict(StepSlot.objects.filter(course_key=course_key, step_key__in=step_keys).values_list("slot", "step_key"))
    counts = StepStat.objects.filter(run__course_key=course_key, slot__in=slots).values_list("slot").annotate(Sum("completions"))
    return {slots[slot]: max(0, completions) for slot, completions in counts}
