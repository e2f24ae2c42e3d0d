"""List every live page that is open to everyone, for the sitemap, in the same number of statements whatever their number."""

from __future__ import annotations

from wagtail.models import Page

from core import access
from core.models import BasePage
from core.shown import shown


def open_pages() -> list[BasePage]:
    """Return the open pages in the order of the tree, without their texts."""
    found = shown(Page.objects.filter(depth__gte=2)).select_related("locale").order_by("path").specific(defer=True)
    pages = [page for page in found if isinstance(page, BasePage)]
    by_class: dict[type[BasePage], list[BasePage]] = {}
    for page in pages:
        by_class.setdefault(type(page), []).append(page)
    for page_class, group in by_class.items():
        page_class.prepare(group)
    return [page for page, rule in zip(pages, access.rules_for(pages), strict=True) if rule.is_open]
