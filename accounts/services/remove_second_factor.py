"""Remove one of a person's second factors."""

from __future__ import annotations

from allauth.mfa.models import Authenticator

from accounts import notify
from accounts.changes import Change
from accounts.models import User
from accounts.own_account import own_account
from accounts.second_factor import FACTORS, must_have_one
from accounts.services.note_change import note_change


class LastSecondFactor(Exception):
    """It is the only one of someone who must have one: without it they could not enter the admin."""


def remove_second_factor(*, user: User, factor_id: int) -> None:
    """Remove an authenticator app or a passkey, with the recovery codes if it was the last, and tell its owner by e-mail.

    Raises:
        LastSecondFactor, AccountChanged, AccountHeld: see there; nothing was changed.
        Authenticator.DoesNotExist: it is not there, or not this person's.
    """
    with own_account(user) as locked:
        factors = Authenticator.objects.filter(user=locked, type__in=FACTORS)
        factor = factors.get(pk=factor_id)
        if must_have_one(locked) and not factors.exclude(pk=factor_id).exists():
            raise LastSecondFactor
        name = factor.data.get("name", "")
        factor.delete()
        if not factors.exists():
            Authenticator.objects.filter(user=locked).delete()  # recovery codes stand in for a factor: alone they are none
        note_change(user=locked, change=Change.SECOND_FACTOR)
        notify.tell_on_commit("account/email/second_factor_removed", locked, {"kind": str(factor.type), "name": name})
