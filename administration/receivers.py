"""What follows when the row of an export is deleted: its file goes, too."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.signals import post_delete

from administration.models import RecordExport


def connect() -> None:
    """Connect the receivers of this app. Called from `ready()`."""
    post_delete.connect(_export_deleted, sender=RecordExport, dispatch_uid="administration-export-deleted")


def _export_deleted(sender: object, instance: Any, **kwargs: Any) -> None:
    """Let the file of an export go with its row, by whatever way that goes: after a day, or with the account that asked."""
    if instance.path:
        transaction.on_commit(partial(default_storage.delete, instance.path))
