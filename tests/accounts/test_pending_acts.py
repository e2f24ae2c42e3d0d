"""What was begun before an account changed does nothing after it: the table of pending acts × what can change.

A former mailbox, above all, takes no account back. Each act of the table has its way through the pages here; one without fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core import mail
from django.http import HttpResponse
from django.test import Client, override_settings
from django.utils import timezone

from accounts.codes import ACTS, Purpose
from accounts.models import InstitutionIdentity, KnownBrowser, User
from accounts.pending_acts import PENDING_ACTS
from accounts.roles import AUTHOR
from accounts.services.change_address import change_address
from accounts.services.give_role import give_role
from accounts.services.set_password import set_password
from tests.accounts.door import ANA, NOBODY, addresses, code_in, member, sign_in, signed_in_as
from tests.accounts.staff import app_code, give_app

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NEW = "ana.new@example.org"
OTHER = "ana.other@example.org"
WORDS = "four words of mine"
Commits = Callable[[], AbstractContextManager[object]]


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Commits:
    """What is done inside is committed, as it is outside tests: messages go out."""
    return lambda: django_capture_on_commit_callbacks(execute=True)  # type: ignore[no-any-return]


def ana() -> User:
    return User.objects.get(pk=User.objects.order_by("pk").values_list("pk", flat=True)[0])


# What can change, each by the way in which it does.


def another_address() -> None:
    change_address(user=ana(), email=NEW, had_factor=False, now=timezone.now())


def another_password() -> None:
    set_password(user=ana(), password="another set of words")


def switched_off() -> None:
    user = ana()
    user.is_active = False
    user.save()


def switched_off_and_on_for_many() -> None:
    User.objects.update(is_active=False)
    User.objects.update(is_active=True)


def another_role() -> None:
    give_role(user=ana(), role=AUTHOR)


CHANGES: dict[str, Callable[[], None]] = {
    "address": another_address,
    "password": another_password,
    "switched off": switched_off,
    "switched off and on": switched_off_and_on_for_many,
    "role": another_role,
}


# The acts, each begun and then ended as a person, or whoever reads their mail, does it.


@dataclass
class Begun:
    """An act that waits: `end` is how it is ended, `did` whether ending it did anything."""

    end: Callable[[], HttpResponse]
    did: Callable[[], bool]


def _browser() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en")


def sign_in_code() -> Begun:
    member()
    client = _browser()
    client.post("/accounts/login/", {"email": ANA})
    code = code_in()
    return Begun(lambda: client.post("/accounts/code/", {"code": code}), lambda: signed_in_as(client) is not None)


def sign_up_code() -> Begun:
    client = _browser()
    client.post("/accounts/signup/", {"email": ANA})
    code = code_in()
    return Begun(lambda: client.post("/accounts/code/", {"code": code}), lambda: signed_in_as(client) is not None)


def _signed_in() -> Client:
    member()
    client = _browser()
    sign_in(client)
    return client


def new_address_code() -> Begun:
    client = _signed_in()
    client.post("/accounts/email/", {"email": OTHER})
    code = code_in()
    return Begun(lambda: client.post("/accounts/code/", {"code": code}), lambda: ana().email == OTHER)


def reset_code() -> Begun:
    member()
    client = _browser()
    client.post("/accounts/password/reset/", {"email": ANA})
    code = code_in()

    def end() -> HttpResponse:
        answer = client.post("/accounts/password/reset/code/", {"code": code})
        client.post("/accounts/password/reset/new/", {"password": WORDS})
        return answer  # type: ignore[return-value]

    return Begun(end, lambda: ana().check_password(WORDS) or signed_in_as(client) is not None)


def new_password() -> Begun:
    member()
    client = _browser()
    client.post("/accounts/password/reset/", {"email": ANA})
    chosen = client.post("/accounts/password/reset/code/", {"code": code_in()})["Location"]
    return Begun(lambda: client.post(chosen, {"password": WORDS}), lambda: ana().check_password(WORDS) or signed_in_as(client) is not None)


def identity_code() -> Begun:
    client = _signed_in()
    client.post("/accounts/confirm/")
    code = code_in()

    def end() -> HttpResponse:
        return client.post("/accounts/confirm/code/", {"code": code})  # type: ignore[return-value]

    return Begun(end, lambda: bool(client.session.get("account_authentication_methods", [{}])[-1].get("reauthenticated")))


def second_factor_step() -> Begun:
    secret = give_app(member())
    client = _browser()
    asked = sign_in(client)
    return Begun(lambda: client.post(asked["Location"], {"code": app_code(secret)}), lambda: signed_in_as(client) is not None)


def new_app() -> Begun:
    client = _signed_in()
    client.get("/accounts/second-factor/app/")
    secret = client.session["second_factor_new_secret"]

    def end() -> HttpResponse:
        return client.post("/accounts/second-factor/app/", {"code": app_code(secret)})  # type: ignore[return-value]

    return Begun(end, lambda: Authenticator.objects.exists())


def recovery_codes() -> Begun:
    client = _signed_in()
    client.get("/accounts/second-factor/app/")
    client.post("/accounts/second-factor/app/", {"code": app_code(client.session["second_factor_new_secret"])})
    seen: list[str] = []

    def end() -> HttpResponse:
        answer = client.get("/accounts/second-factor/codes/")
        seen.extend(re.findall(r"<code>\d{4} \d{4}</code>", answer.content.decode()))
        return answer  # type: ignore[return-value]

    return Begun(end, lambda: bool(seen))


def joining() -> Begun:
    client = _signed_in()
    at = client.session["account_authentication_methods"][-1]["at"]
    noted = {"institution": "uni", "issuer": "https://uni.example", "subject": "4711", "email": ANA, "made_for": ana().standing, "at": at}
    session = client.session
    session["institution_joining"] = noted
    session.save()

    def end() -> HttpResponse:
        with override_settings(INSTITUTIONS=[{"id": "uni", "name": "Universidad", "factor_counts": False}]):
            return client.post("/accounts/institutions/join/")  # type: ignore[return-value]

    return Begun(end, InstitutionIdentity.objects.exists)


def browser_link() -> Begun:
    member()
    _browser().post("/accounts/login/", {"email": ANA})
    found = re.search(r"http://127\.0\.0\.1:8000(/accounts/browser/\S+)", str(mail.outbox[-1].body))
    assert found
    before = set(KnownBrowser.objects.values_list("pk", flat=True))
    return Begun(lambda: _browser().post(found.group(1)), lambda: bool(set(KnownBrowser.objects.values_list("pk", flat=True)) - before))


BEGIN: dict[str, Callable[[], Begun]] = {
    "sign-in code": sign_in_code,
    "sign-up code": sign_up_code,
    "code to a new address": new_address_code,
    "code for a new password": reset_code,
    "new password, after its code": new_password,
    "code that shows who one is": identity_code,
    "second step of a sign-in": second_factor_step,
    "authenticator app that is being set up": new_app,
    "recovery codes that may be seen": recovery_codes,
    "link that makes a browser known": browser_link,
    "institution that is being joined": joining,
}
BOUND = [act for act in PENDING_ACTS if not act.outlives_changes]


def test_every_act_of_the_table_is_tried_here() -> None:
    assert sorted(BEGIN) == sorted(act.name for act in BOUND), "write down how it is begun and ended"
    assert [act.name for act in PENDING_ACTS if act.outlives_changes] == ["link that contests a change of address"]
    assert set(ACTS) == set(Purpose)
    assert {act.name for act in ACTS.values()} <= set(BEGIN)


@pytest.mark.parametrize("act", sorted(BEGIN))
def test_an_act_does_what_it_is_for_while_nothing_has_changed(act: str) -> None:
    begun = BEGIN[act]()
    assert begun.end().status_code < 400
    assert begun.did()


@pytest.mark.parametrize("change", sorted(CHANGES))
@pytest.mark.parametrize("act", sorted(BEGIN))
def test_an_act_does_nothing_once_the_account_has_changed(act: str, change: str) -> None:
    begun = BEGIN[act]()
    CHANGES[change]()
    answer = begun.end()
    assert answer.status_code in {200, 302, 403, 410, 422}, answer.status_code
    assert not begun.did()


# The door that the table is for.


def begin_at_the_old_address(door: str) -> tuple[Client, str, str]:
    """Ask for a code, as whoever reads Ana's old mailbox; returns the browser, where it is typed, and the code."""
    attacker = _browser()
    url = attacker.post(door, {"email": ANA})["Location"]
    return attacker, url, code_in()


