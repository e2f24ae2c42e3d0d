"""Background tasks of the record. Each is idempotent: run twice, it has the effect of once."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from learning.services.complete_covered import complete_covered as complete
from learning.services.count_steps import count_steps as count
from learning.services.move_to_outline import move_to_outline as move


@task()
def move_to_outline(outline_id: str) -> None:
    """Move everyone who has not finished to an outline, and complete those whom it covers."""
    move(outline_id=UUID(outline_id))


@task()
def complete_covered(course_key: str) -> None:
    """Complete the enrolments of a course whose required steps are all done or waived."""
    complete(course_key=UUID(course_key))


@task()
def count_steps() -> None:
    """Bring the figures of reports up to date. The timer does it every ten minutes; this is for who will not wait."""
    count(now=timezone.now())


def request_count() -> bool:
    """Enqueue the count, unless one is waiting. Returns whether it was enqueued.

    One that is running does not stop another: it may have passed over what was done since. Two at once do no harm.
    """
    if DBTaskResult.objects.filter(task_path=count_steps.module_path, status=TaskResultStatus.READY).exists():
        return False
    count_steps.enqueue()
    return True
