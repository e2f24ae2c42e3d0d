"""Move everyone who has not finished a course to a newer outline."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from courses.models import Outline
from learning.models import Enrolment
from learning.services.complete_covered import complete_covered_enrolments

BATCH = 1000


def move_everyone_unfinished(*, outline_id: UUID) -> int:
    """Pin every open enrolment of the course to this outline, in batches; then complete whom it covers.

    Bits are never touched, so nothing anyone did is lost. Returns how many were moved. Run twice, it does once; an
    outline that is no longer the newest moves nobody (a later one has its own task).
    """
    outline = Outline.objects.get(pk=outline_id)
    if Outline.objects.filter(course_key=outline.course_key, version__gt=outline.version).exists():
        return 0
    moved = 0
    while True:
        with transaction.atomic():
            behind = Enrolment.objects.unfinished().filter(course_key=outline.course_key).exclude(outline=outline).order_by("pk")
            batch = list(behind.select_for_update(of=("self",)).values_list("pk", flat=True)[:BATCH])
            moved += Enrolment.objects.filter(pk__in=batch).update(outline=outline, moved_on=timezone.localdate())
        if len(batch) < BATCH:
            break
    complete_covered_enrolments(course_key=outline.course_key)
    return moved
