"""Delete exported files: those that are a day old, and those that their owner no longer wants."""

from __future__ import annotations

import shutil
import tempfile
import time
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from administration.models import KEPT, RecordExport, RecordExportQuerySet
from administration.services.write_export import WORKSHOP

# Those that have no file, and get none.
OVER = (RecordExport.State.FAILED, RecordExport.State.DELETED, RecordExport.State.ERASED)


def delete_exports(*, exports: RecordExportQuerySet, state: RecordExport.State = RecordExport.State.DELETED) -> int:
    """Delete the files of some exports, and say so on them; what is being written is stopped. Returns how many there were.

    The rows stay, without what was searched for: who asked sees that it is gone. What they delete still counts for their hour.
    """
    with transaction.atomic():
        open_ones = exports.exclude(state__in=OVER)
        dropped = list(open_ones.select_for_update(of=("self",)).order_by("pk").values_list("pk", "path"))
        RecordExport.objects.filter(pk__in=[pk for pk, _path in dropped]).update(
            state=state, path="", size=0, filters={}, finished_at=timezone.now()
        )
        transaction.on_commit(partial(delete_files, [path for _pk, path in dropped]))
    return len(dropped)


def delete_own_export(*, export_id: UUID, asked_by: User) -> int:
    """Delete the file of one's own export, or stop its writing."""
    return delete_exports(exports=RecordExport.objects.asked_by(asked_by).filter(pk=export_id))


def expire_exports(*, now: datetime) -> int:
    """Delete exports that were asked for more than a day ago with their files, and what killed workers left on this machine."""
    expired = list(RecordExport.objects.expired(now).order_by("pk"))
    for export in expired:
        # One by one, and by the instance: its file follows it (learning.receivers).
        export.delete()
    for left in Path(tempfile.gettempdir()).glob(f"{WORKSHOP}*"):
        if left.is_dir() and time.time() - left.stat().st_mtime > KEPT.total_seconds():
            shutil.rmtree(left, ignore_errors=True)
    return len(expired)


def delete_files(paths: list[str]) -> None:
    """Delete stored files."""
    for path in paths:
        if path:
            default_storage.delete(path)
