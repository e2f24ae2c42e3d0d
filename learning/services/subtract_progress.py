"""Subtract the steps of an erased enrolment from the counts, which are about people still in the record."""

from __future__ import annotations

from learning.bitset import slots
from learning.models import Enrolment, Progressed


def subtract_progress(*, enrolment: Enrolment) -> None:
    """Tell the outbox that the steps of an enrolment are gone, whether they were folded yet or not.

    Belongs in the transaction that deletes the enrolment, under its lock.
    """
    Progressed.objects.bulk_create([Progressed(run_id=enrolment.run_id, slot=slot, delta=-1) for slot in slots(enrolment.done_bits)])
