"""Give an account a password: its first, another one, or, with a code, one in place of a forgotten one."""

from __future__ import annotations

from django.db import transaction

from accounts import notify
from accounts.holds import refuse_if_held
from accounts.models import User


@transaction.atomic
def set_password(*, user: User, password: str, is_told: bool = False) -> None:
    """Set it, and tell its owner by e-mail. Every session ends with it, and what was begun before.

    Args:
        is_told: whether its owner is told otherwise.

    Raises:
        AccountHeld: see there; nothing was changed.
    """
    refuse_if_held(user)
    message = "password_changed" if user.has_usable_password() else "password_set"
    user.set_password(password)
    user.save(update_fields=["password"])
    if not is_told:
        notify.tell_on_commit(f"account/email/{message}", user, {})
