"""What is decided about an answer before any view: which requests can be read at all, and how strict the admin's pages are."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

GetResponse = Callable[[HttpRequest], HttpResponse]
POLICY = "Content-Security-Policy"


class CharsetMiddleware:
    """Refuses what is declared to be in another charset than UTF-8, in words.

    Django would read the form, and the query string too, in whatever is declared; some names that Python knows
    ("rot13") are not even charsets, and end in an error 500. So this stands before everything that reads either.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset")
        if charset is None:
            return self.get_response(request)
        request.encoding = "utf-8"  # as Django spells it: "utf8" it would refuse
        if _is_utf8(charset):
            return self.get_response(request)
        with translation.override(translation.get_language_from_request(request, check_path=True)):
            return render(request, "415.html", status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def _is_utf8(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):
        return False


class AdminHeadersMiddleware:
    """Gives pages below /admin/ their own policy: Wagtail writes inline scripts there, and frames its previews.

    Also shows them in the language of whoever looks, and closes detours around the review (`core.desk.doors`).

    A preview has been through all of the middleware once already, as the page that it will be, and brings the strict
    headers of the public site; they are taken off here. Stands just inside the middleware that writes the policy.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(reverse("wagtailadmin_home")):
            response.headers.pop(POLICY, None)
            response._csp_config = settings.CSP_ADMIN  # type: ignore[attr-defined]
            response["X-Frame-Options"] = "SAMEORIGIN"
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        """Look at a request to the admin once the person and the view are known."""
        from core.desk import doors

        if not request.path.startswith(reverse("wagtailadmin_home")):
            return None
        doors.follow_language(request)
        return doors.refuse_detours(request, kwargs)
