"""Do steps, whatever the way: set the bits, write the outbox, and complete the enrolment when everything needed is done."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from foundation.civil_dates import today
from foundation.statements import insert_rows, update_row
from learning import policies
from learning.bitset import slots
from learning.errors import NotEnrolled
from learning.events import course_completed
from learning.models import Enrolment, Progressed
from learning.own_enrolment import lock_own_enrolment


def lock_enrolment(learner_id: int, course_key: UUID) -> Enrolment:
    """Return a person's enrolment in a course, locked, with its run and waivers. One statement; call inside a transaction.

    Raises:
        NotEnrolled: there is none, or it was withdrawn.
    """
    enrolment = lock_own_enrolment(learner_id, course_key)
    if enrolment is None or enrolment.state != Enrolment.State.ACTIVE:
        raise NotEnrolled
    return enrolment


def advance(enrolment: Enrolment, bits: int, *, waived: set[UUID] | None = None) -> bool:
    """Add steps to a locked enrolment and complete it when everything needed is done. Returns whether it completed now.

    Someone who has left keeps what they do, but completes only after coming back. Saves the enrolment, and with it the
    place that the caller set.
    """
    new = bits & ~enrolment.done_bits
    enrolment.done_bits |= bits
    completed = False
    if enrolment.completed_at is None and enrolment.state == Enrolment.State.ACTIVE:
        if waived is None:
            waived = enrolment.waived
        needed = policies.required_mask(enrolment.document, waived)
        completed = policies.is_covered(enrolment.done_bits, needed)
        if completed:
            enrolment.completed_at = timezone.now()
    update_row(enrolment, "done_bits", "completed_at", "resume_step", "resume_at", "resume_event")
    if new:
        day = today()
        insert_rows(Progressed, ("run", "slot", "day", "delta"), [(enrolment.run_id, slot, day, 1) for slot in slots(new)])
    if completed:
        course_completed.send(sender=Enrolment, enrolment=enrolment)
    return completed
