"""The content generation: one number that rises whenever something that visitors read may have changed.

The number is a counter and, beside it, the changes that were not added to it yet. A change is a row, written in the very
transaction that changes the content: both are seen at the same moment, in every process and on every machine, and a
process that is killed right after its commit has told everyone all the same. Nobody waits for anybody: rows are only
inserted, and added up after the commit, which leaves the number as it is.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from datetime import datetime
from functools import lru_cache

from django.db import connection, transaction
from django.utils import timezone

from foundation.statements import scalar

COUNTED = "SELECT COALESCE((SELECT value FROM core_contentgeneration WHERE id = 1), 0) + (SELECT COUNT(*) FROM core_contentchange)"
# A page that has expired is gone for readers from that moment on, and not when a timer comes by: each such page leads to other
# numbers, far beyond those of any counter (`leap` counts milliseconds), until it is unpublished, which raises the counter as well.
FAR = 2**44
EXPIRED = f"{COUNTED} + {FAR} * (SELECT COUNT(*) FROM wagtailcore_page WHERE live AND expire_at <= %s)"  # noqa: S608 - a number of ours
ADD = (
    "INSERT INTO core_contentgeneration (id, value) VALUES (1, %s) "
    "ON CONFLICT (id) DO UPDATE SET value = core_contentgeneration.value + EXCLUDED.value"
)


def current() -> int:
    """Return today's content generation: the one statement of a warm public page, and its check that a kept connection still works."""
    if connection.in_atomic_block:  # What is being written here may never come to be: nothing of it is remembered.
        return int(scalar(EXPIRED, timezone.now()))
    counted = int(scalar(COUNTED))
    return counted + FAR * bisect_right(_expiries(counted), timezone.now())


@lru_cache(maxsize=4)
def _expiries(counted: int) -> tuple[datetime, ...]:
    """Return when live pages expire, the first first. They change with what visitors read: read once for each number, by each process.

    To count them in the statement of every page cost as much as the rest of it (`make bench`, T1 and T3).
    """
    from wagtail.models import Page  # here: restoring a backup imports this module before the apps are ready

    found = Page.objects.filter(live=True, expire_at__isnull=False).order_by("expire_at")
    return tuple(found.values_list("expire_at", flat=True))


def content_changed() -> None:
    """Say that published content may have changed. Takes effect everywhere with the commit, and not without it."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO core_contentchange DEFAULT VALUES")
    # Adding up is housekeeping: that it fails changes no answer, and the next change does it.
    transaction.on_commit(add_up, robust=True)


def leap() -> None:
    """Go to a number that was never there: the milliseconds since 1970, which no counter of publications overtakes. After a restore."""
    with connection.cursor() as cursor:
        cursor.execute(ADD, [max(1, int(time.time() * 1000) - int(scalar(COUNTED)))])


def add_up() -> None:
    """Add the changes to the counter and forget them: the same number, read from fewer rows."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_contentchange")
        if cursor.rowcount > 0:
            cursor.execute(ADD, [cursor.rowcount])
