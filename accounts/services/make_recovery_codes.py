"""Replace a person's recovery codes by new ones."""

from __future__ import annotations

from allauth.mfa.models import Authenticator

from accounts import notify
from accounts.allauth_internals import add_recovery_codes
from accounts.changes import Change
from accounts.models import User
from accounts.own_account import own_account
from accounts.services.note_change import note_change


def make_recovery_codes(*, user: User) -> None:
    """Make new codes and tell their owner by e-mail. The former ones, used or not, stop working.

    Raises:
        AccountChanged, AccountHeld: see there; nothing was changed.
    """
    with own_account(user) as locked:
        Authenticator.objects.filter(user=locked, type=Authenticator.Type.RECOVERY_CODES).delete()
        add_recovery_codes(locked)
        note_change(user=locked, change=Change.SECOND_FACTOR)
        notify.tell_on_commit("account/email/recovery_codes_made", locked, {})
