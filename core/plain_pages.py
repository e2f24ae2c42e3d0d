"""The plain pages that every footer links to: short true texts in each language, until somebody writes better ones."""

from __future__ import annotations

import json
import uuid
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from core.context import page_address, site_language
from core.models import HomePage, StandardPage
from core.navigation import ADDRESSES, Address, Place
from core.site_texts import site_texts

NAMESPACE = uuid.UUID("3f0d3a52-5c0c-4f55-9c61-0f8a3a6d1b77")
SLUGS = ("about", "help", "privacy", "accessibility")


def register_addresses() -> None:
    """Enter the plain pages in the footer of every page. Called from `ready()`."""
    labels = {"about": _("About Puente"), "help": _("Help"), "privacy": _("Privacy"), "accessibility": _("Accessibility")}
    for order, slug in enumerate(SLUGS):
        url = partial(_address, slug)
        ADDRESSES.register(Address(name=slug, order=order, place=Place.FOOTER, label=labels[slug], url=url))


def _address(slug: str) -> str:
    return page_address(site_language(), f"{slug}/")


def homes_of(home: HomePage) -> dict[str, HomePage]:
    """Return the home page of each language that has one."""
    homes = HomePage.objects.filter(translation_key=home.translation_key).select_related("locale")
    return {page.locale.language_code: page for page in homes}


@transaction.atomic
def ensure_plain_pages(home: HomePage) -> None:
    """Make each plain page whose address is free in a language; touch nothing that exists, live or not."""
    homes = homes_of(home)
    for slug in SLUGS:
        there = {code: Page.objects.child_of(page).filter(slug=slug).first() for code, page in homes.items()}
        # A translation of what stands at this address in another language, so that switching language stays on the page.
        key = next((page.translation_key for page in there.values() if page and page.specific_class is StandardPage), site_key(slug))
        for code, _label in settings.LANGUAGES:
            if code in homes and there[code] is None:
                _make(homes[code], slug, key, site_texts(code)[slug])


def remove_untouched(slug: str) -> None:
    """Delete the pages that `ensure_plain_pages` made at an address and nobody has worked on since."""
    for page in StandardPage.objects.filter(translation_key=site_key(slug)):
        if page.revisions.count() == 1 and not page.numchild:
            page.delete()


def site_key(slug: str) -> uuid.UUID:
    """Return what the language versions of a plain page of the bare site share."""
    return uuid.uuid5(NAMESPACE, slug)


def _make(home: HomePage, slug: str, key: uuid.UUID, text: dict[str, Any]) -> None:
    if StandardPage.objects.filter(translation_key=key, locale=home.locale).exists():
        # Somebody has given that page another address: this one begins a family of its own.
        key = uuid.uuid4()
    body = json.dumps([{"type": "rich_text", "value": text["body"], "id": str(uuid.uuid5(key, "text"))}])
    page = StandardPage(title=text["title"], lead=text["lead"], body=body, slug=slug, locale=home.locale, translation_key=key)
    home.add_child(instance=page)
    page.full_clean()
    page.save_revision().publish()
