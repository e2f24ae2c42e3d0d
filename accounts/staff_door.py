"""The door behind the door: nothing below /admin/ is answered to staff whose session has not shown a second factor.

One place, before any view: pages, previews, JSON, bulk actions, uploads and what Wagtail or an app of ours may add there
later are all behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.second_factor import next_step


class StaffSecondFactorMiddleware:
    """Leads staff to setting a second factor up, or to showing it, and then back to where they wanted to go."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_below_admin(request):
            return self.get_response(request)
        step = next_step(request)
        return _led_to(step, request) if step else self.get_response(request)


def is_below_admin(request: HttpRequest) -> bool:
    """Whether an address is one of the admin's."""
    return request.path.startswith(reverse("wagtailadmin_home"))


def _led_to(step: str, request: HttpRequest) -> HttpResponse:
    """Answer a browser with the way there, and a script, which could not follow it, with a refusal in JSON."""
    is_script = request.headers.get("X-Requested-With") == "XMLHttpRequest" or "text/html" not in request.headers.get("Accept", "text/html")
    wanted = request.get_full_path() if request.method in {"GET", "HEAD"} and not is_script else reverse("wagtailadmin_home")
    url = f"{reverse(step)}?{urlencode({'next': wanted})}"
    if not is_script:
        return HttpResponseRedirect(url)
    detail = _("Confirm with your second step first, then try again.")
    return JsonResponse({"detail": detail, "url": url}, status=HTTPStatus.FORBIDDEN)
