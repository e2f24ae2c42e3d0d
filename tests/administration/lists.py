"""What the tests of the administrators' lists share: someone who reads them, what they read there, and what it costs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.users.models import UserProfile

from accounts.models import User
from tests.factories import make_user

LISTS = ("learners", "enrolments", "attempts", "certificates")
EACH = pytest.mark.parametrize("name", LISTS)


def staff(*codenames: str, email: str = "staff@example.org") -> User:
    """A member of staff with these rights."""
    person = make_user(email)
    person.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    return person


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(reading(User.objects.create_superuser("root@example.org"), "en"))
    return client


def reading(person: User, language: str) -> User:
    """Someone who has chosen this language for the admin."""
    UserProfile.objects.update_or_create(user=person, defaults={"preferred_language": language})
    return person


def text_of(answer: Any) -> str:
    """What a person reads: without tags and runs of spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def rows(answer: Any) -> list[str]:
    """The rows of the list, as people read them."""
    body = re.search(r"<tbody>(.*?)</tbody>", answer.content.decode(), re.DOTALL)
    found = re.findall(r"<tr\b.*?</tr>", body[1], re.DOTALL) if body else []
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in found]


def cost(client: Client, address: str) -> tuple[int, int]:
    """Queries and bytes of a page, once caches are warm."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(queries), len(answer.content)
