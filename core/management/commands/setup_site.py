"""`manage.py setup_site`: the bare site in four languages."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.make_roles import make_roles
from core.plain_pages import ensure_plain_pages
from core.services.ensure_workflow import ensure_workflow
from core.site import ensure_site


class Command(BaseCommand):
    """Make locales, home pages, catalogue, library, plain pages, roles and the workflow where they are missing; follow SITE_URL."""

    help = "Make the bare site (languages, home, catalogue, library, plain pages, roles, workflow) where it is missing. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        home = ensure_site()
        ensure_plain_pages(home)
        make_roles()
        ensure_workflow()
        self.stdout.write(f"The site is ready: {home.get_full_url()}")
