"""People who work on the site, for tests: someone in a role, and signed in."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.allauth_internals import add_app, add_recovery_codes, new_app_secret
from accounts.models import User
from accounts.roles import Role
from accounts.services.give_role import give_role
from tests.accounts.door import member, sign_in


def colleague(role: Role, email: str = "") -> User:
    """Return someone in a role."""
    user = member(email or f"{role.key}@example.org")
    give_role(user=user, role=role)
    return User.objects.get(pk=user.pk)


def in_role(role: Role, email: str = "") -> Client:
    """Return the browser of someone in a role. The test settings ask staff for no second factor."""
    client = Client()
    client.force_login(colleague(role, email), backend="django.contrib.auth.backends.ModelBackend")
    return client


def give_app(user: User) -> str:
    """Give someone an authenticator app, with recovery codes, in place of what they had; returns its secret.

    Only that: their sessions stay, as they would not if they set it up themselves.
    """
    Authenticator.objects.filter(user=user).delete()
    secret = new_app_secret()
    add_app(user, secret)
    add_recovery_codes(user)
    return secret


def app_code(secret: str, at: datetime | None = None) -> str:
    """Return what an app with this secret shows, now or at another time (RFC 6238)."""
    half_minute = int((at or timezone.now()).timestamp()) // 30
    digest = hmac.digest(base64.b32decode(secret), half_minute.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0xF
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def next_app_code(secret: str) -> str:
    """Return the next code it will show: right already, and another than the one now."""
    return app_code(secret, timezone.now() + timedelta(seconds=30))


def sign_in_with_app(client: Client, email: str, secret: str, *, at: str = "/accounts/login/") -> HttpResponse:
    """Sign in with a code by e-mail and one of the app; returns the answer to the second."""
    asked = sign_in(client, email, at=at)
    return client.post(asked["Location"], {"code": app_code(secret)})  # type: ignore[return-value]
