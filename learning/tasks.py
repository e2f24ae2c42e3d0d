"""Background tasks of the record. Each is idempotent: run twice, it has the effect of once."""

from __future__ import annotations

from uuid import UUID

from django_tasks import task


@task()
def move_to_outline(outline_id: str) -> None:
    """Move everyone who has not finished to an outline, and complete those whom it covers."""
    from learning.services.move_to_outline import move_everyone_unfinished

    move_everyone_unfinished(outline_id=UUID(outline_id))


@task()
def complete_covered(course_key: str) -> None:
    """Complete the enrolments of a course whose required steps are all done or waived."""
    from learning.services.complete_covered import complete_covered_enrolments

    complete_covered_enrolments(course_key=UUID(course_key))


@task()
def write_export(export_id: str) -> None:
    """Write a list that a member of staff asked for to a file."""
    from learning.services.write_export import write_export_file

    write_export_file(export_id=UUID(export_id))


@task()
def count_steps() -> None:
    """Bring the figures of reports up to date. The timer does it every ten minutes; this is for who will not wait."""
    from django.utils import timezone

    from learning.services.count_steps import count_steps as count

    count(now=timezone.now())
