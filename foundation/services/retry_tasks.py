"""Run failed or unfinished background tasks once more: a worker that is killed leaves its task marked as running."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

# Longer than any task takes. One that is still at work after all does no harm: every task is idempotent.
LIMBO = timedelta(hours=1)


def retry_tasks(*, now: datetime) -> int:
    """Put tasks that failed, or have been running for an hour, back into the queue once. Returns how many.

    A task that has had two workers is left as failed, for people to look at and `prune_db_task_results` to take away.
    """
    retried = 0
    with transaction.atomic():
        limbo = Q(status=TaskResultStatus.RUNNING, started_at__lt=now - LIMBO)
        for result in DBTaskResult.objects.select_for_update(skip_locked=True).filter(limbo | Q(status=TaskResultStatus.FAILED)):
            if len(result.worker_ids) <= 1:
                result.status, result.started_at, result.finished_at = TaskResultStatus.READY, None, None
                retried += 1
            else:
                result.status, result.finished_at = TaskResultStatus.FAILED, result.finished_at or now
            result.save(update_fields=["status", "started_at", "finished_at"])
    return retried
