"""Move everyone who has not finished a course to a newer outline."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from courses.models import CourseRun, Outline, OutlineMove
from foundation.civil_dates import today
from learning.models import Enrolment
from learning.services.complete_covered import complete_covered

BATCH = 1000


def move_to_outline(*, outline_id: UUID) -> int:
    """Pin every open enrolment of the course to this outline, in batches; then complete whom it covers.

    Bits are never touched, so nothing anyone did is lost. Returns how many were moved. Run twice, it does once; nobody
    is moved back from a newer outline, in whatever order the tasks of several run.
    """
    outline = Outline.objects.get(pk=outline_id)
    behind = Enrolment.objects.unfinished().filter(course_key=outline.course_key, outline__version__lt=outline.version)
    asked = list(OutlineMove.objects.filter(outline=outline, done_at=None).values_list("pk", flat=True))
    moved = 0
    while True:
        with transaction.atomic():
            # Whoever is enrolling holds the run: after this lock they are either seen here or pinned to the new outline.
            list(CourseRun.objects.select_for_update(no_key=True).filter(course_key=outline.course_key).order_by("pk"))
            batch = behind.order_by("pk").select_for_update(of=("self",)).only("pk")[:BATCH]
            pks = [enrolment.pk for enrolment in batch]
            moved += Enrolment.objects.filter(pk__in=pks).update(outline=outline, moved_on=today())
        if len(pks) < BATCH:
            break
    complete_covered(course_key=outline.course_key)
    # Last: until then `reconcile` takes it up again. A wish that came meanwhile has a task of its own.
    OutlineMove.objects.filter(pk__in=asked).update(done_at=timezone.now())
    return moved
