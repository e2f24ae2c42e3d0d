"""An institution that is down, lies or talks nonsense."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from django.core import mail
from django.test import Client

from accounts import oidc_claims
from accounts.models import User
from accounts.oidc_claims import Claims, read_claims
from tests.accounts.door import ANA, member, signed_in_as
from tests.accounts.institutions.institution import (
    BEGIN,
    OTHER_SUB,
    SUB,
    Provider,
    browser,
    come,
    configure,
    joined,
    page_of,
    there,
)

pytestmark = pytest.mark.django_db


def test_a_provider_that_is_down_is_said_to_be(client: Client, provider: Provider, settings: Any) -> None:
    configure(settings, "http://localhost:9")
    answer = client.post(BEGIN)
    assert answer.status_code == 502
    assert "does not answer as it should" in page_of(answer)
    assert 'href="/accounts/login/"' in page_of(answer)


WELL_KNOWN = "/.well-known/openid-configuration"
NONSENSE: tuple[object, ...] = (b"", b"<html>", b"[" * 50_000, [], 7, None, {}, {"issuer": 7}, b'{"access_token": {}, "id_token": []}')


@pytest.mark.parametrize("said", NONSENSE, ids=lambda said: repr(said)[:20])
@pytest.mark.parametrize("path", [WELL_KNOWN, "/oauth2/token", "/userinfo"])
def test_nonsense_is_said_to_be_the_institutions(client: Client, provider: Provider, path: str, said: object) -> None:
    back = there(client)
    provider.instead[path] = (200, said)
    answers = [client.get(back)] if path != WELL_KNOWN else [client.get(back), client.post(BEGIN)]
    for answer in answers:
        assert answer.status_code == 502
        assert "no fault of yours" in page_of(answer)
    assert not User.objects.exists()
    assert not mail.outbox


@pytest.mark.parametrize("path", [WELL_KNOWN, "/oauth2/token", "/userinfo"])
def test_an_error_of_theirs_is_none_of_ours(client: Client, provider: Provider, path: str) -> None:
    back = there(client)
    provider.instead[path] = (500, {"error": ANA})
    assert client.get(back).status_code == 502


def test_a_provider_speaks_for_no_other_issuer(client: Client, provider: Provider) -> None:
    """Or one institution would sign in as the people of another."""
    found = requests.get(provider.url + WELL_KNOWN, timeout=30).json()
    joined(member(), issuer="https://other.example")
    provider.instead[WELL_KNOWN] = (200, {**found, "issuer": "https://other.example"})
    assert client.post(BEGIN).status_code == 502


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "another-site"},
        {"exp": 1},
        {"exp": "soon"},
        {"azp": "another-site"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_or_over_opens_nothing(client: Client, provider: Provider, claims: dict[str, object]) -> None:
    joined(member(), issuer=provider.url)
    provider.says(SUB, **claims)
    assert come(client).status_code == 502
    assert signed_in_as(client) is None


def test_userinfo_of_somebody_else_opens_nothing(client: Client, provider: Provider) -> None:
    back = there(client)
    provider.instead["/userinfo"] = (200, {"sub": OTHER_SUB, "email": ANA, "email_verified": True})
    assert client.get(back).status_code == 502
    assert not mail.outbox


def test_who_gives_up_there_is_told_how_to_go_on(client: Client, provider: Provider) -> None:
    back = there(client, action="deny")
    if "state=" not in back:  # the mock forgets it, which the standard forbids (RFC 6749, 4.1.2.1)
        back += "&state=" + next(iter(client.session["socialaccount_states"]))
    answer = client.get(back)
    assert answer.status_code == 400
    assert "You did not sign in" in page_of(answer)


@pytest.mark.parametrize("query", ["", "?state=x&code=y", "?error=access_denied", "?state[]=x", "?state=%00"])
def test_a_lost_state_begins_again(client: Client, provider: Provider, query: str) -> None:
    answer = client.get(f"{BEGIN}callback/{query}")
    assert answer.status_code == 400
    assert "no longer knows of the sign-in" in page_of(answer)


def test_what_comes_back_counts_once_and_in_the_browser_that_went(client: Client, provider: Provider) -> None:
    joined(member(), issuer=provider.url)
    back = there(client)
    assert browser().get(back).status_code == 400
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 400
    assert client.post(back).status_code == 405


def test_the_provider_gets_a_proof_of_the_browser_and_is_asked_for_no_more_than_needed(client: Client, provider: Provider) -> None:
    url = client.post(f"{BEGIN}?scope=phone&auth_params=x%3D1")["Location"]
    assert "code_challenge_method=S256" in url
    assert set(re.search(r"scope=([^&]+)", url)[1].split("+")) == {"openid", "email"}  # type: ignore[index]
    assert "x=1" not in url


@pytest.mark.parametrize(
    ("token", "userinfo"),
    [
        ({"sub": ""}, {"sub": ""}),
        ({"sub": "a\0"}, {"sub": "a\0"}),
        ({"sub": "ñ"}, {"sub": "ñ"}),
        ({"sub": "a" * 256}, {"sub": "a" * 256}),
        ({"sub": 7}, {"sub": 7}),
        ({"sub": "a"}, {}),
        ({"sub": "a", "exp": None, "azp": "b"}, {"sub": "a"}),
    ],
    ids=str,
)
def test_what_names_nobody(token: dict[str, Any], userinfo: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"subject|for this site"):
        read_claims({"iss": "i", "exp": 1, **token}, userinfo, "puente")
    with pytest.raises(ValueError, match="for this site"):
        read_claims({"iss": "i", "sub": "a"}, {"sub": "a"}, "puente")


@pytest.mark.parametrize(
    ("methods", "counts"),
    [("mfa", True), ("pwd otp", True), ("pwd fpt", True), ("hwk pin", True), ("otp hwk", False), ("pwd pin", False), ("pwd sms", False)],
)
def test_what_is_a_second_factor(methods: str, counts: bool) -> None:
    assert Claims("i", "s", methods=frozenset(methods.split()), shown_at=1000.0).shows_factor(1000.0 + oidc_claims.FRESH) is counts
    assert not Claims("i", "s", methods=frozenset(methods.split()), shown_at=1000.0).shows_factor(1001.0 + oidc_claims.FRESH)
