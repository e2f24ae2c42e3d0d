"""Give an account a password: its first, another one, or, with a code, one in place of a forgotten one."""

from __future__ import annotations

from accounts import notify
from accounts.models import User
from accounts.own_account import own_account


def set_password(*, user: User, password: str, is_told: bool = False) -> None:
    """Set it, and tell its owner by e-mail. Every session ends with it, and what was begun before.

    Args:
        is_told: whether its owner is told otherwise.

    Raises:
        AccountChanged, AccountHeld: see there; nothing was changed.
    """
    with own_account(user) as locked:
        message = "password_changed" if locked.has_usable_password() else "password_set"
        locked.set_password(password)
        locked.save(update_fields=["password"])
        if not is_told:
            notify.tell_on_commit(f"account/email/{message}", locked, {})
