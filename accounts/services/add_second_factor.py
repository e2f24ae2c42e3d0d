"""Give a person a second factor, and recovery codes together with the first one."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator

from accounts import notify
from accounts.allauth_internals import add_app, add_passkey, add_recovery_codes
from accounts.changes import Change
from accounts.models import User
from accounts.own_account import own_account
from accounts.services.note_change import note_change


class AlreadyThere(Exception):
    """The account has an authenticator app already: it was sent twice, or set up on another device meanwhile."""


def add_second_factor(*, user: User, secret: str = "", passkey: dict[str, Any] | None = None, name: str = "") -> Authenticator:
    """Add an authenticator app (`secret`, in base 32) or a passkey, and tell its owner by e-mail.

    Args:
        passkey: what `accounts.passkeys.checked_new` has checked.
        name: what its owner calls the passkey.

    Raises:
        AlreadyThere, AccountChanged, AccountHeld: see there; nothing was changed.
    """
    with own_account(user) as locked:
        if passkey is not None:
            factor = add_passkey(locked, name, passkey)
        elif Authenticator.objects.filter(user=locked, type=Authenticator.Type.TOTP).exists():
            raise AlreadyThere
        else:
            factor = add_app(locked, secret)
        add_recovery_codes(locked)
        note_change(user=locked, change=Change.SECOND_FACTOR)
        notify.tell_on_commit("account/email/second_factor_added", locked, {"kind": str(factor.type), "name": name})
        return factor
