"""Add synthetic learners beside the people who act; each takes two of the named courses."""

from __future__ import annotations

from django.core.management import call_command

from accounts.models import User
from benchmarks.synthetic.command import Command
from benchmarks.synthetic.people import DOMAIN


def make_crowd(learners: int, courses: list[str]) -> None:
    """Load synthetic learners until there are so many, in these courses (slugs)."""
    here = User.objects.filter(email__endswith=f"@{DOMAIN}").count()
    chosen = [word for slug in courses for word in ("--course", slug)]
    # Another seed for each size: the people of a seed are loaded once.
    call_command(Command(), "--learners", str(learners - here), "--seed", str(learners), "--yes-really", *chosen)
