"""Open a learner's record for support, after the reason is written on the audit trail."""

from __future__ import annotations

from django.db import transaction

from accounts.models import AuditEntry, User
from accounts.services.record_audit import clean_reason, record_audit
from administration.audit.acts import OPENED
from learning.models import Enrolment


def open_record(*, enrolment: Enrolment, actor: User, reason: str) -> AuditEntry:
    """Write down who opens whose record of which course, and why. Committed when this returns.

    Raises:
        ReasonMissing: it has fewer than 10 or more than 500 characters, or no letters; nothing was written.
    """
    said = clean_reason(reason)
    # Durable: nothing that comes after may take the entry back.
    with transaction.atomic(durable=True):
        return record_audit(
            actor=actor,
            action=OPENED,
            subject_kind="enrolment",
            subject_key=str(enrolment.pk),
            reason=said,
            details={"learner": enrolment.learner_id, "course": str(enrolment.course_key)},
        )
