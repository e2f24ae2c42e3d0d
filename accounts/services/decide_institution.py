"""Decide, as support, which of two sign-ins of an institution an account is entered by."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import notify
from accounts.account_acts import DECIDED_INSTITUTION
from accounts.changes import Change
from accounts.errors import CaseClosed, OwnCase, SubjectTaken
from accounts.holds import refuse_if_held
from accounts.institutions import name_of_institution
from accounts.models import InstitutionCase, InstitutionIdentity, User
from accounts.services.note_change import note_change
from accounts.services.record_audit import clean_reason, record_audit

Outcome = InstitutionCase.Outcome


def decide_institution(*, actor: User, case_id: int, outcome: Outcome, reason: str, now: datetime) -> InstitutionCase:
    """Close a case, and tell the account's owner.

    Raises:
        ReasonMissing, CaseClosed, OwnCase, SubjectTaken, AccountHeld: see there; nothing was changed.
    """
    said = clean_reason(reason)
    try:
        with transaction.atomic():
            case = InstitutionCase.objects.select_for_update().filter(pk=case_id, decided_at=None).first()
            if case is None:
                raise CaseClosed
            if case.user_id == actor.pk:
                raise OwnCase
            user = User.objects.select_for_update(no_key=True).get(pk=case.user_id)
            case.decided_at, case.outcome = now, outcome
            case.save(update_fields=["decided_at", "outcome"])
            name = name_of_institution(case.institution)
            if outcome == Outcome.REPLACED:
                refuse_if_held(user)
                InstitutionIdentity.objects.filter(user=user, issuer=case.issuer).delete()
                InstitutionIdentity.objects.create(
                    user=user, institution=case.institution, issuer=case.issuer, subject=case.subject, joined_at=now
                )
                note_change(user=user, change=Change.INSTITUTION_JOINED, detail=name)
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
