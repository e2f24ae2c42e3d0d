"""The page behind the link in our messages that makes a browser known: shown when opened, done when sent. It signs nobody in."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import rate_limits
from accounts.known_browsers import make_known, user_of_link


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def know_browser(request: HttpRequest, token: str) -> HttpResponse:
    """Say what it does and, on POST, do it."""
    if request.method == "POST" and (refused := rate_limits.too_many(request, "verify_code")):
        return refused
    user = user_of_link(token)
    context = {"works": user is not None, "is_done": user is not None and request.method == "POST", "sign_in_url": reverse("account_login")}
    response = render(request, "accounts/browser.html", context, status=HTTPStatus.OK if user else HTTPStatus.GONE)
    if user is not None and request.method == "POST":
        make_known(request, response, user, is_wish=True)
    return response
