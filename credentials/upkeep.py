"""What has to be done again about certificates: messages that nobody was sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from credentials.models import CredentialHold, CredentialNotice
from credentials.services.notify_hold import notify_hold
from credentials.services.notify_holder import notify_holder
from foundation.mail import MailNotSent
from foundation.services.retry_tasks import LIMBO
from foundation.upkeep import CHORES, Chore


def register_chores() -> None:
    """Enter the chores of this floor. Called from `ready()`."""
    CHORES.register(Chore(name="messages", order=40, run=send_owed_messages, done="messages about certificates sent"))


def send_owed_messages(now: datetime) -> int:
    """Tell of what nobody was told of, holds and acts of staff; those of the last hour still have their own task."""
    told, before = 0, now - LIMBO
    holds = CredentialHold.objects.filter(resolved_at=None, told_at=None, opened_at__lt=before).order_by("pk")
    notices = CredentialNotice.objects.filter(told_at=None, made_at__lt=before, credential__holder__learner__isnull=False).order_by("pk")
    owed: list[tuple[Any, int]] = [*((notify_hold, hold.pk) for hold in holds), *((notify_holder, notice.pk) for notice in notices)]
    for tell, pk in owed:
        try:
            tell.call(pk)
        except MailNotSent:
            # Logged where it happened; the next run tries again, and the rest of this one goes on.
            continue
        told += 1
    return told
