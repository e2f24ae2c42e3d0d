"""Error answers that any page may give: a form that is too old, and too many requests."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

# What every limit of a minute allows for.
RETRY_AFTER_SECONDS = 60


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is not this session's: mostly a tab that was open while one signed in or out elsewhere."""
    if "application/json" in request.headers.get("Accept", "") or request.content_type == "application/json":
        return JsonResponse({"detail": _("This page is too old. Reload it and try again.")}, status=HTTPStatus.FORBIDDEN)
    if request.user.is_authenticated and request.path in {reverse("account_login"), reverse("account_signup")}:
        return HttpResponseRedirect(request.get_full_path())
    return render(request, "403_csrf.html", {"again": request.get_full_path()}, status=HTTPStatus.FORBIDDEN)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Answer someone who, or whose network, has sent too many requests."""
    response = render(request, "429.html", {"again": request.get_full_path()}, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
