"""Update search when a contributor is renamed, so that their works are found under the new name."""

from __future__ import annotations

from core import search
from knowledge.models import PublicationPage


def index_names(*, contributor_id: int) -> int:
    """Index the live works of a contributor again; returns how many."""
    pages = PublicationPage.objects.filter(live=True).filter(contributions__contributor=contributor_id).distinct()
    count = 0
    for page in pages.iterator():
        search.index_for_search(page)
        count += 1
    return count
