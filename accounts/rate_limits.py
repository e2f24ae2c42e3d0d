"""Use allauth's rate limits for Puente's own forms. Counts are kept in the cache, limits in the settings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from accounts.allauth_internals import count_towards_limit, page_over_limit


def may_send_code(request: HttpRequest, email: str) -> bool:
    """Say whether another code may be sent to this address, and count it.

    It is asked before anything is looked up, so that it is the same for people with and without an account.
    """
    return count_towards_limit(request, "send_code", email.lower())


def too_many(request: HttpRequest, action: str) -> HttpResponse | None:
    """Count a request from this address of the network; return the page that refuses it if there were too many."""
    return None if count_towards_limit(request, action) else page_over_limit(request)
