"""Middleware: the language of addresses without a language prefix, and the headers of private answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.urls import is_valid_path
from django.utils import translation
from django.utils.cache import patch_vary_headers

from accounts import languages

SIGNED_IN_COOKIE = "puente_signed_in"
PRIVATE = "private, no-store"


class LanguageMiddleware(LocaleMiddleware):
    """As Django's, but an address without a prefix also follows `?lang=`, the reader's preference and the page to come.

    The order is: prefix of the path, `lang` parameter, preference of a signed-in person (private addresses only: public
    ones look at no session), prefix of the `next` parameter, cookie, Accept-Language.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Activate the language of the address; without one, whatever comes next in the order above."""
        of_path = translation.get_language_from_path(request.path_info)
        chosen = "" if of_path else languages.chosen_in_address(request) or languages.of_next_page(request)
        _activate(request, of_path or chosen or translation.get_language_from_request(request))
        if chosen:
            request.language_was_chosen = True  # type: ignore[attr-defined]

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        """Follow the preference: only here is the person known, for the middleware of the session stands further in."""
        if wanted := languages.preferred(request):
            _activate(request, wanted)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """As Django's, but a 404 that a view has answered stays one: an unknown certificate is not looked for in /es/."""
        if response.status_code == 404 and not _is_answered(request):
            return super().process_response(request, response)
        if not translation.get_language_from_path(request.path_info):
            patch_vary_headers(response, ["Accept-Language"])
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


def _is_answered(request: HttpRequest) -> bool:
    """Whether it is a view of ours that says 404, and not that the address may lack its language."""
    return request.method not in {"GET", "HEAD"} or bool(
        is_valid_path(request.path_info, getattr(request, "urlconf", settings.ROOT_URLCONF))
    )


def _activate(request: HttpRequest, language: str) -> None:
    translation.activate(language)
    request.LANGUAGE_CODE = language


class PrivateResponseMiddleware:
    """Answers that looked at the session are private and never stored; they may also set the two harmless cookies.

    The language cookie lets addresses without a prefix follow the reader's last language. The signed-in hint tells
    the script on public pages that asking for the private state is worth a request; it proves nothing. It is set with
    the session's cookie, lives as long, and goes when the session has gone, however it ended.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = getattr(request, "session", None)
        if session is None or not (session.accessed or session.modified):
            return response
        # Whatever looked at the session is one person's, even if a view says otherwise by mistake.
        if "Cache-Control" not in response or "public" in response["Cache-Control"]:
            response["Cache-Control"] = PRIVATE
        if "no-store" not in response["Cache-Control"]:
            return response
        patch_vary_headers(response, ["Cookie"])
        self._hint(request, response)
        self._language(request, response)
        return response

    def _hint(self, request: HttpRequest, response: HttpResponse) -> None:
        signed_in = request.user.is_authenticated
        if signed_in and (SIGNED_IN_COOKIE not in request.COOKIES or request.session.modified):
            response.set_cookie(
                SIGNED_IN_COOKIE,
                "1",
                max_age=request.session.get_expiry_age(),
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        elif not signed_in and SIGNED_IN_COOKIE in request.COOKIES:
            response.delete_cookie(SIGNED_IN_COOKIE, samesite="Lax")

    def _language(self, request: HttpRequest, response: HttpResponse) -> None:
        if settings.LANGUAGE_COOKIE_NAME in response.cookies:
            return
        chosen = translation.get_language_from_path(request.path_info) or getattr(request, "language_was_chosen", False)
        language = translation.get_language()
        if chosen and language and request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) != language:
            languages.remember_language(response, language)
