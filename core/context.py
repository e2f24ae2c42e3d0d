"""What the template around every page needs: navigation, footer and the links to the other languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from core.navigation import Place, links
from core.shown import shown

if TYPE_CHECKING:
    from wagtail.models import Page


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """Where the same thing is in another language. `exact` is False when only a page above it exists there."""

    code: str
    label: str
    url: str
    current: bool
    exact: bool
    full_url: str = ""


@dataclass(frozen=True, slots=True)
class NavLink:
    """One entry of the navigation or the footer."""

    label: str
    url: str
    current: bool = False


def page_address(language: str, path: str = "") -> str:
    """Return the address of the page with this path in a language."""
    with translation.override(language):
        return reverse("wagtail_serve", args=[path])


def language_links_for_page(page: Page) -> list[LanguageLink]:
    """Link a page to its live translations; where there is none, to the nearest ancestor that has one. Two queries."""
    from wagtail.models import Page as WagtailPage

    chain = [page, *reversed(list(page.get_ancestors().filter(depth__gte=2)))]
    keys = [link.translation_key for link in chain]
    found: dict[tuple[str, Any], WagtailPage] = {
        (other.locale.language_code, other.translation_key): other
        for other in shown(WagtailPage.objects.filter(translation_key__in=keys)).select_related("locale")
    }
    links = []
    for code, label in settings.LANGUAGES:
        match = next((found[code, key] for key in keys if (code, key) in found), None)
        with translation.override(code):
            url = (match.get_url() if match else None) or page_address(code)
            full_url = (match.get_full_url() if match else None) or ""
        exact = match is not None and match.translation_key == page.translation_key
        links.append(LanguageLink(code, label, url, code == page.locale.language_code, exact, full_url))
    return links


def language_links_for_path(request: HttpRequest) -> list[LanguageLink]:
    """Link an address that is not a page to the same address, with the same query, in the other languages."""
    current = translation.get_language() or settings.LANGUAGE_CODE
    prefixed = request.path.startswith(f"/{current}/")
    links = []
    for code, label in settings.LANGUAGES:
        query = request.GET.copy()
        path = request.path
        if prefixed:
            path = f"/{code}{request.path[len(current) + 1 :]}"
        else:
            query["lang"] = code
        url = f"{path}?{query.urlencode()}" if query else path
        links.append(LanguageLink(code, label, url, code == current, prefixed))
    return links


def site_language() -> str:
    """Return the language of the site that is active; its first one while the admin speaks another."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def site_frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: navigation, footer and language links. Reads neither session nor user, and no table."""
    language = site_language()
    return {
        "nav": [NavLink(label, url, request.path.startswith(url)) for label, url in links(Place.HEADER)],
        "footer_links": [NavLink(label, url, request.path == url) for label, url in links(Place.FOOTER)],
        "language_links": language_links_for_path(request),
        "home_url": page_address(language),
        "language_code": language,
        "demo": settings.DEMO,
    }
