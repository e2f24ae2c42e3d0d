"""`manage.py setup_site`: the bare site, in every language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from foundation.setup import set_up


class Command(BaseCommand):
    """Make locales, home pages, catalogue, library, plain pages, roles and the workflow where they are missing; follow SITE_URL."""

    help = "Make the bare site (languages, home, catalogue, library, plain pages, roles, workflow) where it is missing. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        set_up()
        self.stdout.write(f"The site is ready: {settings.SITE_URL}")
