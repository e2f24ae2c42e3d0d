"""The page behind the link that a former mailbox gets: shown when it is opened, done when it is sent, once, and never a way in."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import rate_limits
from accounts.contest_links import contestable
from accounts.services.contest_address import contest_address


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contest(request: HttpRequest, token: str) -> HttpResponse:
    """Say what will happen and, on POST, let it happen."""
    if request.method == "POST" and (refused := rate_limits.too_many(request, "verify_code")):
        return refused
    change = contestable(token, timezone.now())
    if change is not None and request.method == "POST":
        change = contest_address(change_id=change.pk, now=timezone.now())
        if change is not None:
            return render(request, "accounts/contested.html", {"had_factor": change.had_factor})
    status = HTTPStatus.OK if change else HTTPStatus.GONE
    context = {"change": change, "had_factor": bool(change and change.had_factor)}
    return render(request, "accounts/contest.html", context, status=status)
