"""Issue a certificate by hand: to a learner who finished and has none, or, as an override, to one who did not finish."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from accounts.services.record_audit import clean_reason, record_audit
from credentials.audit import ISSUED, OVERRIDDEN
from credentials.errors import NameMissing, NotEligible, OwnRecord
from credentials.models import Credential, CredentialNotice
from credentials.services.award_credential import is_earned, snapshot_of, snapshot_of_override, write_credential
from credentials.services.notify_holder import record_notice
from learning.models import Enrolment


def issue_by_hand(*, actor: User, enrolment_id: int, reason: str, override: bool = False) -> Credential:
    """Issue the certificate of an enrolment, or return the valid one that there is: two tabs or two people make one.

    Also after one was revoked: only people decide that, never `award_credential`. A name that no font has is certified all
    the same; its PDF waits, as for everyone.

    Args:
        reason: why, for the audit trail.
        override: issue it although the course is not finished. It then says that it was issued by
            decision of the issuer, not that the course was completed, and bears no grade: nobody has earned one.

    Raises:
        ReasonMissing, OwnRecord, NotEligible, NameMissing: nothing was changed.
        Enrolment.DoesNotExist: there is no such enrolment.
    """
    kept = clean_reason(reason)
    with transaction.atomic():
        enrolment = _lock(enrolment_id)
        if enrolment.learner_id == actor.pk:
            raise OwnRecord
        before = Credential.objects.filter(enrolment=enrolment)
        if (existing := before.live().first()) is not None:
            return existing
        is_override = not is_earned(enrolment)
        if is_override and not override:
            raise NotEligible
        if not enrolment.learner.printed_name:
            raise NameMissing
        snapshot = snapshot_of_override(enrolment) if is_override else snapshot_of(enrolment)
        basis = Credential.Basis.OVERRIDE if is_override else Credential.Basis.BY_HAND
        person = enrolment.learner
        credential = write_credential(enrolment, snapshot, basis, printed_name=person.printed_name, show_name=person.show_name)
        record_audit(
            actor=actor,
            action=OVERRIDDEN if is_override else ISSUED,
            subject_kind="credential",
            subject_key=str(credential.pk),
            reason=kept,
            details={"enrolment": enrolment.pk, "after_revocation": before.exclude(pk=credential.pk).exists()},
        )
        record_notice(credential, CredentialNotice.What.ISSUED)
    return credential


def _lock(enrolment_id: int) -> Enrolment:
    """Lock the person, then the enrolment: the order in which an account is erased."""
    learner_id = Enrolment.objects.values_list("learner_id", flat=True).get(pk=enrolment_id)
    learner = User.objects.select_for_update(no_key=True).filter(pk=learner_id).first()
    enrolment = Enrolment.objects.filter(pk=enrolment_id).lock_first()
    if learner is None or enrolment is None:
        raise Enrolment.DoesNotExist
    enrolment.learner = learner
    return enrolment
