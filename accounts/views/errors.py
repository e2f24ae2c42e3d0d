"""Error answers that several pages give: a form that is too old, too many requests, a code that is gone, an account that is held."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import codes
from accounts.allauth_internals import log_out
from accounts.errors import AccountChanged, AccountHeld
from accounts.holds import is_held
from accounts.models import User
from accounts.next_page import with_next

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


def held_page(request: HttpRequest, refused: AccountHeld) -> HttpResponse:
    """Answer somebody whose account is held with what that means."""
    return render(request, "accounts/held.html", {"why": str(refused)}, status=HTTPStatus.CONFLICT)


def changed_page(request: HttpRequest, refused: AccountChanged) -> HttpResponse:
    """Answer somebody whose account has changed since this was begun: nothing was done, and they are not signed in any more."""
    log_out(request)
    request.session.flush()
    context = {"why": str(refused), "sign_in_url": reverse("account_login")}
    return render(request, "accounts/changed.html", context, status=HTTPStatus.CONFLICT)


def unless_changed(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer what a service refuses because the account has changed since it was read."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except AccountChanged as refused:
            return changed_page(request, refused)

    return wrapped


def unless_held(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Say at once what is held, before somebody fills a form in. The services refuse it themselves, too."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, User) and is_held(request.user):
            return held_page(request, AccountHeld())
        try:
            return view(request, *args, **kwargs)
        except AccountHeld as refused:  # contested a moment ago
            return held_page(request, refused)
        except AccountChanged as refused:
            return changed_page(request, refused)

    return wrapped


def code_gone(request: HttpRequest, why: codes.CodeRefusal, email: str, start: str) -> HttpResponse:
    """Say why a code can't be tried any more. What was typed before it, address and page to go to, is kept."""
    context = {"why": why.name, "email": email, "send_url": with_next(request, start), "minutes": codes.minutes()}
    return render(request, "account/code_gone.html", context, status=HTTPStatus.GONE)
