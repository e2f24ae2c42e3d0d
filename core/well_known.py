"""What programs are told of the site at addresses that they know: robots.txt (RFC 9309) and security.txt (RFC 9116)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from core import pagecache
from foundation.languages import LANGUAGES

# What a search engine has no use for: the admin, the door, and what is somebody's own.
CLOSED_TO_ROBOTS = ("/admin/", "/accounts/", "/learning/api/", "/*/learning/")
# RFC 9116 asks for less than a year, so that nobody writes to people who have gone.
CONTACT_HOLDS_FOR = timedelta(days=180)


def robots(request: HttpRequest) -> HttpResponse:
    """Say what robots may read, and where every open page is listed."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED_TO_ROBOTS), "", f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}"]
    return _text(request, lines)


def security(request: HttpRequest) -> HttpResponse:
    """Say whom to write to about a vulnerability. The end of its validity moves on by whole days."""
    until = datetime.combine(timezone.now().date() + CONTACT_HOLDS_FOR, time.min, tzinfo=UTC)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(language.code for language in LANGUAGES)}",
        f"Canonical: {settings.SITE_URL}{reverse('security_txt')}",
    ]
    return _text(request, lines)


def _text(request: HttpRequest, lines: list[str]) -> HttpResponse:
    return pagecache.answer_unkept(request, HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8"))
