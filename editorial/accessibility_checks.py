"""Accessibility checks for editors: Wagtail's panel with our settings, and links whose text does not say where they lead.

The panel works in the browser, with rules that can be switched on and off but not written here; so links are looked at on
the server, in the draft itself, whenever somebody opens it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.userbar import ContentCheckerItem
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from foundation import languages

# Translators: Texts of links that do not say where they lead, in small letters, with | between them: as many as the language has.
VAGUE = pgettext_lazy("links", "here|click here|read more|see more|more|this link|learn more")


class PuenteChecker(ContentCheckerItem):
    """Wagtail's checks, with images that have no description, and without what our own lead paragraphs look like."""

    axe_run_only = [*ContentCheckerItem.axe_run_only, "image-alt"]
    axe_exclude = [".lead"]
    axe_messages = {
        **ContentCheckerItem.axe_messages,
        "image-alt": {"error_name": _("An image has no description"), "help_text": _("Say what it shows, for those who can’t see it")},
    }


def use_ours(request: Any, items: list[Any], page: Any) -> None:
    """Put our checks in the place of Wagtail's."""
    for place, item in enumerate(items):
        if isinstance(item, ContentCheckerItem) and not isinstance(item, PuenteChecker):
            items[place] = PuenteChecker(in_editor=item.in_editor)


def vague_links(page: Page) -> list[str]:
    """Return the texts of a page's links that say nothing of where they lead, each once, as they are written."""
    found: dict[str, None] = {}
    vague = _vague_words()
    for text in _texts(page):
        for link in BeautifulSoup(text, "html.parser").select("a"):
            words = link.get_text(" ", strip=True)
            if words.strip(" .…»>→").casefold() in vague:
                found[words] = None
    return list(found)


def _vague_words() -> frozenset[str]:
    """Return what says nothing, in all languages: a page of one language has links in another, too."""
    found: set[str] = set()
    for code in languages.codes():
        with translation.override(code):
            found.update(str(VAGUE).split("|"))
    return frozenset(found)


def _texts(page: Page) -> Iterator[str]:
    """Yield every text of a page that can hold a link."""
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            yield from _strings(getattr(page, field.name).get_prep_value())
        elif isinstance(field, RichTextField):
            yield from _strings(getattr(page, field.name))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str) and "<a" in value:
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)
