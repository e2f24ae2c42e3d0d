"""Make a request without a person: pages that are the same for everyone are rendered from it."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language

KEPT = ("HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO")


def neutral_request(request: HttpRequest, query: QueryDict | None = None) -> HttpRequest:
    """Return a request for the same address: no cookies, no session, no user, and of its query only what is given."""
    neutral = HttpRequest()
    neutral.method = "GET"
    neutral.path = neutral.path_info = request.path
    neutral.META = {name: request.META[name] for name in KEPT if name in request.META}
    neutral.GET = query or QueryDict()  # type: ignore[assignment]
    neutral.META["QUERY_STRING"] = neutral.GET.urlencode()
    neutral.user = AnonymousUser()
    neutral.LANGUAGE_CODE = get_language() or ""
    return neutral
