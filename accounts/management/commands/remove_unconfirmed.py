"""`manage.py remove_unconfirmed`: delete accounts to which nobody ever signed in. Meant for a daily timer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.models import User


class Command(BaseCommand):
    """Delete accounts whose address was never confirmed: someone mistyped it, or typed another person's."""

    help = "Delete accounts that were never entered and whose address was never confirmed. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=7, help="how old they must be (default: 7)")

    def handle(self, *args: Any, **options: Any) -> None:
        # Only those made at sign-up have an address that waits to be confirmed; those made in the admin have none yet.
        waiting = EmailAddress.objects.filter(verified=False).values("user_id")
        confirmed = EmailAddress.objects.filter(verified=True).values("user_id")
        before = timezone.now() - timedelta(days=options["days"])
        stale = User.objects.filter(last_login__isnull=True, is_superuser=False, groups=None, date_joined__lt=before, pk__in=waiting)
        stale = stale.exclude(pk__in=confirmed)
        # One at a time: each is erased as its owner would, and a failure keeps the rest.
        removed = 0
        for user in stale.iterator(chunk_size=500):
            user.delete()
            removed += 1
        self.stdout.write(f"Removed {removed} unconfirmed account(s).")
