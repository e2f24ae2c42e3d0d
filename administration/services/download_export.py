"""Give a finished export to the person who asked for it, while they still have the right to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from accounts.services.record_audit import record_audit
from administration.audit.acts import DOWNLOADED
from administration.export_rights import may_export
from administration.models import RecordExport
from administration.services.request_export import audited_filters
from foundation.errors import Refused


class ExportUnknown(Refused):
    """There is no such export, or it is somebody else's."""

    code = "export_unknown"


class ExportNotAllowed(Refused):
    """The person may no longer export, or no longer see this list."""

    code = "export_not_allowed"


class ExportGone(Refused):
    """It is not ready, or no longer there."""

    code = "export_gone"


def download_export(*, export_id: UUID, asker: User, now: datetime) -> tuple[RecordExport, File[Any]]:
    """Return an export and its open file, which may be handed out now, after writing down that it was.

    Raises:
        ExportUnknown, ExportNotAllowed, ExportGone: see there; nothing was written down.
    """
    export = RecordExport.objects.asked_by(asker).filter(pk=export_id).first()
    if export is None:
        raise ExportUnknown
    if not may_export(asker, export.listing):
        raise ExportNotAllowed
    if export.state != RecordExport.State.DONE or export.expires_at <= now:
        raise ExportGone
    try:
        # Before it is written down: what can't be opened was not handed out.
        file = default_storage.open(export.path)
    except OSError as error:
        raise ExportGone from error
    with transaction.atomic():
        record_audit(
            actor=asker,
            action=DOWNLOADED,
            subject_kind="export",
            subject_key=str(export.pk),
            details=audited_filters(export),
        )
    return export, file
