"""The page behind the link in our messages that makes one browser known: shown when opened, done when sent. It signs nobody in."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import known_browsers, rate_limits
from accounts.known_browsers import Link
from accounts.pending_acts import Outdated, holding


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def know_browser(request: HttpRequest, token: str) -> HttpResponse:
    """Say what it does and, on the first POST, do it."""
    if request.method == "POST" and (refused := rate_limits.too_many(request, "verify_code")):
        return refused
    link = known_browsers.read_link(token)
    if link is None:
        return _page(request, "gone")
    if request.method != "POST":
        return _page(request, "used" if link.is_used else "works")
    try:
        return _use(request, link)
    except Outdated:  # the account was changed at this very moment
        return _page(request, "gone")


def _use(request: HttpRequest, link: Link) -> HttpResponse:
    response = _page(request, "done")
    with holding(link.user, link.made_for) as user:
        if known_browsers.use_up(link):
            known_browsers.make_known(request, response, user, is_wish=True, by_link=True)
            return response
    return _page(request, "used")


def _page(request: HttpRequest, state: str) -> HttpResponse:
    context = {"state": state, "sign_in_url": reverse("account_login")}
    status = HTTPStatus.OK if state in {"works", "done"} else HTTPStatus.GONE
    return render(request, "accounts/browser.html", context, status=status)
