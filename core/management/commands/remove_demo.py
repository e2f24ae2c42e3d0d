"""`manage.py remove_demo`: take the demo content out."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from core.seeding import demo_modules


class Command(BaseCommand):
    """Take out pages and accounts of the demo; what people made stays."""

    help = "Take the demo content out. What people made stays, and so do their records."

    def handle(self, *args: Any, **options: Any) -> None:
        for module in reversed(demo_modules()):
            module.remove(lambda line: self.stdout.write(f"  {line}"))
        self.stdout.write("The demo content is out.")
