"""Delete for good what has been in the bin for thirty days."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import ProtectedError

from core.bin import bin_entries
from core.models import BinPage
from core.models.bin import DAYS

logger = logging.getLogger(__name__)


def empty_bin(*, now: datetime) -> int:
    """Delete what is due, each in a transaction of its own; returns how many there were. What something still needs stays."""
    count = 0
    for pk in bin_entries().filter(thrown_at__lte=now - timedelta(days=DAYS)).values_list("pk", flat=True):
        try:
            with transaction.atomic():
                # Read again: somebody may have brought it back meanwhile.
                entry = BinPage.objects.select_for_update(of=("self",)).filter(pk=pk).first()
                if entry is not None:
                    entry.delete()
                    count += 1
        except ProtectedError:
            logger.warning("A page stays in the bin, because something needs it: entry %d.", pk)
    return count
