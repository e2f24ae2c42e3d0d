"""Decide, as support, which of two sign-ins of an institution an account is entered by."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import notify
from accounts.account_acts import DECIDED_INSTITUTION
from accounts.changes import Change
from accounts.errors import CaseClosed, CaseOutdated, OwnCase, SubjectTaken
from accounts.holds import refuse_if_held
from accounts.institutions import name_of_institution
from accounts.locked_cases import lock_case
from accounts.models import InstitutionCase, InstitutionIdentity, SecurityEvent, User
from accounts.services.note_change import note_change
from accounts.services.record_audit import clean_reason, record_audit

Outcome = InstitutionCase.Outcome
# After which the mailbox, or the person, may be another.
DECISIVE = [
    change.value
    for change in (Change.ADDRESS, Change.PASSWORD, Change.SECOND_FACTOR, Change.DEACTIVATED, Change.REACTIVATED, Change.DECIDED)
]


def decide_institution(*, actor: User, case_id: int, outcome: Outcome, reason: str, now: datetime) -> InstitutionCase:
    """Close a case, and tell the account's owner.

    Raises:
        ReasonMissing, CaseClosed, CaseOutdated, OwnCase, SubjectTaken, AccountHeld: see there; nothing was changed.
    """
    said = clean_reason(reason)
    try:
        with transaction.atomic():
            found = lock_case(InstitutionCase.objects.filter(decided_at=None), case_id)
            if found is None:
                raise CaseClosed
            case, user = found
            if user.pk == actor.pk:
                raise OwnCase
            case.decided_at, case.outcome = now, outcome
            case.save(update_fields=["decided_at", "outcome"])
            name = name_of_institution(case.institution)
            if outcome == Outcome.REPLACED:
                refuse_if_held(user)
                # What was shown for it was shown of the account as it was: its former mailbox must not open it now.
                if SecurityEvent.objects.filter(user=user, at__gt=case.at, kind__in=DECISIVE).exists():
                    raise CaseOutdated
                InstitutionIdentity.objects.filter(user=user, issuer=case.issuer).delete()
                InstitutionIdentity.objects.create(
                    user=user, institution=case.institution, issuer=case.issuer, subject=case.subject, joined_at=now
                )
                note_change(user=user, change=Change.INSTITUTION_REPLACED, detail=name)
            record_audit(
                actor=actor,
                action=DECIDED_INSTITUTION,
                subject_kind="account",
                subject_key=str(user.pk),
                reason=said,
                details={"case": case.pk, "outcome": str(outcome)},
            )
            context = {"institution": name, "is_replaced": outcome == Outcome.REPLACED}
            notify.tell_on_commit("account/email/institution_decided", user, context)
            return case
    except IntegrityError as error:
        raise SubjectTaken from error
