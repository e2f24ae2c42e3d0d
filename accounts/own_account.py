"""What an owner does with their own account is done to the account as they saw it, or not at all.

Who is signed in is read when a request begins, and a request can be held open for as long as the server lets it: meanwhile the account
gets another password, and the session ends. So every service of an owner's own account says first, with the row locked, whether the
account is still what was read with the session (`User.standing`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.errors import AccountChanged
from accounts.holds import refuse_if_held
from accounts.models import User
from accounts.models.user import COUNTED_IN, DECISIVE
from accounts.pending_acts import is_still_true


def refuse_if_changed(user: User, present: User | None) -> User:
    """Return the account as it is now, if it is what was read.

    Args:
        user: as it was read with the session.
        present: as it is now, locked.

    Raises:
        AccountChanged: see there.
    """
    if present is None or not is_still_true(user.standing, present):
        raise AccountChanged
    return present


@contextmanager
def own_account(user: User, *, though_held: bool = False) -> Iterator[User]:
    """Hold somebody's own account while they do something with it. Afterwards `user` is what the account has become by that.

    Not what it is by then: whoever signs in with it (`accounts.sessions.stay_signed_in`) signs in with this change, and no later one.

    Args:
        user: as it was read with the session.
        though_held: whether it may be done with an account that is held.

    Raises:
        AccountChanged, AccountHeld: see there.
    """
    with transaction.atomic():
        present = refuse_if_changed(user, User.objects.select_for_update(no_key=True).filter(pk=user.pk).first())
        if not though_held:
            refuse_if_held(present)
        yield present
    for name in (*DECISIVE, *COUNTED_IN):
        setattr(user, name, getattr(present, name))
    user.remember_stored()