@pytest.mark.parametrize("door", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"])
def test_a_former_mailbox_takes_no_account_back(client: Client, door: str, commits: Commits) -> None:
    owner = member()
    sign_in(client)
    attacker, url, code = begin_at_the_old_address(door)
    client.post("/accounts/email/", {"email": NEW})
    assert client.post("/accounts/code/", {"code": code_in()})["Location"] == "/accounts/"
    gone = attacker.post(url, {"code": code})
    assert gone.status_code == 410
    assert "changed since you began" in gone.content.decode()
    assert signed_in_as(attacker) is None
    owner.refresh_from_db()
    assert (owner.email, addresses(owner)) == (NEW, [(NEW, True, True)])
    assert attacker.get(url).status_code in {302, 410}, "it is forgotten"


@pytest.mark.parametrize("door", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"])
def test_nothing_is_sent_again_to_a_former_mailbox_and_the_page_does_not_say_so(door: str) -> None:
    member()
    attacker, url, _code = begin_at_the_old_address(door)
    stranger = _browser()
    stranger.post(door, {"email": NOBODY})
    another_address()
    mail.outbox.clear()
    for browser in (attacker, stranger):
        again = browser.post(url, {"action": "resend"})
        assert (again.status_code, again["Location"].endswith("sent=1")) == (302, True)
        assert browser.post(url, {"code": "0000-0000"}).status_code == 422
    assert not any(message.to == [ANA] for message in mail.outbox)


@pytest.mark.parametrize("act", ["sign-in code", "sign-up code", "code for a new password", "code that shows who one is"])
def test_sending_a_code_again_gives_it_no_more_time(act: str) -> None:
    start = timezone.now()
    url = {"code for a new password": "/accounts/password/reset/code/", "code that shows who one is": "/accounts/confirm/code/"}.get(
        act, "/accounts/code/"
    )
    with time_machine.travel(start, tick=False):
        client = _signed_in() if "who one is" in act else _browser()
        if "who one is" in act:
            client.post("/accounts/confirm/")
        else:
            if "sign-up" not in act:
                member()
            door = {"sign-in code": "login/", "sign-up code": "signup/"}.get(act, "password/reset/")
            client.post(f"/accounts/{door}", {"email": ANA})
    with time_machine.travel(start + timedelta(minutes=14), tick=False):
        client.post(url, {"action": "resend"})
        code = code_in()
        assert "1 minute," in str(mail.outbox[-1].body), "the message names the time that is left"
    with time_machine.travel(start + timedelta(minutes=15, seconds=5), tick=False):
        assert client.post(url, {"code": code}).status_code == 410


def test_a_code_that_says_nothing_of_what_it_was_made_for_counts_for_nothing(client: Client) -> None:
    """As one in a session of an earlier release."""
    member()
    client.post("/accounts/login/", {"email": ANA})
    session = client.session
    del session["account_login"]["state"]["stages"]["login_by_code"]["data"]["made_for"]
    session.save()
    assert client.post("/accounts/code/", {"code": code_in()}).status_code == 410
    assert signed_in_as(client) is None


def test_two_tabs_changing_address_and_password_at_once(client: Client) -> None:
    member()
    sign_in(client)
    client.post("/accounts/email/", {"email": NEW})
    code = code_in()
    assert client.post("/accounts/password/set/", {"password": WORDS})["Location"] == "/accounts/"
    gone = client.post("/accounts/code/?lang=en", {"code": code})
    assert gone.status_code == 410
    assert "changed since you began" in gone.content.decode()
    user = ana()
    assert (user.email, user.check_password(WORDS), addresses(user)) == (ANA, True, [(ANA, True, True)])
    assert client.get("/accounts/").status_code == 200, "and this session goes on"


def test_a_code_that_is_right_does_nothing_when_the_account_changes_at_the_same_moment(client: Client, monkeypatch: Any) -> None:
    """The account is held while the code does what it is for: what was looked at before that counts for nothing."""
    member()
    client.post("/accounts/login/", {"email": ANA})
    right = "accounts.codes.Pending.is_right"

    def and_then_another_address(pending: Any, typed: str) -> bool:
        another_address()
        return True

    monkeypatch.setattr(right, and_then_another_address)
    assert client.post("/accounts/code/", {"code": "0000-0000"}).status_code == 410
    assert signed_in_as(client) is None
    assert not EmailAddress.objects.filter(email=ANA).exists()


def test_a_role_that_is_lost_with_its_group_ends_what_was_begun_with_it(client: Client) -> None:
    member()
    group = Group.objects.create(name="Translators of the ministry")
    ana().groups.add(group)
    client.post("/accounts/login/", {"email": ANA})
    group.delete()
    assert client.post("/accounts/code/", {"code": code_in()}).status_code == 410
    assert signed_in_as(client) is None
