"""People who work on the site, for tests: someone in a role, and signed in."""

from __future__ import annotations

from django.test import Client

from accounts.models import User
from accounts.roles import Role
from accounts.services.give_role import give_role
from accounts.services.make_roles import make_roles
from tests.accounts.door import member


def colleague(role: Role, email: str = "") -> User:
    """Return someone in a role, whose rights are all there."""
    make_roles()
    user = member(email or f"{role.key}@example.org")
    give_role(user=user, role=role)
    return User.objects.get(pk=user.pk)


def in_role(role: Role, email: str = "") -> Client:
    """Return the browser of someone in a role. The test settings ask staff for no second factor."""
    client = Client()
    client.force_login(colleague(role, email), backend="django.contrib.auth.backends.ModelBackend")
    return client
