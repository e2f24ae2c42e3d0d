"""Middleware that closes everything below /admin/ to staff until their session has shown a second factor in the last hours.

One place, before any view: pages, previews, JSON, bulk actions, uploads and what Wagtail or an app of ours may add there
later are all behind it. Views whose acts reach outside, or can't be taken back, ask for a newer showing of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import get_script_prefix, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.second_factor import next_step, shown_at


class StaffSecondFactorMiddleware:
    """Leads staff to setting a second factor up, or to showing it, and then back to where they wanted to go."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_below_admin(request):
            return self.get_response(request)
        step = next_step(request, hours=settings.STAFF_FACTOR_HOURS)
        return _led_to(step, request) if step else self.get_response(request)


def is_below_admin(request: HttpRequest) -> bool:
    """Whether an address is one of the admin's."""
    return request.path.startswith(admin_home())


def admin_home() -> str:
    """Return the address of the admin."""
    return _admin_home(get_script_prefix())


@cache
def _admin_home(prefix: str) -> str:
    """Found once for each prefix that the site is mounted at (nearly always one), since it is asked for several times a request."""
    return reverse("wagtailadmin_home")


def just_shown(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer staff only if they have shown their second factor within the last hour (`STAFF_ACT_FACTOR_HOURS`)."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        step = next_step(request, hours=settings.STAFF_ACT_FACTOR_HOURS)
        return _led_to(step, request) if step else view(request, *args, **kwargs)

    return wrapped


def _led_to(step: str, request: HttpRequest) -> HttpResponse:
    """Redirect a browser to that page, and refuse a script, which could not follow, in JSON.

    A form that was open when the showing ran out is answered with a page, not led away: loaded again, that page sends all
    that was typed once more, files included.
    """
    is_script = request.headers.get("X-Requested-With") == "XMLHttpRequest" or "text/html" not in request.headers.get("Accept", "text/html")
    is_visit = request.method in {"GET", "HEAD"}
    wanted = request.get_full_path() if is_visit and not is_script else admin_home()
    url = f"{reverse(step)}?{urlencode({'next': wanted})}"
    if is_script:
        detail = _("Confirm with your second step first, then try again.")
        return JsonResponse({"detail": detail, "url": url}, status=HTTPStatus.FORBIDDEN)
    if not is_visit and shown_at(request) is not None:
        return render(request, "accounts/second_factor_expired.html", {"confirm_url": url}, status=HTTPStatus.FORBIDDEN)
    return HttpResponseRedirect(url)
