"""Prove that the counts of steps equal the bits of the people in the record, and correct those that do not.

The law: for each run and slot, the count folded so far plus what waits in the outbox is the number of enrolments that
have the bit. Whoever sets bits, erases or folds keeps it within one transaction, so it holds in every snapshot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Sum

from learning.bitset import SlotCounts
from learning.models import CountsMended, Enrolment, Progressed, StepStat
from learning.services.add_completions import add_completions

BATCH = 10_000


class AlreadyMended(Exception):
    """Somebody else mended the counts after they were compared: adding the difference again would break them."""


@dataclass(frozen=True, slots=True)
class WrongCount:
    """A count that is not what the bits say."""

    run_id: int
    slot: int
    counted: int
    true: int


@dataclass(frozen=True, slots=True)
class Compared:
    """What one look at the whole record found. `mended` is how often the counts had been mended when it was taken."""

    enrolments: int
    slots: int
    drift: tuple[WrongCount, ...]
    mended: int


def check_counts() -> Compared:
    """Compare all counts with the record, in one snapshot and bounded memory. Locks nobody out.

    Inside another transaction the snapshot is that one's.
    """
    with _snapshot():
        mended = CountsMended.objects.aggregate(last=Max("number"))["last"] or 0
        counted = Counter({(run, slot): number for run, slot, number in StepStat.objects.values_list("run_id", "slot", "completions")})
        waiting = Progressed.objects.order_by().values_list("run_id", "slot").annotate(Sum("delta"))
        counted.update({(run, slot): number for run, slot, number in waiting})
        true, enrolments = SlotCounts(), 0
        rows = Enrolment.objects.order_by().values_list("run_id", "done_bits").iterator(chunk_size=BATCH)
        while batch := list(islice(rows, BATCH)):
            # The field gives integers; Django's types say bytes.
            true.add((run, int(bits)) for run, bits in batch)
            enrolments += len(batch)
    totals = true.totals()
    keys = sorted(counted.keys() | totals.keys())
    drift = tuple(WrongCount(*key, counted[key], totals.get(key, 0)) for key in keys if counted[key] != totals.get(key, 0))
    return Compared(enrolments, len(keys), drift, mended)


def mend_counts(*, compared: Compared) -> None:
    """Add to each count what it lacks, or take away what it has too much.

    The difference of one snapshot stays right whatever was written since: every writer changes bits and counts by the same.

    Raises:
        AlreadyMended: see there; nothing was changed.
    """
    if not compared.drift:
        return
    try:
        with transaction.atomic():
            CountsMended.objects.create(number=compared.mended + 1, slots=len(compared.drift))
            add_completions(sums={(found.run_id, found.slot): found.true - found.counted for found in compared.drift})
    except IntegrityError:
        raise AlreadyMended from None


@contextmanager
def _snapshot() -> Iterator[None]:
    """Read everything as it is at one moment, without keeping writers waiting."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # Not atomic(): that is BEGIN IMMEDIATE here, which is a writer's.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
