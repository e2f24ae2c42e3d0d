"""Put a page with all below it into the bin: what people delete in the admin can be brought back for thirty days."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.actions.move_page import MovePageAction
from wagtail.log_actions import log
from wagtail.models import Locale, Page, Revision

from core.bin import bin_root
from core.models import BinPage

PUT = "puente.bin.put"


@transaction.atomic
def put_in_bin(*, page: Page, user: Any = None) -> BinPage | None:
    """Unpublish, lock and move a page with its tree below the bin. Its address and its language are free again.

    Returns:
        The entry of the bin; None when the page is there already, with another one that was deleted with it.
    """
    page = Page.objects.select_for_update().get(pk=page.pk)
    root = bin_root() or _make_root()
    if page.path.startswith(root.path):
        return None
    parent = page.get_parent()
    # From the top down: a course goes first, and its steps do not look lost one by one.
    for one in page.get_descendants(inclusive=True).live().order_by("path").specific():
        one.unpublish(user=user)
    # What was to be published on a date would publish itself in the bin, and come back live.
    tree = [str(key) for key in page.get_descendants(inclusive=True).values_list("pk", flat=True)]
    Revision.page_revisions.filter(object_id__in=tree).exclude(approved_go_live_at=None).update(approved_go_live_at=None)
    page.refresh_from_db()
    entry = BinPage(
        title=page.title,
        slug=uuid.uuid4().hex,
        live=False,
        locale=page.locale,
        owner=user,
        thrown_at=timezone.now(),
        place_id=parent.pk,
        place_words=" › ".join(above.title for above in parent.get_ancestors(inclusive=True).filter(depth__gte=2)),
    )
    root.add_child(instance=entry)
    MovePageAction(page, entry, pos="last-child", user=user).execute(skip_permission_checks=True)
    _take_keys(entry)
    moved = Page.objects.get(pk=page.pk)
    moved.get_descendants(inclusive=True).update(locked=True, locked_at=timezone.now(), locked_by=None)
    log(instance=moved.specific, action=PUT, user=user, data={"place": entry.place_words})
    return entry


def _take_keys(entry: BinPage) -> None:
    """Give the pages other translation keys, and remember theirs."""
    pages = list(entry.get_descendants().only("pk", "translation_key"))
    entry.keys = {str(page.pk): str(page.translation_key) for page in pages}
    entry.save(update_fields=["keys"], clean=False)
    for page in pages:
        Page.objects.filter(pk=page.pk).update(translation_key=uuid.uuid4())


def _make_root() -> BinPage:
    """Make the bin below the root of all pages, where no site begins."""
    top = Page.get_first_root_node()
    made: BinPage = top.add_child(
        instance=BinPage(title=_("Bin"), slug=f"bin-{uuid.uuid4().hex[:8]}", live=False, locale=Locale.objects.order_by("pk").first())
    )
    return made
