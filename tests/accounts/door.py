"""How a test goes through the door: what a person does with the pages and the e-mails."""

from __future__ import annotations

import re

from allauth.account.models import EmailAddress
from django.core import mail
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from accounts.services.open_account import open_account

ANA = "ana@example.org"
NOBODY = "nobody@example.org"


def member(email: str = ANA, **fields: object) -> User:
    """Return someone with an account and a confirmed address."""
    return open_account(email=email, verified=True, **fields)  # type: ignore[arg-type]


def code_in(message: object = None) -> str:
    """Return the code of a message, or of the last one."""
    body = str((message or mail.outbox[-1]).body)  # type: ignore[attr-defined]
    found = re.search(r"^(\d{4}-\d{4})$", body, re.MULTILINE)
    assert found, body
    return found.group(1)


def wrong(code: str) -> str:
    """Return a code that is not this one."""
    return "0000-0000" if code != "0000-0000" else "1111-1111"


def ask(client: Client, email: str = ANA, *, at: str = "/accounts/login/", **options: object) -> HttpResponse:
    """Ask for a code; returns the page that wants it."""
    return client.post(at, {"email": email}, follow=True, **options)  # type: ignore[arg-type, return-value]


def sign_in(client: Client, email: str = ANA, *, at: str = "/accounts/login/") -> HttpResponse:
    """Sign in, or up, with a code; returns the answer to the right code, not followed."""
    asked = client.post(at, {"email": email})
    return client.post(asked["Location"], {"code": code_in()})  # type: ignore[return-value]


def signed_in_as(client: Client) -> User | None:
    """Return whose session a client has."""
    key = client.session.get("_auth_user_id") if client.cookies.get("sessionid") else None
    return User.objects.filter(pk=key).first() if key else None


def addresses(user: User) -> list[tuple[str, bool, bool]]:
    """Return the addresses an account can be entered with: address, confirmed, primary."""
    return list(EmailAddress.objects.filter(user=user).order_by("email").values_list("email", "verified", "primary"))
