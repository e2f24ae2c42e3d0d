"""Fold the outbox of newly done steps into the counts that reports read."""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.db.models import F

from learning.models import Progressed, StepStat

BATCH = 1000


def fold_progress(*, batch: int = BATCH) -> int:
    """Count every row of the outbox into its StepStat and delete it, a batch in a transaction. Returns how many.

    Two that fold at once share the work: each passes over the rows that the other has locked.
    """
    folded = 0
    while count := _fold_one(batch):
        folded += count
    return folded


def _fold_one(size: int) -> int:
    with transaction.atomic():
        rows = list(Progressed.objects.select_for_update(skip_locked=True).order_by("pk")[:size])
        sums: Counter[tuple[int, int]] = Counter()
        for row in rows:
            sums[row.run_id, row.slot] += row.delta
        # Always in the same order: two that fold the same steps wait for each other, and never both.
        keys = sorted(key for key, delta in sums.items() if delta)
        StepStat.objects.bulk_create([StepStat(run_id=run, slot=slot) for run, slot in keys], ignore_conflicts=True)
        for run, slot in keys:
            StepStat.objects.filter(run_id=run, slot=slot).update(completions=F("completions") + sums[run, slot])
        Progressed.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
