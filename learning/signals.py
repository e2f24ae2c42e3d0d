"""Signal receivers of the record: a structure was published, steps were waived, tables were migrated."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.signals import post_delete

from courses.signals import outline_published, step_waived
from learning.models import RecordExport


def _outline_published(sender: object, outline: Any, everyone: bool, **kwargs: Any) -> None:
    from learning.tasks import move_to_outline

    if everyone:
        move_to_outline.enqueue(str(outline.pk))


def _step_waived(sender: object, course_key: Any, **kwargs: Any) -> None:
    from learning.tasks import complete_covered

    complete_covered.enqueue(str(course_key))


def _export_deleted(sender: object, instance: Any, **kwargs: Any) -> None:
    """Let the file of an export go with its row, by whatever way that goes: after a day, or with the account that asked."""
    if instance.path:
        transaction.on_commit(partial(default_storage.delete, instance.path))


def connect() -> None:
    """Connect the handlers of this app."""
    outline_published.connect(_outline_published, dispatch_uid="learning-outline-published")
    step_waived.connect(_step_waived, dispatch_uid="learning-step-waived")
    post_delete.connect(_export_deleted, sender=RecordExport, dispatch_uid="learning-export-deleted")


def tables_made(sender: object, using: str, **kwargs: Any) -> None:
    """Create the triggers of the record again: SQLite loses them when a migration remakes their table."""
    from learning import guards

    if ("learning", "0004_guards") in MigrationRecorder(connections[using]).applied_migrations():
        guards.install(connections[using])
