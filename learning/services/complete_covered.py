"""Complete the enrolments of a course whose needed steps are all done: after a waiver, or a move to another outline."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from courses.models import Outline, StepWaiver
from learning import policies
from learning.models import Enrolment
from learning.services.advance import advance

BATCH = 200


def complete_covered(*, course_key: UUID) -> int:
    """Complete whoever is covered now. Returns how many. A second run changes nothing.

    Looks first without a lock, so that the many who are not covered cost a read and no write; then one row is locked at a time.
    """
    waived = StepWaiver.objects.steps_of(course_key)
    completed = 0
    unfinished = Enrolment.objects.unfinished().filter(course_key=course_key).order_by("pk").values_list("pk", "outline_id", "done_bits")
    needed: dict[UUID, int] = {}
    for pk, outline_id, done_bits in unfinished.iterator(chunk_size=BATCH):
        if outline_id not in needed:
            needed[outline_id] = policies.required_mask(Outline.objects.get(pk=outline_id).document, waived)
        if not policies.is_covered(int(done_bits), needed[outline_id]):
            continue
        with transaction.atomic():
            enrolment = Enrolment.objects.unfinished().filter(pk=pk).lock_first()
            if enrolment is not None:
                completed += advance(enrolment, 0, waived=waived)
    return completed
