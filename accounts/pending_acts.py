"""The table of pending acts: all that is begun now and ended later, by a code, a link, a page to come, or another step of a sign-in.

Between the two the account may change: somebody who lost a mailbox gives their account another address, and whoever reads the
former one still has a code in hand. So an act says when it is begun what it is made for (`User.standing`: whose account, with which
address, password, roles and second factor, switched on), and that is held against the account when it is used, with the account
locked. An act that says nothing counts for nothing. How long an act counts is counted from when it was begun: sending a code again
begins nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare

from accounts.models import User
from accounts.models.security import CONTESTABLE
from foundation.registry import Entry, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingAct(Entry):
    """One kind of act.

    `lasts` is for how long it counts. `outlives_changes` is for the one act whose very purpose is a change that was made: what it
    is made for is that change (`AddressChange`), and using it, support's decision or its time end it.
    """

    lasts: timedelta
    outlives_changes: bool


PENDING_ACTS = Registry(PendingAct)


def _enter(name: str, lasts: timedelta, *, outlives_changes: bool = False) -> PendingAct:
    return PENDING_ACTS.register(PendingAct(name=name, lasts=lasts, outlives_changes=outlives_changes))


_CODE = timedelta(seconds=settings.CODE_SECONDS)
SIGN_IN_CODE = _enter("sign-in code", _CODE)
SIGN_UP_CODE = _enter("sign-up code", _CODE)
NEW_ADDRESS_CODE = _enter("code to a new address", _CODE)
RESET_CODE = _enter("code for a new password", _CODE)
NEW_PASSWORD = _enter("new password, after its code", _CODE)
IDENTITY_CODE = _enter("code that shows who one is", _CODE)
JOINING = _enter("institution that is being joined", _CODE)
SECOND_FACTOR_STEP = _enter("second step of a sign-in", timedelta(seconds=settings.ACCOUNT_LOGIN_TIMEOUT))
NEW_APP = _enter("authenticator app that is being set up", timedelta(seconds=settings.SESSION_COOKIE_AGE))
RECOVERY_CODES = _enter("recovery codes that may be seen", timedelta(seconds=settings.SESSION_COOKIE_AGE))
BROWSER_LINK = _enter("link that makes a browser known", timedelta(hours=24))
CONTEST_LINK = _enter("link that contests a change of address", CONTESTABLE, outlives_changes=True)


class Outdated(Exception):
    """What an act was made for is no longer so."""


def is_still_true(made_for: object, user: User | None) -> bool:
    """Whether an account is what an act was made for."""
    return user is not None and isinstance(made_for, str) and constant_time_compare(made_for, user.standing)


@contextmanager
def holding(user: User | None, made_for: object) -> Iterator[User]:
    """Hold an account as an act found it, until the act is done: nobody changes it meanwhile.

    Raises:
        Outdated: it is no longer what the act was made for.
    """
    with transaction.atomic():
        present = User.objects.select_for_update(no_key=True).filter(pk=user.pk).first() if user else None
        if present is None or not is_still_true(made_for, present):
            raise Outdated
        yield present
