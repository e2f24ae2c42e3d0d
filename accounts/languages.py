"""Choose the language for addresses that have no language prefix."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.safe_redirects import LANGUAGE_CODES, language_prefix

# Chosen on a page for this visit: it stands before the preference, or the links of the header would not work.
SESSION_KEY = "language"
PRIVATE_PREFIX = "/accounts/"


def chosen_in_address(request: HttpRequest) -> str:
    """Return the language of the `lang` parameter, or nothing."""
    wanted = request.GET.get("lang", "")
    return wanted if wanted in LANGUAGE_CODES else ""


def of_next_page(request: HttpRequest) -> str:
    """Return the language of the page one goes on to, or nothing."""
    return language_prefix(request.GET.get("next", ""))


def preferred(request: HttpRequest) -> str:
    """Return the language a signed-in person asked for, or nothing.

    Looks at the session, so it is only asked on private addresses, and only when there is a session at all.
    """
    if not request.path_info.startswith(PRIVATE_PREFIX) or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""
    if not request.user.is_authenticated:
        return ""
    if wanted := chosen_in_address(request):
        request.session[SESSION_KEY] = wanted
    return request.session.get(SESSION_KEY) or request.user.language


def remember_language(response: HttpResponse, language: str) -> None:
    """Let addresses without a prefix follow this language from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )
