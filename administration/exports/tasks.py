"""Background work of the administration. Each task is idempotent: run twice, it does once."""

from __future__ import annotations

from uuid import UUID

from django_tasks import task

from administration.exports.write_export import write_export_file


@task()
def write_export(export_id: str) -> None:
    """Write a list that a member of staff asked for to a file."""
    write_export_file(export_id=UUID(export_id))
