"""Middleware: refuse what can't be read, of a request or of what is stored; set the headers that say who may use an answer, and how."""

from __future__ import annotations

import codecs
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlparse

from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils import translation
from django.utils.encoding import uri_to_iri
from wagtail.contrib.redirects.middleware import RedirectMiddleware as WagtailRedirects
from wagtail.contrib.redirects.models import Redirect
from wagtail.coreutils import resolve_model_string

from accounts.admin_second_factor import is_below_admin
from foundation.statements import scalar
from foundation.versions import VersionUnknown

GetResponse = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger(__name__)
# The largest number that a column of keys holds.
LARGEST_KEY = 2**63 - 1
POLICY = "Content-Security-Policy"
# With its query and without, each as it was sent and decoded: the four spellings that Wagtail tries.
REDIRECTED = "SELECT 1 FROM wagtailredirects_redirect WHERE old_path IN (%s, %s, %s, %s) LIMIT 1"


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


class ArgumentMiddleware:
    """Answers 404 to an argument in an address that no row can have: a number or a text that the database would choke on.

    Of views that look for a row by its key (Wagtail's choosers), also to a key that is none of the model's.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> None:
        """Look at the arguments before the view does.

        Raises:
            Http404: one of them can be that of nothing.
        """
        if any((isinstance(value, int) and value > LARGEST_KEY) or (isinstance(value, str) and "\0" in value) for value in kwargs.values()):
            raise Http404
        model = getattr(view, "view_initkwargs", {}).get("model")
        if model is not None and isinstance(kwargs.get("pk"), str):
            try:
                resolve_model_string(model)._meta.pk.to_python(unquote(kwargs["pk"]))
            except ValidationError as error:
                raise Http404 from error


class CsrfMiddleware(CsrfViewMiddleware):
    """As Django's, but what a browser sends in place of a token is replaced once a form needs one, and not by whatever is read."""

    def process_request(self, request: HttpRequest) -> None:
        """Read the token of the cookie; one that is none counts as none."""
        super().process_request(request)
        if request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", False):
            del request.META["CSRF_COOKIE"]


class VersionMiddleware:
    """Says in words that a page needs what this release cannot read, and tells the log: never a guess, and never an error 500."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 503: it can be read again as soon as the release that wrote it is back."""
        if not isinstance(exception, VersionUnknown):
            return None
        logger.error("%r at %s", exception, request.path)
        context = {"words": str(exception), "again": request.get_full_path()}
        response = render(request, "503.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
        response["Cache-Control"] = "private, no-store"
        return response


def _is_utf8(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):
        return False


class PolicyMiddleware(CSPMiddleware):
    """Writes who may embed an answer, what it may ask of a device, and the content security policy: the strict one, or that of /admin/.

    Wagtail writes inline scripts there, and frames its previews. A preview has been through all of the middleware once already,
    as the page that it will be, and brings the strict headers of the public site; they are taken off here.

    The strict policy is the same text each time, so it is made once. django-csp makes those that a view has touched, and all of them
    where its settings say more (what is excluded, or only reported); in development it leaves Django's own pages of errors alone.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        report_only = getattr(settings, "CONTENT_SECURITY_POLICY_REPORT_ONLY", None)
        is_plain = not settings.DEBUG and not report_only and set(settings.CONTENT_SECURITY_POLICY) == {"DIRECTIVES"}
        self._strict = build_policy() if is_plain else ""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Give an answer its policies."""
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        # What is the same for everyone others may show, too: images, PDFs, feeds, certificates. What is somebody's stays here.
        is_public = "public" in response.headers.get("Cache-Control", "")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_public else "same-origin")
        if is_below_admin(request):
            response.headers.pop(POLICY, None)
            response._csp_config = settings.CSP_ADMIN  # type: ignore[attr-defined]
            response["X-Frame-Options"] = "SAMEORIGIN"
        elif self._strict and POLICY not in response and not _is_touched(request, response):
            response[POLICY] = self._strict
            return response
        return super().process_response(request, response)


class RedirectMiddleware(WagtailRedirects):
    """As Wagtail's, which looks for a redirect once a page is not found; for addresses that have none, in one statement."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Lead on to where a redirect says, if there is one for this address."""
        if response.status_code != HTTPStatus.NOT_FOUND or not _may_be_redirected(request):
            return response
        answer: HttpResponseBase = super().process_response(request, response)
        return answer


def _may_be_redirected(request: HttpRequest) -> bool:
    path = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
    spellings = [spelling for sent in (path, urlparse(path).path) for spelling in (sent, uri_to_iri(sent))]
    # PostgreSQL takes no text with a zero in it; one without it that is found by mistake is for Wagtail to refuse.
    return scalar(REDIRECTED, *(spelling.replace("\0", "") for spelling in spellings)) is not None


def _is_touched(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether a view has asked for something else than the policy of the site, or a nonce was used."""
    return hasattr(request, "_csp_nonce") or any(name.startswith("_csp_") for name in vars(response))
