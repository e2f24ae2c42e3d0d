"""Remember which page a person wanted before they were asked to sign in, until they are signed in."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest

from accounts.languages import chosen_in_address
from accounts.safe_redirects import local_address


def next_page(request: HttpRequest) -> str:
    """Return the local address that the request asks to be sent on to, or nothing."""
    return local_address(request.POST.get("next") or request.GET.get("next") or "")


def with_next(request: HttpRequest, address: str, **more: str) -> str:
    """Return an address of ours that carries it on, and the language chosen on this page, which stands before that page's own."""
    query = {"next": next_page(request), "lang": chosen_in_address(request), **more}
    query = {name: value for name, value in query.items() if value}
    return f"{address}?{urlencode(query)}" if query else address
