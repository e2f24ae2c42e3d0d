"""Make the PDFs that should exist by now. They are found by what is missing, not by which task was lost."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Max, OuterRef, Q, Subquery

from foundation.versions import VersionUnknown
from knowledge.models import Edition, EditionFile
from knowledge.services.make_edition_pdf import make_edition_pdf

logger = logging.getLogger(__name__)

# Younger ones still have their own task.
OWN_TASK = timedelta(minutes=15)


def make_missing_pdfs(*, now: datetime) -> int:
    """Make the PDF of each newest edition that has none, or whose file is gone. Returns how many there are now.

    One that could not be made waits for the next release, which may have the letters or the layout that it lacked.
    """
    made = 0
    for edition in missing(now):
        try:
            made += make_edition_pdf(edition_id=edition.pk) is not None
        except VersionUnknown:
            # Another release wrote it: this one prints nothing of it, and the rest goes on.
            logger.exception("The PDF of edition %s cannot be made by this release.", edition.pk)
        except OSError:
            # The storage is away, or the disk full: the next run tries again, and the rest of this one goes on.
            logger.exception("The PDF of edition %s could not be kept.", edition.pk)
    return made


def missing(now: datetime) -> list[Edition]:
    """Return the newest edition of each work and language that should have a file and has none."""
    same = Edition.objects.filter(work=OuterRef("work"), language=OuterRef("language")).order_by()
    newest = same.values("work", "language").annotate(last=Max("number")).values("last")
    waiting = Edition.objects.filter(number=Subquery(newest), published_at__lt=now - OWN_TASK)
    without = waiting.filter(files=None).filter(Q(problem=None) | ~Q(problem__release=settings.RELEASE))
    lost = [
        file.edition_id
        for file in EditionFile.objects.filter(edition__in=waiting).only("edition_id", "path")
        if not default_storage.exists(file.path)
    ]
    return list(Edition.objects.filter(Q(pk__in=without.values("pk")) | Q(pk__in=lost)).order_by("published_at", "pk"))
