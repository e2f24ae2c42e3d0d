"""Nothing says which addresses have accounts: neither words, status, address, cookies nor the work that is done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
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


@dataclass(frozen=True)
class Work:
    """What one request takes: which statements, in order and without their values, how many hashes of passwords, and messages."""

    statements: tuple[str, ...]
    hashes: int
    messages: int

    @property
    def size(self) -> tuple[int, int, int]:
        """How much it is: what an attacker could measure as time."""
        return len(self.statements), self.hashes, self.messages


def work(email: str, door: str) -> Work:
    """Return what one request of a new browser takes."""
    before = len(mail.outbox)
    with (
        CaptureQueriesContext(connection) as queries,
        patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode) as encode,
    ):
        Client().post(door, {"email": email, "password": "wrong words entirely"})
    statements = tuple(query["sql"].split()[0] for query in queries.captured_queries)
    return Work(statements, encode.call_count, len(mail.outbox) - before)


def people() -> list[str]:
    """Return an address of every state that an account can be in, and one without."""
    member(KNOWN, password="four words of mine")
    member("plain1@example.org")
    member("close1@example.org", is_active=False)
    User.objects.create_user("comma1@example.org")
    Client().post("/accounts/signup/", {"email": "unver1@example.org"})
    return [KNOWN, "plain1@example.org", "close1@example.org", "comma1@example.org", "unver1@example.org", UNKNOWN]


@pytest.mark.parametrize("door", [*DOORS, "/accounts/login/password/"])
def test_known_and_unknown_take_the_same_work(door: str) -> None:
    """As many statements, hashes and messages, in every state of an account: counted, not timed."""
    found = {email: work(email, door) for email in people()}
    assert len({each.size for each in found.values()}) == 1, {email: each.size for email, each in found.items()}
    assert found[UNKNOWN].messages == (0 if door.endswith("password/") and "reset" not in door else 1)


def test_at_sign_up_known_and_unknown_write_as_often() -> None:
    """A write takes longer than a read: so the two are alike, too."""
    found = [work(email, "/accounts/signup/").statements for email in people()]
    writes = [sum(statement in {"INSERT", "UPDATE"} for statement in statements) for statements in found]
    assert len(set(writes)) == 1, writes


def test_a_wrong_password_is_hashed_once(client: Client) -> None:
    """And so is one for an account without a password, a closed one, and none at all; the page looks the same."""
    answers = []
    for email in people():
        assert work(email, "/accounts/login/password/").hashes == 1, email
        answers.append(seen(client, client.post("/accounts/login/password/", {"email": email, "password": "wrong words entirely"}), email))
    assert [answer for answer in answers if answer != answers[0]] == []


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
