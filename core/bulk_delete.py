"""Wagtail's action that deletes many pages: into the bin."""

from __future__ import annotations

from typing import Any

from wagtail.admin.views.pages.bulk_actions.delete import DeleteBulkAction
from wagtail.models import Page

from core.services.put_in_bin import put_in_bin


class DeleteToBin(DeleteBulkAction):  # type: ignore[misc] # Wagtail has no types
    """Each page with all below it, as one deletion."""

    @classmethod
    def execute_action(cls, objects: list[Page], user: Any = None, **kwargs: Any) -> tuple[int, int]:
        """Put them into the bin; returns how many pages were chosen, and how many went along."""
        below = 0
        for page in objects:
            below += page.get_descendant_count()
            put_in_bin(page=page, user=user)
        return len(objects), below
