"""Nothing says which addresses have accounts: neither words, status, address, cookies nor the work that is done."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.accounts.door import ANA, NOBODY, code_in, member, signed_in_as, wrong

pytestmark = pytest.mark.django_db

# Both as long, so that even the length of an answer says nothing.
KNOWN, UNKNOWN = "known1@example.org", "other2@example.org"
DOORS = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]


def seen(client: Client, answer: Any, email: str) -> tuple[Any, ...]:
    """Return what a visitor sees of an answer, without what differs by chance: the address typed and the form's token."""
    html = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "TOKEN", answer.content.decode()).replace(email, "ADDRESS")
    headers = {name: value for name, value in answer.items() if name not in {"Expires", "Content-Length", "Content-Security-Policy"}}
    return answer.status_code, html, headers, sorted(answer.cookies), sorted(client.cookies)


def walk(email: str, door: str) -> list[tuple[Any, ...]]:
    """Ask for a code, get it wrong, have it sent again too often, and get it wrong until it is thrown away."""
    client = Client()
    answers = [client.post(f"{door}?next=/es/courses/", {"email": email})]
    url = answers[0]["Location"]
    answers += [client.get(url), client.post(url, {"code": "0000-0000"})]
    answers += [client.post(url, {"action": "resend"}) for _again in range(4)]
    answers += [client.get(url), client.get(door), client.get("/accounts/login/"), client.get("/accounts/signup/")]
    answers += [client.post(url, {"code": "0000-0000"}) for _try in range(6)]
    answers += [client.post(door, {"email": email}), client.get("/accounts/code/"), client.get("/accounts/password/reset/code/")]
    return [seen(client, answer, email) for answer in answers]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", ["confirmed", "with a password", "not confirmed", "made by a command", "closed"])
def test_known_and_unknown_addresses_look_the_same(door: str, kind: str) -> None:
    if kind == "not confirmed":
        Client().post("/accounts/signup/", {"email": KNOWN})
    elif kind == "made by a command":
        User.objects.create_user(KNOWN)
    else:
        member(KNOWN, password="four words of mine" if kind == "with a password" else None, is_active=kind != "closed")
    assert walk(KNOWN, door) == walk(UNKNOWN, door)


@pytest.mark.parametrize("door", DOORS)
def test_each_gets_one_message(door: str) -> None:
    member(KNOWN)
    for email in (KNOWN, UNKNOWN):
        mail.outbox.clear()
        Client().post(door, {"email": email})
        assert [message.to for message in mail.outbox] == [[email]]


def test_the_message_says_what_the_page_does_not(client: Client) -> None:
    client.post("/accounts/login/?lang=en", {"email": NOBODY})
    body = str(mail.outbox[-1].body)
    assert "No account uses it" in body
    assert "http://127.0.0.1:8000/accounts/signup/?lang=en" in body
    assert not re.search(r"\d{4}-\d{4}", body)


def test_limits_count_alike(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"send_code": "2/m/key", "confirm_email": None}
    member(KNOWN)
    for door in DOORS:
        statuses = [[Client().post(door, {"email": email}).status_code for _again in range(3)] for email in (KNOWN, UNKNOWN)]
        assert statuses[0] == statuses[1], door
    assert statuses[0] == [429, 429, 429], "one limit for an address, whatever door it is typed at"


def work(email: str, door: str) -> tuple[int, int]:
    """Return how many queries and messages one request takes."""
    before = len(mail.outbox)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        Client().post(door, {"email": email})
    return len(queries), len(mail.outbox) - before


@pytest.mark.parametrize("door", ["/accounts/login/", "/accounts/password/reset/"])
def test_the_work_is_comparable(door: str) -> None:
    """The one message dominates the time of an answer; beside it, known and unknown differ by a query or two."""
    member(KNOWN)
    known, unknown = work(KNOWN, door), work(UNKNOWN, door)
    assert known[1] == unknown[1] == 1
    assert abs(known[0] - unknown[0]) <= 2, (known, unknown)


def test_the_password_page_does_the_same_hashing(client: Client) -> None:
    """Finding no account must not be quicker than finding a wrong password: each takes as many hashes."""
    from unittest.mock import patch

    from django.contrib.auth.hashers import MD5PasswordHasher

    member("with@example.org", password="four words of mine")
    member("none@example.org")
    counts, answers = [], []
    for email in ("with@example.org", "none@example.org", "away@example.org"):
        with patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode) as encode:
            answer = client.post("/accounts/login/password/", {"email": email, "password": "wrong words entirely"})
        counts.append(encode.call_count)
        answers.append(seen(client, answer, email))
    assert len(set(counts)) == 1, counts
    assert answers[0] == answers[1] == answers[2]


def test_changing_to_an_address_that_someone_has(client: Client) -> None:
    """Not said on the page; only whoever can read the mailbox learns it, and nothing changes."""
    member(KNOWN)
    member(ANA)
    other = Client()
    for visitor, email in ((client, KNOWN), (other, UNKNOWN)):
        asked = visitor.post("/accounts/login/", {"email": ANA})
        visitor.post(asked["Location"], {"code": code_in()})
        answer = visitor.post("/accounts/email/", {"email": email})
        assert answer["Location"] == "/accounts/code/"
    assert seen(client, client.get("/accounts/code/"), KNOWN)[:2] == seen(other, other.get("/accounts/code/"), UNKNOWN)[:2]
    assert mail.outbox[-3].to == [KNOWN]
    codes = {message.to[0]: code_in(message) for message in mail.outbox if message.to[0] in (KNOWN, UNKNOWN)}
    assert client.post("/accounts/code/", {"code": wrong(codes[KNOWN])}).status_code == 422
    refused = client.post("/accounts/code/?lang=en", {"code": codes[KNOWN]})
    assert refused.status_code == 422
    assert "Another account uses this address" in refused.content.decode()
    assert sorted(User.objects.values_list("email", flat=True)) == sorted([ANA, KNOWN])
    assert signed_in_as(client) == User.objects.get(email=ANA)
