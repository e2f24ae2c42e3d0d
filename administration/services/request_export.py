"""Ask for a list as a file: one at a time and five an hour for each person; a double click asks once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from accounts.models import User
from accounts.services.record_audit import record_audit
from administration.audit.acts import EXPORTED
from administration.models import PERSONAL, RecordExport
from administration.services.write_export import write_export_later
from foundation.errors import Refused

MOST_AN_HOUR = 5
HOUR = timedelta(hours=1)


class ExportUnderWay(Refused):
    """Another list is being written for this person."""

    code = "export_under_way"


class ExportsTooMany(Refused):
    """The person has had their share of this hour. `again_at` says when the next may be asked for."""

    code = "exports_too_many"

    def __init__(self, again_at: datetime) -> None:
        super().__init__(again_at)
        self.again_at = again_at


def request_export(
    *, asked_by: User, listing: str, filters: Mapping[str, str], file_format: RecordExport.Format, language: str, now: datetime
) -> tuple[RecordExport, bool]:
    """Return the export of a list, and whether it was just asked for; the same list that is still under way is not asked twice.

    Raises:
        ExportUnderWay: another one of this person is being written.
        ExportsTooMany: the person has asked five times in this hour.
    """
    with transaction.atomic():
        # The person's row is the lock: two clicks, in whatever processes, come one after the other.
        person = User.objects.select_for_update(of=("self",)).get(pk=asked_by.pk)
        mine = RecordExport.objects.asked_by(person)
        wanted = {"listing": listing, "filters": dict(filters), "format": file_format.value, "language": language}
        if (busy := mine.under_way().order_by("asked_at").first()) is not None:
            if all(getattr(busy, name) == value for name, value in wanted.items()):
                return busy, False
            raise ExportUnderWay
        # What went because somebody's account did is not the asker's doing.
        counted = mine.exclude(state=RecordExport.State.ERASED)
        recent = list(counted.filter(asked_at__gt=now - HOUR).order_by("asked_at").values_list("asked_at", flat=True))
        if len(recent) >= MOST_AN_HOUR:
            raise ExportsTooMany(recent[-MOST_AN_HOUR] + HOUR)
        export = RecordExport.objects.create(asked_by=person, asked_at=now, moved_at=now, **wanted)
        record_audit(
            actor=person,
            action=EXPORTED,
            subject_kind="export",
            subject_key=str(export.pk),
            details=audited_filters(export),
        )
        transaction.on_commit(partial(write_export_later.enqueue, str(export.pk)))
    return export, True


def audited_filters(export: RecordExport) -> dict[str, object]:
    """Return what of an export may stay on the audit trail: which list and filters, and of a search only that there was one."""
    searched = bool(PERSONAL & export.filters.keys())
    return {"listing": export.listing, "format": export.format, "filters": export.impersonal_filters, "searched": searched}
