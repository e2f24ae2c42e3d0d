"""Give an account a password: its first, another one, or, with a code, one in place of a forgotten one."""

from __future__ import annotations

from django.db import transaction

from accounts.holds import refuse_if_held
from accounts.models import User


@transaction.atomic
def set_password(*, user: User, password: str) -> None:
    """Set it. Every session ends with it, and what was begun before.

    Raises:
        AccountHeld: see there; nothing was changed.
    """
    refuse_if_held(user)
    user.set_password(password)
    user.save(update_fields=["password"])
