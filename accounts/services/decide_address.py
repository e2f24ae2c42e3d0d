"""Decide, as support, whose an account is after its change of address was contested."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from accounts import notify
from accounts.account_acts import DECIDED
from accounts.allauth_internals import is_address_free
from accounts.changes import Change
from accounts.errors import AddressTaken, CaseClosed, OwnCase
from accounts.locked_cases import lock_case
from accounts.models import AddressChange, InstitutionCase, InstitutionIdentity, User
from accounts.models.security import CONTESTABLE
from accounts.services.note_change import note_change
from accounts.services.record_audit import clean_reason, record_audit

Outcome = AddressChange.Outcome


def decide_address(*, actor: User, change_id: int, outcome: Outcome, reason: str, now: datetime) -> AddressChange:
    """Close a case. The account is no longer held by it, and both addresses hear what was decided.

    If the account goes back to its former address, whoever had it meanwhile is shut out: every session ends, and the password and the
    second steps that were set since the change, or shortly before it (`CONTESTABLE`), are taken away, and institutions that were joined.
    Its owner comes in with a code.

    Raises:
        ReasonMissing, CaseClosed, OwnCase, AddressTaken: see there; nothing was changed.
    """
    said = clean_reason(reason)
    try:
        with transaction.atomic():
            found = lock_case(AddressChange.objects.open_cases(), change_id)
            if found is None:
                raise CaseClosed
            change, user = found
            if user.pk == actor.pk:
                raise OwnCase
            change.decided_at, change.outcome = now, outcome
            change.save(update_fields=["decided_at", "outcome"])
            if outcome == Outcome.RETURNED:
                _give_back(user, change)
            note_change(user=user, change=Change.DECIDED, detail=str(outcome))
            record_audit(
                actor=actor,
                action=DECIDED,
                subject_kind="account",
                subject_key=str(user.pk),
                reason=said,
                details={"case": change.pk, "outcome": str(outcome)},
            )
            for address in (change.former, change.present):
                notify.tell_on_commit("account/email/case_decided", user, {"returned": outcome == Outcome.RETURNED}, to=address)
            return change
    except IntegrityError as error:
        raise AddressTaken from error


def _give_back(user: User, change: AddressChange) -> None:
    if not is_address_free(change.former, user):
        raise AddressTaken
    # What the account was changed to afterwards is over as well: no later mailbox may contest that it goes back.
    later = AddressChange.objects.filter(user=user, at__gt=change.at, decided_at=None)
    later.update(decided_at=change.decided_at, outcome=Outcome.RETURNED, reported_at=Coalesce("reported_at", Value(change.decided_at)))
    user.email = change.former
    user.set_unusable_password()
    user.save(update_fields=["email", "password"])
    Authenticator.objects.filter(user=user, created_at__gte=change.at - CONTESTABLE).delete()
    # Whoever read the mailbox may have joined theirs long before, unseen: its owner joins again, with a code.
    InstitutionIdentity.objects.filter(user=user).delete()
    InstitutionCase.objects.filter(user=user, decided_at=None).update(decided_at=change.decided_at, outcome=InstitutionCase.Outcome.REFUSED)
