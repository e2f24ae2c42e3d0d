"""`manage.py make_roles`: make a group for each role, with exactly the rights in the table of roles."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts.roles import ROLES
from accounts.services.make_roles import make_roles


class Command(BaseCommand):
    """Make the groups of `accounts.roles` and bring them to exactly what that table says."""

    help = (
        "Make the groups of the roles, and give each exactly its rights. Groups that you made yourself are left alone. Safe to run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        missing = make_roles()
        if missing:
            self.stderr.write(f"Not granted, since this site does not have it: {', '.join(missing)}")
        self.stdout.write(f"The roles are ready: {', '.join(role.group_name for role in ROLES)}")
