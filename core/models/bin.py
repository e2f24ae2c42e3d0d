"""The bin: where deleted pages wait, outside all sites, until somebody brings them back or their days are over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, PagePermissionTester

DAYS = 30


class NothingOnPage(PagePermissionTester):  # type: ignore[misc] # Wagtail has no types
    """What anybody may do with a page of the bin by Wagtail's own views: nothing. It is brought back, or its days end."""

    def can_edit(self) -> bool:
        return False

    can_delete = can_move = can_copy = can_publish = can_unpublish = can_lock = can_unlock = can_add_subpage = can_edit
    can_publish_subpage = can_reorder_children = can_submit_for_moderation = can_set_view_restrictions = can_unschedule = can_edit

    def can_move_to(self, destination: Page) -> bool:
        return False

    def can_copy_to(self, destination: Page, recursive: bool = False) -> bool:
        return False


class BinPage(Page):  # type: ignore[misc]
    """The bin itself, and below it one for each deletion: what was deleted hangs below that, as it was.

    `owner` is who deleted it. `keys` are the translation keys of the pages, by their ids: while they are in the bin they have
    others, so that nothing finds them by the keys that records and languages know them by, and their language is free again.
    """

    thrown_at = models.DateTimeField(default=timezone.now)
    # A number, and no foreign key: the place may be deleted while the page waits.
    place_id = models.PositiveIntegerField(null=True)
    place_words = models.TextField(blank=True)
    keys = models.JSONField(default=dict)

    is_creatable = False
    parent_page_types: ClassVar[list[str]] = []
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("bin")
        verbose_name_plural = _("bins")
        permissions = [("bring_back", _("Can bring back deleted pages"))]

    def permissions_for_user(self, user: Any) -> NothingOnPage:
        return NothingOnPage(user, self)

    @property
    def thrown(self) -> Page | None:
        """The page that was deleted; None where it is gone."""
        found: Page | None = self.get_children().first()
        return found

    @property
    def ends_at(self) -> datetime:
        """When its days are over."""
        return self.thrown_at + timedelta(days=DAYS)

    def days_left(self, now: datetime) -> int:
        """How many whole days are left."""
        return max(0, (self.ends_at - now).days)


def is_in_bin(page: Page, user: Any) -> bool:
    """Whether a page is in the bin. Where that is, is asked once for each person that a request is about."""
    # The root of all, the bin, the deletion, the page. One that is being made has no depth yet.
    if not page.depth or page.depth < 4:
        return False
    if not hasattr(user, "_path_of_bin"):
        user._path_of_bin = BinPage.objects.filter(depth=2).values_list("path", flat=True).first() or ""
    return bool(user._path_of_bin) and str(page.path).startswith(user._path_of_bin)
