"""Use allauth's rate limits for Puente's own forms. Counts are kept in the cache, limits in the settings."""

from __future__ import annotations

from allauth.core import ratelimit
from allauth.core.internal.ratelimit import respond_429
from django.http import HttpRequest, HttpResponse


def may_send_code(request: HttpRequest, email: str) -> bool:
    """Say whether another code may be sent to this address, and count it.

    It is asked before anything is looked up, so that it is the same for people with and without an account.
    """
    return bool(ratelimit.consume(request, action="send_code", key=email.lower()))


def too_many(request: HttpRequest, action: str) -> HttpResponse | None:
    """Count a request from this address of the network; return the page that refuses it if there were too many."""
    if ratelimit.consume(request, action=action):
        return None
    refused: HttpResponse = respond_429(request)
    return refused
