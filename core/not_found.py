"""The page that says that nothing is at an address: drawn once a language, the same bytes for whoever asks and whatever was asked.

Any robot can ask for addresses that nobody made, so their answer may cost nearly nothing and keep nothing of them: no page is
looked up part by part, no template is drawn, and the links to the other languages lead home.
"""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from wagtail.models import Page, Site

from core.access import OPEN
from core.anonymous_request import neutral_request
from core.context import LanguageLink, page_address
from core.page_templates import Kept
from core.pagecache import CachedPage
from foundation.statements import scalar

# By its slug, which has an index; an address that nobody made has no row there.
LIVE_PAGE = "SELECT 1 FROM wagtailcore_page WHERE slug = %s AND url_path = %s AND live LIMIT 1"

# One a language: as many again for a setting that a test changes.
_drawn: Kept[CachedPage] = Kept(most=50)
# One a language and host.
_homes: Kept[tuple[type[Page], int, str]] = Kept(most=500)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404 in the language of the address. Looks at nothing else of the request, and at no table."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    entry = _drawn.get((language, settings.DEMO), lambda: _draw(request, language))
    body, encoding = entry.encoded(request.headers.get("Accept-Encoding", ""))
    response = HttpResponse(body, status=HTTPStatus.NOT_FOUND, content_type=entry.content_type)
    if encoding:
        response["Content-Encoding"] = encoding
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _draw(request: HttpRequest, language: str) -> CachedPage:
    neutral = neutral_request(request)
    # As if home were asked for: no entry of the navigation is the one at hand, and nothing repeats the address.
    neutral.path = neutral.path_info = page_address(language)
    links = [LanguageLink(code, label, page_address(code), code == language, exact=False) for code, label in settings.LANGUAGES]
    page = render_to_string("404.html", {"language_links": links}, neutral)
    return CachedPage.of(page.strip().encode(), "text/html; charset=utf-8", OPEN)


def home_of(request: HttpRequest, generation: int) -> Page | None:
    """Return the page at the top of the site in the active language; None if this host has no site. One statement, mostly."""
    found = _home(request, generation)
    return found[0]._default_manager.get(pk=found[1]) if found else None


def has_live_page(request: HttpRequest, path: str, generation: int) -> bool:
    """Whether a live page may stand at a path: False is certain, True is for the tree to say. One statement, mostly."""
    parts = [part for part in path.split("/") if part]
    found = _home(request, generation)
    if found is None or not parts:
        return found is not None
    return scalar(LIVE_PAGE, parts[-1], f"{found[2]}{'/'.join(parts)}/") is not None


def _home(request: HttpRequest, generation: int) -> tuple[type[Page], int, str] | None:
    """Return class, key and path of the top page; kept as long as no content changes, since every made-up address asks for it."""

    def look() -> tuple[type[Page], int, str]:
        site = Site.find_for_request(neutral_request(request))
        if site is None:
            raise LookupError
        home = site.root_page.localized
        return home.specific_class or Page, home.pk, home.url_path

    try:
        return _homes.get((generation, request.get_host(), request.scheme, translation.get_language()), look)
    except LookupError:
        return None
