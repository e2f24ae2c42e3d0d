"""What the courses floor tells the record: a structure was published, steps were waived. And Django: tables were migrated."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from courses.signals import outline_published, step_waived


def _outline_published(sender: object, outline: Any, everyone: bool, **kwargs: Any) -> None:
    from learning.tasks import move_to_outline

    if everyone:
        move_to_outline.enqueue(str(outline.pk))


def _step_waived(sender: object, course_key: Any, **kwargs: Any) -> None:
    from learning.tasks import complete_covered

    complete_covered.enqueue(str(course_key))


def connect() -> None:
    """Connect the handlers of this app."""
    outline_published.connect(_outline_published, dispatch_uid="learning-outline-published")
    step_waived.connect(_step_waived, dispatch_uid="learning-step-waived")


def tables_made(sender: object, using: str, **kwargs: Any) -> None:
    """Put the guards of the record on again: SQLite loses them when a migration remakes their table."""
    from learning import guards

    if ("learning", "0004_guards") in MigrationRecorder(connections[using]).applied_migrations():
        guards.install(connections[using])
