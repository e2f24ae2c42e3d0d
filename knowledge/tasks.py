"""Background tasks of the library. Each is idempotent: run twice, it has the effect of once."""

from __future__ import annotations

from uuid import UUID

from django_tasks import task

from knowledge.services.index_names import index_names as index
from knowledge.services.make_edition_pdf import make_edition_pdf as make


@task()
def make_edition_pdf(edition_id: str) -> None:
    """Make the PDF of an edition."""
    make(edition_id=UUID(edition_id))


@task()
def index_names(contributor_id: int) -> None:
    """Let search find the works of a contributor under the name they have now."""
    index(contributor_id=contributor_id)
