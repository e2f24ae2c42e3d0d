"""`manage.py seed_demo`: put the demo content in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.seeding import demo_modules


class Command(BaseCommand):
    """Put in what is missing of the demo; touch nothing that exists."""

    help = "Put the demo content in. Safe to run again: what exists is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo content and its accounts belong to the demo only: run with DEMO=1 and config.settings.demo.")
        for module in demo_modules():
            module.seed(lambda line: self.stdout.write(f"  {line}"))
        self.stdout.write("The demo content is in place.")
