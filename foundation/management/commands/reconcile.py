"""`manage.py reconcile`: do what background work has left undone. Meant for a timer, every ten minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from foundation.services.reconcile import reconcile
from foundation.upkeep import CHORES


class Command(BaseCommand):
    """Finish what a worker that was killed, or a mail server that was away, has left half-done; count the steps done."""

    help = "Run again what background work has left undone, and count newly done steps. Safe to run again, also at the same time."

    def handle(self, *args: Any, **options: Any) -> None:
        done = reconcile(now=timezone.now())
        if not options["verbosity"]:
            return
        self.stdout.write(", ".join(f"{chore.done}: {done[chore.name]}" for chore in CHORES))
