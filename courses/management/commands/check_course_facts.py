"""`manage.py check_course_facts`: find courses whose languages differ in what should be one fact for all of them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from courses.services.share_facts import differences


class Command(BaseCommand):
    """Look at every published page of a course."""

    help = "Find published courses and steps whose languages differ in access, topic, minutes, marks … Ends with status 1 if there are any."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(differences())
        for difference in found:
            self.stdout.write(str(difference))
        if found:
            raise CommandError("Publish each of these in the language that is right: the others follow.")
        self.stdout.write("All languages say the same.")
