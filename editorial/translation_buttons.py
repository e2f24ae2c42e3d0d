"""The buttons of wagtail-localize beside a page. In a list what they depend on is read with the pages: its own ask three times a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.models import Locale, Page
from wagtail_localize import wagtail_hooks as localize
from wagtail_localize.models import TranslationSource

HOOKS = ("register_page_listing_more_buttons", "register_page_header_buttons")


def take_over() -> None:
    """Put these buttons in the place of wagtail-localize's own, wherever it registered them."""
    for name in HOOKS:
        registered = hooks._hooks[name]
        registered[:] = [(buttons if hook is localize.page_listing_more_buttons else hook, order) for hook, order in registered]


def with_translation_state(pages: QuerySet[Page]) -> QuerySet[Page]:
    """Add to each page what its buttons depend on: a language that has no text of its own, and the source that translations follow."""
    written = Page.objects.filter(translation_key=OuterRef(OuterRef("translation_key")), alias_of=None).values("locale_id")
    sources = TranslationSource.objects.filter(
        object_id=OuterRef("translation_key"), locale_id=OuterRef("locale_id"), translations__enabled=True
    )
    annotated: QuerySet[Page] = pages.annotate(
        lacks_language=Exists(Locale.objects.exclude(pk__in=written)), followed_source=Subquery(sources.values("pk")[:1])
    )
    return annotated


def in_explorer(_parent: Page, pages: QuerySet[Page], _request: HttpRequest) -> QuerySet[Page]:
    """Read it with the pages of the explorer."""
    return with_translation_state(pages)


def buttons(page: Page, user: Any, view_name: str | None = None, next_url: str | None = None) -> Iterator[Button]:
    """Offer to translate a page, and to bring the translations that follow it up to date, as wagtail-localize does."""
    if page.is_root() or not user.has_perm("wagtail_localize.submit_translation"):
        return
    state = page if hasattr(page, "lacks_language") else with_translation_state(Page.objects.filter(pk=page.pk)).get()
    if state.lacks_language:
        # Of an alias it is the page that it shows.
        url = reverse("wagtail_localize:submit_page_translation", args=[page.alias_of_id or page.pk])
        yield Button(_("Translate this page"), url, priority=60, icon_name="wagtail-localize-language")
    if state.followed_source:
        url = reverse("wagtail_localize:update_translations", args=[state.followed_source])
        query = "?" + urlencode({"next": next_url}) if next_url else ""
        yield Button(_("Sync translated pages"), url + query, priority=60, icon_name="resubmit")
