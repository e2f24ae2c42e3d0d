"""Write a list to a file, batch by batch: bounded memory, progress in steps, and nothing offered before it is whole.

Killed at any point it is simply begun again (`reconcile`): only the last worker that took an export up may write to its
row, and its file counts only when the row says so.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from secrets import token_urlsafe
from typing import IO, Any
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation
from django_tasks import task

from administration.export_formats import WRITERS
from administration.export_rights import may_export
from administration.lists.listing import Line, Listing
from administration.lists.registry import LISTINGS
from administration.models import STALE, RecordExport

BATCH = 2000
MOST_RUNS = 3
FOLDER = "record-exports"
# Where a worker that is killed may leave parts of a spreadsheet; `expire_exports` sweeps it.
WORKSHOP = "puente-export-"


class ExportTakenAway(Exception):
    """The export was deleted, or another worker has taken it up: whoever notices stops."""


@task()
def write_export_later(export_id: str) -> None:
    """Write it in the worker."""
    write_export(export_id=UUID(export_id))


def write_export(*, export_id: UUID) -> bool:
    """Write the file of an export that waits, or whose worker died. Returns whether it did; a second run does nothing."""
    export = _take_up(export_id)
    if export is None:
        return False
    if not may_export(export.asked_by, export.listing):  # no longer: nothing is read for them
        _mine(export).update(**_failed(export))
        return False
    done = False
    try:
        _write(export)
        done = True
    except ExportTakenAway:
        default_storage.delete(export.path)
    finally:
        # A worker that is told to stop leaves it for the next; an error would only happen again.
        if not done and isinstance(sys.exc_info()[1], Exception):
            default_storage.delete(export.path)
            _mine(export).update(**_failed(export))
    return done


def _take_up(export_id: UUID) -> RecordExport | None:
    """Make an export this worker's own, with a new name for its file; None if it is somebody's or over."""
    now = timezone.now()
    free = Q(state=RecordExport.State.WAITING) | Q(state=RecordExport.State.RUNNING, moved_at__lt=now - STALE)
    before = RecordExport.objects.filter(free, pk=export_id).first()
    if before is None:
        return None
    same = RecordExport.objects.filter(free, pk=export_id, run=before.run)
    # One that waits after several runs was made to begin again by erasures, and not by workers that died.
    if before.run >= MOST_RUNS and before.state == RecordExport.State.RUNNING:
        same.update(**_failed(before))
        return None
    path = f"{FOLDER}/{token_urlsafe(32)}.{before.format}"
    taken = same.update(run=F("run") + 1, state=RecordExport.State.RUNNING, rows_done=0, moved_at=now, path=path)
    if not taken:
        return None
    if before.path:
        default_storage.delete(before.path)
    return RecordExport.objects.get(pk=export_id)


def _failed(export: RecordExport) -> dict[str, Any]:
    """What stays of one that failed: nothing of the file, nor of whom was searched for."""
    return {"state": RecordExport.State.FAILED, "path": "", "filters": export.impersonal_filters, "finished_at": timezone.now()}


def _mine(export: RecordExport) -> QuerySet[RecordExport]:
    return RecordExport.objects.filter(pk=export.pk, run=export.run, state=RecordExport.State.RUNNING)


def _report(export: RecordExport, **values: Any) -> None:
    """Say how far it is.

    Raises:
        ExportTakenAway: see there.
    """
    if not _mine(export).update(moved_at=timezone.now(), **values):
        raise ExportTakenAway


def _write(export: RecordExport) -> None:
    listing = LISTINGS[export.listing]
    with tempfile.TemporaryDirectory(prefix=WORKSHOP) as workshop, tempfile.TemporaryFile() as file:
        with translation.override(export.language):
            rows = listing.joined_by(listing.select(export.filters), export.asked_at)
            _report(export, rows_total=rows.count())
            headings = [heading for heading in listing.headings if heading.in_file]
            with WRITERS[RecordExport.Format(export.format)](file, workshop) as writer:
                writer.write([str(heading.label) for heading in headings])
                for line in _lines(export, listing, rows):
                    writer.write([line[heading.name] for heading in headings])
        _keep(export, file)


def _lines(export: RecordExport, listing: Listing, rows: QuerySet[Any]) -> Iterator[Line]:
    """Yield the lines of all rows, a batch at a time, and report after each."""
    read, last, done = listing.reader(export.language), None, 0
    while batch := list(listing.after(rows, last)[:BATCH]):
        yield from read(batch)
        last, done = batch[-1], done + len(batch)
        _report(export, rows_done=done)
        if len(batch) < BATCH:
            return


def _keep(export: RecordExport, file: IO[bytes]) -> None:
    """Store the file under the name that its row has already, then offer it."""
    size = file.seek(0, 2)
    file.seek(0)
    stored = default_storage.save(export.path, File(file, name=Path(export.path).name))
    now: datetime = timezone.now()
    finished = _mine(export).update(state=RecordExport.State.DONE, path=stored, size=size, finished_at=now, moved_at=now)
    if not finished:
        raise ExportTakenAway
