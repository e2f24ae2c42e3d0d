"""`manage.py reconcile`: do what background work has left undone. Meant for a timer, every ten minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from learning.services.reconcile import reconcile


class Command(BaseCommand):
    """Finish what a worker that was killed, or a mail server that was away, has left half-done; count the steps done."""

    help = "Run again what background work has left undone, and count newly done steps. Safe to run again, also at the same time."

    def handle(self, *args: Any, **options: Any) -> None:
        done = reconcile(now=timezone.now())
        if not options["verbosity"]:
            return
        self.stdout.write(
            f"Put back {done.retried} task(s), moved {done.moved} and completed {done.completed} enrolment(s), "
            f"told of {done.told} hold(s), counted {done.folded} step(s), "
            f"began {done.rewritten} export(s) again and deleted {done.expired}, made {done.typeset} PDF(s)."
        )
