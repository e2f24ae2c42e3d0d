"""An account that is held: its former mailbox has contested the change of its address, and support has not decided yet.

Whoever is signed in to it may be its owner or not. So what would take the account away from the other one waits: address, password,
second factor, a copy of the data, and deletion. Learning goes on.
"""

from __future__ import annotations

from accounts.errors import AccountHeld
from accounts.models import AddressChange, User


def is_held(user: User) -> bool:
    """Whether the account of a person is held."""
    return AddressChange.objects.holding().filter(user_id=user.pk).exists()


def refuse_if_held(user: User) -> None:
    """Let a service go on, or not.

    Raises:
        AccountHeld: see there.
    """
    if is_held(user):
        raise AccountHeld
