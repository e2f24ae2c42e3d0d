"""Signing out everywhere, here too: for someone who leaves a device that is not theirs."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from tests.accounts.door import member, sign_in, signed_in_as

pytestmark = pytest.mark.django_db


def test_sign_out_everywhere_here_too(client: Client) -> None:
    member()
    other = member("eva@example.org")
    phone, neighbour = Client(), Client()
    sign_in(client)
    sign_in(phone)
    neighbour.force_login(other)
    page = client.get("/accounts/sessions/?lang=en").content.decode()
    assert "Sign out everywhere, here too" in page
    assert "you will need a new code" in page, "what will happen is said before"
    answer = client.post("/accounts/sessions/", {"which": "all"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/login/"
    assert "You are signed out everywhere, here too" in answer.content.decode()
    assert signed_in_as(client) is None
    assert signed_in_as(phone) is None
    assert phone.get("/accounts/").status_code == 302
    assert client.get("/accounts/").status_code == 302
    assert neighbour.get("/accounts/").status_code == 200
    assert not UserSession.objects.exclude(user=other).exists(), "devices and addresses are forgotten"


def test_someone_signed_in_nowhere_else_can_do_it_too(client: Client) -> None:
    member()
    sign_in(client)
    assert "Sign out everywhere, here too" not in client.get("/accounts/sessions/?lang=en").content.decode(), (
        "one button to sign out is enough"
    )
    client.post("/accounts/sessions/", {"which": "all"})
    assert signed_in_as(client) is None
