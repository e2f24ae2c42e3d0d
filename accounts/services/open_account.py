"""Make an account."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User


@transaction.atomic
def open_account(*, email: str, verified: bool = False, password: str | None = None, **fields: Any) -> User:
    """Make an account with its address.

    Args:
        verified: whether the address is known to be its owner's. If not, the first sign-in asks for a code sent to it.
        password: optional; without one the account is entered with codes only.
        fields: anything else of the account (`printed_name`, `language`…).

    Raises:
        IntegrityError: the address has an account already.
    """
    user = User.objects.create_user(email, password, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    return user
