"""Add the newly done steps in the outbox to the counts that reports read."""

from __future__ import annotations

from collections import Counter

from django.db import transaction

from learning.models import Progressed
from learning.services.add_completions import add_completions

BATCH = 1000


def aggregate_progress(*, batch: int = BATCH) -> int:
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
        add_completions(sums=sums)
        Progressed.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
