"""Read from the environment which institutions let their people in by their own sign-in (OpenID Connect). Pure."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

NEEDED = ("id", "name", "server_url", "client_id", "secret")
# `sign_in_urls` is for an institution that leads to pages of sign-in on other hosts than that of `server_url`.
OPTIONAL = {"factor_counts": bool, "sign_in_urls": list}
WELL_KNOWN = "/.well-known/openid-configuration"
HERE = {"localhost", "127.0.0.1", "::1"}


def read_institutions(raw: str) -> list[dict[str, Any]]:
    """Return the institutions of a JSON list; what is optional is filled in.

    Raises:
        ImproperlyConfigured: it is none, or something in it is missing, misspelt, of another type, twice there, or without TLS.
    """
    try:
        given = json.loads(raw or "[]")
    except ValueError as error:
        raise ImproperlyConfigured("INSTITUTIONS is no JSON.") from error
    if not isinstance(given, list) or not all(isinstance(entry, dict) for entry in given):
        raise ImproperlyConfigured("INSTITUTIONS has to be a JSON list of objects.")
    found = [_checked(entry) for entry in given]
    for name in ("id", "server_url"):
        if len({entry[name] for entry in found}) < len(found):
            raise ImproperlyConfigured(f"INSTITUTIONS: two entries have the same {name}.")
    return found


def apps_of(institutions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the same as allauth wants to have it."""
    return [
        {
            "provider_id": entry["id"],
            "settings": {"server_url": entry["server_url"]},
            **{name: entry[name] for name in ("name", "client_id", "secret")},
        }
        for entry in institutions
    ]


def origins_of(institutions: list[dict[str, Any]]) -> list[str]:
    """Return where a form may lead that begins a sign-in, as a content security policy says it."""
    urls = [urlsplit(url) for entry in institutions for url in (entry["server_url"], *entry["sign_in_urls"])]
    return list(dict.fromkeys(f"{url.scheme}://{url.netloc}" for url in urls))


def _checked(entry: dict[str, Any]) -> dict[str, Any]:
    label = f"INSTITUTIONS, {entry.get('id', 'an entry without id')}"
    if missing := [name for name in NEEDED if not isinstance(entry.get(name), str) or not entry[name].strip()]:
        raise ImproperlyConfigured(f"{label}: {', '.join(missing)} must be there, as text.")
    if unknown := entry.keys() - {*NEEDED, *OPTIONAL}:
        raise ImproperlyConfigured(f"{label}: unknown: {', '.join(sorted(unknown))}.")
    if wrong := [name for name, kind in OPTIONAL.items() if name in entry and not isinstance(entry[name], kind)]:
        raise ImproperlyConfigured(f"{label}: of a wrong type: {', '.join(wrong)}.")
    if not re.fullmatch(r"[a-z0-9-]{1,40}", entry["id"]):
        raise ImproperlyConfigured(f"{label}: id takes up to 40 small letters, digits and hyphens.")
    if len(entry["name"]) > 40:
        raise ImproperlyConfigured(f"{label}: name takes up to 40 characters.")
    if not all(_is_safe(url) for url in (entry["server_url"], *entry.get("sign_in_urls", []))):
        raise ImproperlyConfigured(f"{label}: an address has to begin with https://, and takes up to 200 characters without spaces.")
    return {"factor_counts": False, "sign_in_urls": [], **entry, "server_url": entry["server_url"].removesuffix(WELL_KNOWN).rstrip("/")}


def _is_safe(url: object) -> bool:
    """Whether an address is reached over TLS, or on this machine; nothing in it ends a directive of the content security policy."""
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    return bool(re.fullmatch(r"[^\s;,]{1,200}", url)) and bool(parts.hostname) and (parts.scheme == "https" or parts.hostname in HERE)
