"""The language of addresses without a language prefix, and the headers of private answers."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers

SIGNED_IN_COOKIE = "puente_signed_in"
CODES = {code for code, _label in settings.LANGUAGES}


class LanguageMiddleware(LocaleMiddleware):
    """As Django's, but an address without a prefix also follows `?lang=`, then the language of the page one comes from.

    The order is: prefix of the path, `lang` parameter, prefix of the `next` parameter, cookie, Accept-Language.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if translation.get_language_from_path(request.path_info):
            return
        next_prefix = urlsplit(request.GET.get("next", "")).path.split("/")[1:2]
        for wanted in (request.GET.get("lang", ""), *next_prefix):
            if wanted in CODES:
                translation.activate(wanted)
                request.LANGUAGE_CODE = wanted
                request.language_was_chosen = True  # type: ignore[attr-defined]
                return


class PrivateResponseMiddleware:
    """Answers that looked at the session are private and never stored; they may also set the two harmless cookies.

    The language cookie lets addresses without a prefix follow the reader's last language. The signed-in hint tells
    the script on public pages that asking for the private state is worth a request; it proves nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = getattr(request, "session", None)
        if session is None or not (session.accessed or session.modified):
            return response
        if "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        if "no-store" not in response["Cache-Control"]:
            return response
        patch_vary_headers(response, ["Cookie"])
        self._hint(request, response)
        self._language(request, response)
        return response

    def _hint(self, request: HttpRequest, response: HttpResponse) -> None:
        signed_in = request.user.is_authenticated
        if signed_in and SIGNED_IN_COOKIE not in request.COOKIES:
            response.set_cookie(SIGNED_IN_COOKIE, "1", max_age=settings.SESSION_COOKIE_AGE, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
        elif not signed_in and SIGNED_IN_COOKIE in request.COOKIES:
            response.delete_cookie(SIGNED_IN_COOKIE, samesite="Lax")

    def _language(self, request: HttpRequest, response: HttpResponse) -> None:
        chosen = translation.get_language_from_path(request.path_info) or getattr(request, "language_was_chosen", False)
        language = translation.get_language()
        if chosen and language and request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) != language:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, language, max_age=settings.LANGUAGE_COOKIE_AGE,
                samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True,
            )
