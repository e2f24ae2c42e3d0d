"""The account: what its owner chose, another address, passwords, sessions, and showing again who one is."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.accounts.door import ANA, addresses, ask, code_in, member, sign_in, signed_in_as, wrong

pytestmark = pytest.mark.django_db

NEW = "ana.new@example.org"
PASSWORD = "four words of mine"
PAGES = ("/accounts/", "/accounts/email/", "/accounts/password/set/", "/accounts/sessions/", "/accounts/data/", "/accounts/delete/")


@pytest.fixture
def ana() -> User:
    return member()


def test_strangers_are_sent_to_the_door(client: Client) -> None:
    for url in (*PAGES, "/accounts/password/change/", "/accounts/confirm/", "/accounts/confirm/code/"):
        for answer in (client.get(url), client.post(url)):
            assert answer["Location"] == f"/accounts/login/?next={url}"
            assert "sessionid" not in answer.cookies


def test_the_pages_of_an_account(client: Client, ana: User) -> None:
    sign_in(client)
    for url in PAGES:
        answer = client.get(url)
        assert answer.status_code == 200, url
        assert "no-store" in answer["Cache-Control"], url
        assert ANA in answer.content.decode(), url


def test_name_and_language_are_kept(client: Client, ana: User) -> None:
    sign_in(client)
    answer = client.post("/accounts/", {"printed_name": "  Ana   Núñez ", "show_name": "on", "language": "en"})
    assert answer["Location"] == "/accounts/"
    ana.refresh_from_db()
    assert (ana.printed_name, ana.show_name, ana.language) == ("Ana Núñez", True, "en")
    assert client.cookies["puente_language"].value == "en"
    page = client.get("/accounts/").content.decode()
    assert "Your changes are saved" in page
    assert '<html lang="en"' in page
    client.post("/accounts/", {"printed_name": "", "language": ""})
    ana.refresh_from_db()
    assert (ana.printed_name, ana.show_name, ana.language) == ("", False, "")


@pytest.mark.parametrize("name", ["1", "12345", "a\u202eb", "x" * 121, "Ana\0", "x" * 100_000])
def test_a_name_that_cannot_be_printed_is_refused_and_kept_on_the_page(client: Client, ana: User, name: str) -> None:
    sign_in(client)
    answer = client.post("/accounts/", {"printed_name": name, "language": "en"})
    assert answer.status_code == 422
    ana.refresh_from_db()
    assert (ana.printed_name, ana.language) == ("", "")


def test_an_unknown_language_is_refused(client: Client, ana: User) -> None:
    sign_in(client)
    assert client.post("/accounts/", {"printed_name": "Ana", "language": "tlh"}).status_code == 422


def test_another_address_is_confirmed_before_it_counts(client: Client, ana: User, django_capture_on_commit_callbacks: Any) -> None:
    sign_in(client)
    assert client.post("/accounts/email/", {"email": NEW.upper()})["Location"] == "/accounts/code/"
    assert mail.outbox[-1].to == [NEW]
    ana.refresh_from_db()
    assert (ana.email, addresses(ana)) == (ANA, [(ANA, True, True)])
    assert NEW in client.get("/accounts/email/").content.decode(), "the page leads back to the code"
    code = code_in()
    assert client.post("/accounts/code/", {"code": wrong(code)}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/accounts/code/", {"code": code})
    assert done["Location"] == "/accounts/"
    ana.refresh_from_db()
    assert (ana.email, addresses(ana)) == (NEW, [(NEW, True, True)])
    assert mail.outbox[-1].to == [ANA], "the former address is told"
    assert NEW not in str(mail.outbox[-1].body), "that mailbox may be somebody else's by now"
    stranger = Client()
    ask(stranger, ANA)
    assert "code" not in str(mail.outbox[-1].subject).lower(), "the former address opens nothing"
    assert sign_in(Client(), NEW).status_code == 302


def test_ones_own_address_is_no_other(client: Client, ana: User) -> None:
    sign_in(client)
    before = len(mail.outbox)
    assert client.post("/accounts/email/", {"email": ANA}).status_code == 422
    assert client.post("/accounts/email/", {"email": "ana"}).status_code == 422
    assert len(mail.outbox) == before


@pytest.mark.parametrize("typed", [ANA.upper(), f" {ANA} ", "Ana@Example.ORG"])
def test_an_address_that_differs_by_case_only_is_ones_own(client: Client, ana: User, typed: str) -> None:
    sign_in(client)
    before = len(mail.outbox)
    refused = client.post("/accounts/email/?lang=en", {"email": typed})
    assert refused.status_code == 422
    assert "already the address of your account" in refused.content.decode()
    assert len(mail.outbox) == before


@pytest.mark.parametrize(
    "typed",
    [
        "ana@ex\u0430mple.org",  # a Cyrillic a
        "ana@example\uff0eorg",  # a full-width dot
        "ana@\uff45xample.org",  # a full-width e
        "an\u0430@example.org",
        "\u212aana@example.org",  # a Kelvin sign
        "ana\u017f@example.org",  # a long s
        "ana@exampl\u0435.org",
        "ana@\u0435\u0445\u0430\u0440.org",  # a word that is Cyrillic to the end, and looks like "exap"
        "ana@\u03bf\u03c5\u03c4.org",  # the same in Greek
        "ana@example.\u0131o",  # an i without its dot
    ],
)
@pytest.mark.parametrize("at", ["/accounts/email/", "/accounts/signup/", "/accounts/login/", "/accounts/password/reset/"])
def test_an_address_with_a_look_alike_letter_is_refused_in_words(client: Client, ana: User, typed: str, at: str) -> None:
    if at == "/accounts/email/":
        sign_in(client)
    before = len(mail.outbox)
    refused = client.post(f"{at}?lang=en", {"email": typed})
    assert refused.status_code == 422
    assert "only looks like another one" in refused.content.decode() or "like name@example.org" in refused.content.decode()
    assert len(mail.outbox) == before
    ana.refresh_from_db()
    assert (ana.email, addresses(ana)) == (ANA, [(ANA, True, True)])


def test_an_address_in_another_script_is_an_address(client: Client, ana: User) -> None:
    sign_in(client)
    for address in ("ana@espa\u00f1a.example", "ana@\u043f\u0440\u0438\u043c\u0435\u0440.example"):
        assert client.post("/accounts/email/", {"email": address})["Location"] == "/accounts/code/"


def test_an_address_changed_by_an_administrator_closes_the_former_one(ana: User) -> None:
    ana.email = "New@Example.org"
    ana.save()
    assert (ana.email, addresses(ana)) == ("new@example.org", [])
    client = Client()
    ask(client, ANA)
    assert client.post("/accounts/code/", {"code": "0000-0000"}).status_code == 422
    assert sign_in(client, "new@example.org").status_code == 302


def test_a_password_can_be_set_and_used_and_changed(client: Client, ana: User) -> None:
    sign_in(client)
    other = Client()
    sign_in(other)
    assert client.get("/accounts/password/change/")["Location"] == "/accounts/password/set/"
    for bad in ("", "short", "password1234", ANA):
        refused = client.post("/accounts/password/set/", {"password": bad})
        assert refused.status_code == 422
        field = re.search(r'<input type="password"[^>]*>', refused.content.decode())
        assert field
        assert "value=" not in field.group()
    assert client.post("/accounts/password/set/", {"password": PASSWORD})["Location"] == "/accounts/"
    assert mail.outbox[-1].to == [ANA]
    assert client.get("/accounts/").status_code == 200, "this device stays signed in"
    assert other.get("/accounts/").status_code == 302, "every other is signed out"
    assert client.get("/accounts/password/set/")["Location"] == "/accounts/password/change/"

    visitor = Client()
    assert visitor.post("/accounts/login/password/", {"email": ANA, "password": PASSWORD}).status_code == 302
    refused = visitor.post("/accounts/password/change/", {"present": "wrong", "password": "another set of words"})
    assert refused.status_code == 422
    assert visitor.post("/accounts/password/change/", {"present": PASSWORD, "password": "another set of words"}).status_code == 302
    ana.refresh_from_db()
    assert ana.check_password("another set of words")
    assert client.get("/accounts/").status_code == 302
    assert sign_in(Client()).status_code == 302, "a code still signs in"


@pytest.mark.parametrize("is_first", [True, False])
def test_a_new_password_keeps_this_session_and_its_owner_is_told(
    client: Client, django_capture_on_commit_callbacks: Any, is_first: bool
) -> None:
    ana = member(password=None if is_first else PASSWORD, language="en")
    sign_in(client)
    url, sent = ("set/", {}) if is_first else ("change/", {"present": PASSWORD})
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"/accounts/password/{url}", {**sent, "password": "another set of words"})["Location"] == "/accounts/"
    assert client.get("/accounts/").status_code == 200
    told = "A password was set for your account" if is_first else "Your password was changed"
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == ([ANA], f"Puente: {told}")
    ana.refresh_from_db()
    assert ana.check_password("another set of words")


def test_a_forgotten_password_is_set_anew_with_a_code(client: Client) -> None:
    ana = member(password=PASSWORD)
    elsewhere = Client()
    sign_in(elsewhere)
    asked = client.post("/accounts/password/reset/?next=/es/courses/", {"email": ANA})
    url = asked["Location"]
    assert url == "/accounts/password/reset/code/?next=%2Fes%2Fcourses%2F"
    assert client.get("/accounts/password/reset/new/")["Location"] == "/accounts/password/reset/", "not before the code"
    code = code_in()
    assert client.post(url, {"code": wrong(code)}).status_code == 422
    chosen = client.post(url, {"code": code})["Location"]
    assert client.get(chosen).status_code == 200
    assert client.post(chosen, {"password": "short"}).status_code == 422
    assert client.post(chosen, {"password": "another set of words"})["Location"] == "/es/courses/"
    assert signed_in_as(client) == ana
    ana.refresh_from_db()
    assert ana.check_password("another set of words")
    assert elsewhere.get("/accounts/").status_code == 302
    assert client.post(chosen, {"password": "once more the same"})["Location"].startswith("/accounts/password/reset/")


def test_a_reset_code_is_thrown_away_after_too_many_tries(client: Client) -> None:
    member()
    client.post("/accounts/password/reset/", {"email": ANA})
    code = code_in()
    statuses = [client.post("/accounts/password/reset/code/", {"code": wrong(code)}).status_code for _try in range(5)]
    assert statuses == [422, 422, 422, 422, 410]
    assert client.post("/accounts/password/reset/code/", {"code": code}).status_code == 410
    assert client.get("/accounts/password/reset/code/")["Location"] == "/accounts/password/reset/"


def test_sign_out_everywhere_but_here(client: Client, ana: User) -> None:
    phone = Client(HTTP_USER_AGENT="Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36")
    sign_in(client)
    sign_in(phone)
    page = client.get("/accounts/sessions/").content.decode()
    assert "Chrome, Android" in page
    assert client.post("/accounts/sessions/")["Location"] == "/accounts/sessions/"
    assert signed_in_as(phone) is None
    assert phone.get("/accounts/").status_code == 302
    assert client.get("/accounts/").status_code == 200
    assert UserSession.objects.count() == 1
    client.post("/accounts/logout/")
    assert UserSession.objects.count() == 0, "who signs out leaves no trace of the device"


def test_after_a_while_one_shows_again_who_one_is(client: Client, ana: User) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        sign_in(client)
        assert client.get("/accounts/delete/").status_code == 200
    with time_machine.travel(start + timedelta(minutes=20), tick=False):
        for url in ("/accounts/delete/", "/accounts/data/", "/accounts/email/", "/accounts/password/set/"):
            assert (
                client.get(url)["Location"] == f"/accounts/confirm/?next=%2Faccounts%2F{url.removeprefix('/accounts/').replace('/', '%2F')}"
            )
        assert client.post("/accounts/email/", {"email": NEW})["Location"] == "/accounts/code/", "a form that is open may still be sent"
        assert client.get("/accounts/confirm/?next=/accounts/delete/").status_code == 200
        asked = client.post("/accounts/confirm/?next=/accounts/delete/")
        assert asked["Location"] == "/accounts/confirm/code/?next=%2Faccounts%2Fdelete%2F"
        code = code_in()
        assert client.get(asked["Location"]).status_code == 200
        assert client.post(asked["Location"], {"code": wrong(code)}).status_code == 422
        client.post(asked["Location"], {"action": "resend"})
        assert client.post(asked["Location"], {"code": code_in()})["Location"] == "/accounts/delete/"
        assert client.get("/accounts/delete/").status_code == 200
        assert client.get("/accounts/confirm/code/")["Location"] == "/accounts/confirm/"
    with time_machine.travel(start + timedelta(minutes=60), tick=False):
        assert client.post("/accounts/email/", {"email": NEW})["Location"].startswith("/accounts/confirm/")


def test_who_has_just_signed_up_is_not_asked_again(client: Client) -> None:
    sign_in(client, NEW, at="/accounts/signup/")
    assert client.get("/accounts/delete/").status_code == 200


def test_the_password_shows_it_too(client: Client) -> None:
    member(password=PASSWORD)
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        sign_in(client)
    with time_machine.travel(start + timedelta(minutes=20), tick=False):
        assert client.post("/accounts/confirm/?next=/accounts/data/", {"password": "wrong"}).status_code == 422
        assert client.post("/accounts/confirm/?next=/accounts/data/", {"password": PASSWORD})["Location"] == "/accounts/data/"
        assert client.get("/accounts/data/").status_code == 200


def test_a_code_of_one_kind_does_not_serve_for_another(client: Client, ana: User) -> None:
    sign_in(client)
    client.post("/accounts/email/", {"email": NEW})
    code = code_in()
    client.post("/accounts/confirm/")
    identity = code_in()
    if code != identity:
        assert client.post("/accounts/confirm/code/", {"code": code}).status_code == 422
        assert client.post("/accounts/code/", {"code": identity}).status_code == 422
    ana.refresh_from_db()
    assert ana.email == ANA


def test_the_names_of_devices() -> None:
    from accounts.user_agents import describe

    windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0"
    iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
    assert describe(windows) == "Edge, Windows"
    assert describe(iphone) == "Safari, iPhone"
    assert describe("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0") == "Firefox, Linux"
    assert describe("curl/8.1") == describe("") != ""
