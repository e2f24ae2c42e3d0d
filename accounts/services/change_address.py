"""Give an account another address, and tell the former one."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError
from django.urls import reverse

from accounts import notify
from accounts.allauth_internals import is_address_free
from accounts.contest_links import contest_token
from accounts.errors import AddressTaken
from accounts.models import AddressChange, User
from accounts.own_account import own_account


def change_address(*, user: User, email: str, had_factor: bool, now: datetime, is_confirmed: bool = True) -> AddressChange:
    """Change it. Sessions, known browsers and what was begun before end; the former address hears of it, with a way to contest.

    Args:
        email: the new address.
        had_factor: whether a second factor was shown for it.
        is_confirmed: whether the person has just shown that they read its mailbox. If not, the code of the next sign-in does.

    Raises:
        AddressTaken, AccountChanged, AccountHeld: see there; nothing was changed.
    """
    try:
        with own_account(user) as locked:
            if not is_address_free(email, locked):
                raise AddressTaken
            return _changed(locked, email, had_factor, is_confirmed, now)
    except IntegrityError as error:  # somebody else's at the same moment
        raise AddressTaken from error


def _changed(locked: User, email: str, had_factor: bool, is_confirmed: bool, now: datetime) -> AddressChange:
    former, locked.email = locked.email, email
    locked.save(update_fields=["email"])
    EmailAddress.objects.update_or_create(user=locked, email=locked.email, defaults={"verified": is_confirmed, "primary": True})
    change = AddressChange.objects.create(user=locked, former=former, present=locked.email, had_factor=had_factor, at=now)
    context = {
        "from_email": former,
        "contest_path": reverse("account_contest", args=[contest_token(change)]),
        "had_factor": had_factor,
    }
    notify.tell_on_commit("account/email/email_changed", locked, context, to=former)
    return change
