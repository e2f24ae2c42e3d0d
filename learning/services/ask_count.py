"""Ask for figures to be counted again now: one such task waits at a time, however many people ask."""

from __future__ import annotations

from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from learning.tasks import count_steps


def ask_count() -> bool:
    """Enqueue the count, unless one is waiting. Returns whether it was enqueued.

    One that is running does not stop another: it may have passed over what was done since. Two at once do no harm.
    """
    if DBTaskResult.objects.filter(task_path=count_steps.module_path, status=TaskResultStatus.READY).exists():
        return False
    count_steps.enqueue()
    return True
