"""Telling somebody by mail what was changed in their account."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db import transaction

from accounts.models import User
from foundation.mail import MailNotSent, send


def tell_on_commit(template: str, user: User, context: dict[str, Any], *, to: str = "") -> None:
    """Tell someone, in their language, what was changed, once it is. A message that can't be sent doesn't undo it.

    Args:
        to: another address than the account's present one.
    """
    email, language = to or user.email, user.language

    def tell() -> None:
        with suppress(MailNotSent):
            send(template, email, context, language=language)

    transaction.on_commit(tell)
