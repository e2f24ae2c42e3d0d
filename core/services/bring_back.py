"""Bring a deleted page back from the bin, with its keys, to where it was: a draft, which somebody looks at and publishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.actions.move_page import MovePageAction
from wagtail.coreutils import find_available_slug
from wagtail.log_actions import log
from wagtail.models import Page

from core.bin import bin_root
from core.models import BinPage

BACK = "puente.bin.back"


@dataclass(frozen=True, slots=True)
class WayBack:
    """Where a page would come back to, under which last part of its address, and in words why it can't (empty: it can)."""

    page: Page | None
    place: Page | None
    slug: str = ""
    why_not: str = ""

    @property
    def has_new_slug(self) -> bool:
        """Whether its address was taken meanwhile."""
        return bool(self.page and self.slug and self.slug != self.page.slug)


class CannotComeBack(Exception):
    """It can't be brought back; the message says why."""


def way_back(entry: BinPage) -> WayBack:
    """Look at what bringing back would do. Changes nothing."""
    page = entry.thrown
    if page is None:
        return WayBack(None, None, why_not=_("It is not in the bin any more."))
    place, root = Page.objects.filter(pk=entry.place_id).first(), bin_root()
    if place is None or (root is not None and place.path.startswith(root.path)):
        return WayBack(page, None, why_not=_("The page above it is gone. If that is in the bin, too, bring it back first."))
    if page.specific_class is None or not page.specific_class.can_create_at(place):
        return WayBack(page, place, why_not=_("Such a page can’t stand there any more."))
    if taken := _in_its_stead(entry, page):
        words = _("“%(title)s” has been made in its stead in this language. Delete that one first.") % {"title": taken.title}
        return WayBack(page, place, why_not=words)
    return WayBack(page, place, find_available_slug(place, page.slug))


def _in_its_stead(entry: BinPage, page: Page) -> Page | None:
    """Return a page that has taken the key of one of the deleted pages in its language since; None where there is none."""
    coming = {(entry.keys.get(str(one.pk)), one.locale_id) for one in page.get_descendants(inclusive=True)}
    others = Page.objects.filter(translation_key__in=entry.keys.values()).exclude(path__startswith=entry.path)
    return next((other for other in others if (str(other.translation_key), other.locale_id) in coming), None)


@transaction.atomic
def bring_back(*, entry: BinPage, user: Any = None) -> Page:
    """Move a page out of the bin, unlocked and with its keys. It stays unpublished.

    Raises:
        CannotComeBack: something is in its way.
    """
    entry = BinPage.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    way = way_back(entry)
    if way.why_not or way.page is None or way.place is None:
        raise CannotComeBack(way.why_not)
    page = way.page
    for one in page.get_descendants(inclusive=True):
        key = entry.keys.get(str(one.pk))
        Page.objects.filter(pk=one.pk).update(locked=False, locked_at=None, **({"translation_key": key} if key else {}))
    if way.has_new_slug:
        Page.objects.filter(pk=page.pk).update(slug=way.slug)
    MovePageAction(Page.objects.get(pk=page.pk), way.place, pos="last-child", user=user).execute(skip_permission_checks=True)
    BinPage.objects.get(pk=entry.pk).delete()
    back: Page = Page.objects.get(pk=page.pk).specific
    log(instance=back, action=BACK, user=user, data={"place": entry.place_words})
    return back
