"""Delete an account with everything that is held about its owner."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import privacy
from accounts.holds import refuse_if_held
from accounts.models import User
from accounts.own_account import refuse_if_changed
from foundation import mail


class LastAdministrator(Exception):
    """The account is the only active administrator's: without it nobody could look after the site."""


def erase_account(*, user: User, now: datetime) -> None:
    """Delete an account, its sessions and its records, and tell its owner by e-mail.

    All or nothing: what `accounts.privacy` declares is erased in the same transaction as the user.

    Args:
        now: when its owner asked for it; printed in the message.

    Raises:
        LastAdministrator, AccountChanged, AccountHeld: see there; nothing was deleted.
        User.DoesNotExist: it was deleted a moment ago.
    """
    with transaction.atomic():
        # Before the deletion, which begins by looking what there is: what comes after that look would be left over.
        locked = privacy.lock_records(user)
        if locked is None:
            raise User.DoesNotExist
        refuse_if_changed(user, locked)
        refuse_if_held(locked)
        if locked.is_superuser and not User.objects.filter(is_superuser=True, is_active=True).exclude(pk=locked.pk).exists():
            raise LastAdministrator
        email, language = locked.email, locked.language
        locked.delete()
        transaction.on_commit(lambda: _tell(email, language, now))


def _tell(email: str, language: str, now: datetime) -> None:
    """Confirm by e-mail. The account is gone by then: a message that can't be sent changes nothing."""
    try:
        mail.send("account/email/account_deleted", email, {"now": now}, language=language)
    except mail.MailNotSent:
        return
