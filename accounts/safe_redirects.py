"""Check an address before a person is sent on to it, and read which language it is in."""

from __future__ import annotations

from django.conf import settings
from django.utils.http import url_has_allowed_host_and_scheme

LANGUAGE_CODES = frozenset(code for code, _label in settings.LANGUAGES)
# Longer than any address of the site; what is longer is a mistake or a probe.
MAX_LENGTH = 2000


def local_address(url: str) -> str:
    """Return the address if it is a path on this site, else nothing. Never raises, whatever it is given."""
    if not url.startswith("/") or len(url) > MAX_LENGTH or any(ord(character) < 32 for character in url):
        return ""
    return url if url_has_allowed_host_and_scheme(url, allowed_hosts=None) else ""


def language_prefix(url: str) -> str:
    """Return the language an address of this site is in, or nothing when it has no language prefix."""
    first = local_address(url).split("?", 1)[0].split("#", 1)[0].split("/")[1:2]
    return first[0] if first and first[0] in LANGUAGE_CODES else ""
