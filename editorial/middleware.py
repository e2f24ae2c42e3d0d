"""What is done to a request to the admin before its view: the person's own language, and no way around rights and review.

And one thing after it: a form that lacks what a view takes for granted is a bad request, and no failure of the site.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.datastructures import MultiValueDictKeyError
from wagtail.admin.localization import get_available_admin_languages

from accounts.admin_second_factor import is_below_admin
from editorial.request_guards import refuse_detours
from foundation.languages import nearest

GetResponse = Callable[[HttpRequest], HttpResponse]


class AdminRequestMiddleware:
    """Looks at a request to the admin once the person and the view are known."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        """Show the admin in the person's language; answer in place of a view that would publish without review."""
        if not is_below_admin(request):
            return None
        follow_language(request)
        return refuse_detours(request, kwargs)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 400 where Wagtail, or a package, has looked for a field that was not sent."""
        if not isinstance(exception, MultiValueDictKeyError) or not is_below_admin(request):
            return None
        return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)


def admin_language(language: str) -> str:
    """Return the language of the admin for somebody's language: Wagtail speaks the Portuguese of Brazil, and not plain "pt".

    Who speaks a language that Wagtail does not know is shown the nearest that it does.
    """
    known = [code for code, _name in get_available_admin_languages()]
    if language in known:
        return language
    by_language: dict[str, str] = {code.split("-")[0]: code for code in reversed(known)}
    return by_language[nearest(language, by_language)]


def follow_language(request: HttpRequest) -> None:
    """Show the admin in a person's own language; what they chose in the admin itself stands before it."""
    user = request.user
    if user.is_authenticated and user.language:
        translation.activate(admin_language(user.language))
        request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
