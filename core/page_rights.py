"""What somebody may do with a page: as Wagtail says, but what is in their role's description only.

Wagtail takes the right to change a page as the right to delete, move and copy it. Here whoever may only change pages (a reviewer,
who comments on them) may do none of these, and whoever may add pages but not publish there may do them to what is their own.
"""

from __future__ import annotations

from typing import Any

from wagtail.models import PagePermissionTester


class RightsOnPage(PagePermissionTester):  # type: ignore[misc] # Wagtail has no types
    """What one person may do with one page."""

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """Whether the page may be deleted, and so whether it may be moved: Wagtail asks this for both."""
        return bool(super().can_delete(ignore_bulk)) and self._may_take_away()

    def can_copy(self) -> bool:
        """Whether the page may be copied: by whoever may make pages at such places."""
        return bool(super().can_copy()) and self._has("add")

    def can_lock(self) -> bool:
        """Whether the page may be locked. Taking a step of a review is no right to."""
        return self._has("lock")

    def can_unlock(self) -> bool:
        """Whether the page may be unlocked: also by whoever has locked it."""
        return self._has("unlock") or bool(self.user_has_lock())

    def _has(self, right: str) -> bool:
        user: Any = self.user
        return bool(user.is_active and (user.is_superuser or right in self.permissions))

    def _may_take_away(self) -> bool:
        """Whether it is one's own to take away: by the right to publish, or a draft of one's own that nobody is reviewing."""
        if self._has("publish"):
            return True
        is_own = self.page.owner_id == self.user.pk and self._has("add")
        return is_own and not self.page.live and not self.page.workflow_in_progress
