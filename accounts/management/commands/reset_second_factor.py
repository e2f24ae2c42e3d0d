"""`manage.py reset_second_factor <email>`: for someone who has lost their device and their recovery codes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services.reset_second_factor import reset_second_factor


class Command(BaseCommand):
    """Take every second factor of one person away. Make sure first, by another way than e-mail, that it is they who ask."""

    help = "Take a person's second factor and recovery codes away and sign them out everywhere. Logged; they are told by e-mail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address of their account")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError("There is no account with this address.")
        if reset_second_factor(user=user):
            self.stdout.write("The second factor is gone, and every session has ended. At the next visit to /admin/ a new one is set up.")
        else:
            self.stdout.write("This account had no second factor. Every session has ended.")
