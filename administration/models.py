"""Lists that staff took out of the record as files."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation import languages

# How long a file can be fetched.
KEPT = timedelta(hours=24)
# Longer than any step of writing takes: an export that has not moved for so long has lost its worker.
STALE = timedelta(minutes=10)
# What of the filters names or finds a person: it stays only while it is of use, and is never on the audit trail.
PERSONAL = frozenset({"q", "learner"})


class RecordExportQuerySet(models.QuerySet["RecordExport"]):
    """Named reads of exports."""

    def asked_by(self, person: Any) -> RecordExportQuerySet:
        """Those of one member of staff."""
        return self.filter(asked_by=person)

    def under_way(self) -> RecordExportQuerySet:
        """Those that wait or are being written."""
        return self.filter(state__in=(RecordExport.State.WAITING, RecordExport.State.RUNNING))

    def stale(self, now: datetime) -> RecordExportQuerySet:
        """Those under way whose worker has died, or never came."""
        return self.under_way().filter(moved_at__lt=now - STALE)

    def expired(self, now: datetime) -> RecordExportQuerySet:
        """Those asked for more than a day ago, in whatever state."""
        return self.filter(asked_at__lt=now - KEPT)

    def with_file(self) -> RecordExportQuerySet:
        """Those that have a file, or part of one."""
        return self.exclude(path="")


class RecordExport(models.Model):
    """A filtered list written to a file by a background task, for the one person who asked, and for a day only."""

    class Format(models.TextChoices):
        """What kind of file."""

        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"

    class State(models.TextChoices):
        """How far it is. Deleted: by who asked. Erased: because an account was erased that the file may have held."""

        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("being written")
        DONE = "done", _("ready")
        FAILED = "failed", _("failed")
        DELETED = "deleted", _("deleted")
        ERASED = "erased", _("deleted")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    listing = models.CharField(max_length=20)
    filters = models.JSONField(default=dict)
    format = models.CharField(max_length=4, choices=Format, default=Format.CSV)
    language = models.CharField(max_length=10, choices=languages.choices)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # Counts the workers that took it up. Only the last may write here: one thought dead may still be alive.
    run = models.PositiveSmallIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    # Named before the file is written, so that no file is ever without a row that knows of it.
    path = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = RecordExportQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["asked_by", "-asked_at"], name="recordexport_mine")]
        default_permissions = ()
        permissions = [("export_records", _("Can export lists of the record"))]

    def __str__(self) -> str:
        return f"{self.listing} as {self.format}"

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or is being written."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def impersonal_filters(self) -> dict[str, str]:
        """The filters without what names or finds a person."""
        return {name: value for name, value in self.filters.items() if name not in PERSONAL}

    @property
    def percent(self) -> int:
        """How far it is, in percent."""
        if self.state == self.State.DONE:
            return 100
        return min(99, 100 * self.rows_done // self.rows_total) if self.rows_total else 0

    @property
    def expires_at(self) -> datetime:
        """Until when the file can be fetched."""
        return self.asked_at + KEPT
