"""Count whom an edit of a course or its steps affects: the record's answers to `courses.impact`."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Sum

from courses.impact import Impact
from courses.models import StepSlot
from learning.models import Attempt, Credential, Enrolment, StepStat


def of_course(course_key: UUID) -> Impact:
    """Count open enrolments, open attempts and certificates of a course."""
    unfinished = Enrolment.objects.unfinished().filter(course_key=course_key)
    return Impact(
        open_enrolments=unfinished.count(),
        open_attempts=Attempt.objects.open().filter(enrolment__in=unfinished).count(),
        certificates=Credential.objects.live().filter(enrolment__course_key=course_key).count(),
    )


def of_steps(course_key: UUID, step_keys: Collection[UUID]) -> dict[UUID, int]:
    """Count who has done each of some steps of a course, as far as the outbox is folded. Two statements."""
    slots = dict(StepSlot.objects.filter(course_key=course_key, step_key__in=step_keys).values_list("slot", "step_key"))
    counts = StepStat.objects.filter(run__course_key=course_key, slot__in=slots).values_list("slot").annotate(Sum("completions"))
    return {slots[slot]: max(0, completions) for slot, completions in counts}
