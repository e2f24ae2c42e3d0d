"""The front view, media files, health checks, and the error pages of the public site."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from datetime import datetime
from typing import ParamSpec, TypeVar, cast

from django.core.files.storage import default_storage
from django.db import DatabaseError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_from_request
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from wagtail.documents.views.serve import serve as serve_document

from core import access, pagecache
from core.anonymous_request import neutral_request
from core.context import page_address
from core.generation import current
from core.models import BasePage
from core.not_found import has_live_page, home_of
from core.ranges import in_part
from core.sitemap import open_pages
from core.styleguide import styleguide_blocks

INLINE_TYPES = {"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"}
P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


def only_read(view: Callable[P, R]) -> Callable[P, R]:
    """For addresses that are only read: anything but GET and HEAD is answered 405, before it is asked for a token."""
    return csrf_exempt(require_safe(view))


@only_read
def serve(request: HttpRequest, path: str) -> HttpResponse:
    """Answer a page: from the cache or rendered once, after asking its rule, with 304 where it can.

    Raises:
        Http404: no live page stands at this path in this language, or the reader may not know that one does.
    """
    generation = current()
    entry = pagecache.find_entry(request, path, generation)
    if entry is None:
        if not has_live_page(request, path, generation):
            raise Http404
        entry = _known_entry(request, path, generation)
    decision = access.decide(entry.rule, request)
    if decision.allowed:
        return entry.respond(request)
    if not decision.explain_at:
        raise Http404
    response = HttpResponseRedirect(decision.explain_at)
    response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ["Cookie"])
    return response


def _known_entry(request: HttpRequest, path: str, generation: int) -> pagecache.CachedPage:
    """Return the entry under what the page knows of the query, rendered if it is not there: made-up values share one."""
    page, neutral = _route(request, path, generation)

    def render() -> tuple[pagecache.CachedPage, datetime | None]:
        # Asked before: what happens while it is rendered may not be in it, and it must not be kept beyond that.
        until = page.next_moment(timezone.now())
        return _render(page, neutral), until

    return pagecache.render_once(pagecache.key(request, path, generation, neutral.META["QUERY_STRING"]), render)


def _route(request: HttpRequest, path: str, generation: int) -> tuple[BasePage, HttpRequest]:
    """Find the live page of this path in the language of the address."""
    neutral = neutral_request(request)
    home = home_of(request, generation)
    if home is None:
        raise Http404
    result = home.route(neutral, [part for part in path.split("/") if part])
    page = cast(BasePage, result.page)
    if not isinstance(page, BasePage) or page.locale.language_code != get_language():
        raise Http404
    kept = QueryDict(mutable=True)
    if request.GET:
        kept.update(page.known_query(request.GET))
    neutral.GET = kept  # type: ignore[assignment]
    neutral.META["QUERY_STRING"] = kept.urlencode()
    return page, neutral


def _render(page: BasePage, neutral: HttpRequest) -> pagecache.CachedPage:
    """Render once what everyone will be given."""
    response = cast(TemplateResponse, page.serve(neutral))
    response.render()
    return pagecache.CachedPage.of(
        response.content.strip(), response.headers["Content-Type"], access.rule_for(page), query_names=page.query_names
    )


@only_read
def front_door(request: HttpRequest) -> HttpResponse:
    """Send the reader of / to the home page of a language they read."""
    response = HttpResponseRedirect(page_address(get_language_from_request(request)))
    response["Cache-Control"] = "public, no-cache"
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


def to_one_door(request: HttpRequest) -> HttpResponse:
    """Lead from Wagtail's own sign-in and password pages to those of the site."""
    target = reverse("account_login")
    if query := request.META.get("QUERY_STRING", ""):
        target += f"?{query}"
    return HttpResponseRedirect(target)


def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer that nothing is here, in place of a view of a package that nobody needs.

    Raises:
        Http404: always.
    """
    raise Http404


@only_read
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every open page. Rendered once a content generation."""

    return pagecache.answer_open(request, "application/xml", lambda: render_to_string("core/sitemap.xml", {"pages": open_pages()}))


@only_read
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every block and component from its preview value."""
    return pagecache.answer_unkept(request, render(request, "styleguide.html", {"blocks": styleguide_blocks()}))


@only_read
def media(request: HttpRequest, path: str) -> FileResponse:
    """Serve an uploaded image under its unguessable name; anything else is only offered as a download."""
    if not path.startswith(("siteimage/", "images/")) or ".." in path:
        raise Http404
    try:
        file = default_storage.open(path)
    except (OSError, ValueError) as error:
        # Nothing there, a folder, or no name that a file can have.
        raise Http404 from error
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    response = FileResponse(file, content_type=kind, as_attachment=kind not in INLINE_TYPES)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def document(request: HttpRequest, document_id: str, filename: str) -> HttpResponseBase:
    """Serve a document as Wagtail does, after its rule was asked (`core.wagtail_hooks`), or the part of it that was asked for."""
    return in_part(request, serve_document(request, document_id, filename))


@only_read
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process answers."""
    return JsonResponse({"status": "ok"})


@only_read
def readyz(request: HttpRequest) -> JsonResponse:
    """Say that the process can read its database: 503 while it can't, so that a balancer sends readers elsewhere."""
    try:
        current()
    except DatabaseError:
        return JsonResponse({"status": "the database does not answer"}, status=503)
    return JsonResponse({"status": "ready"})
