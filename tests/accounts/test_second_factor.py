"""The second factor: set up, shown at sign-in, removed, lost; and what happens with bad input."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from wagtail.models import ModelLogEntry

from accounts import recovery_codes
from accounts.models import User
from accounts.roles import AUTHOR
from accounts.secrets_at_rest import seal, unseal
from accounts.services.export_account import export_account
from tests.accounts.door import ANA, ask, code_in, member, sign_in, signed_in_as
from tests.accounts.staff import app_code, colleague, give_app, next_app_code, sign_in_with_app

pytestmark = pytest.mark.django_db
FACTOR = "/accounts/second-factor/"
PAGES = (FACTOR, f"{FACTOR}app/", f"{FACTOR}passkey/", f"{FACTOR}codes/", f"{FACTOR}codes/download/", f"{FACTOR}confirm/")


@pytest.fixture(autouse=True)
def second_factor(settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def ana() -> User:
    return member(language="en")


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Callable[[], AbstractContextManager[object]]:
    """What is done inside is committed, as it is outside tests: messages go out."""
    return lambda: django_capture_on_commit_callbacks(execute=True)  # type: ignore[no-any-return]


Commits = Callable[[], AbstractContextManager[object]]


def told(subject: str) -> str:
    """The last message to Ana, which has this subject."""
    message = mail.outbox[-1]
    assert (message.to, message.subject) == ([ANA], f"Puente: {subject}")
    return str(message.body)


def secret_on(page: str) -> str:
    """The key that a page shows to be typed."""
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert found
    return found.group(1).replace(" ", "")


def codes_on(page: str) -> list[str]:
    """The recovery codes that a page shows."""
    return re.findall(r"<code>(\d{4} \d{4})</code>", page)


def set_up_app(client: Client, next_page: str = "") -> str:
    """Set up an app as a person does; returns its secret."""
    query = f"?next={next_page}" if next_page else ""
    secret = secret_on(client.get(f"{FACTOR}app/{query}").content.decode())
    done = client.post(f"{FACTOR}app/", {"code": app_code(secret), "next": next_page})
    assert done.status_code == 302, done.content.decode()
    assert done["Location"].startswith(f"{FACTOR}codes/")
    return secret


def test_a_learner_sets_up_an_app_keeps_the_codes_and_signs_in_with_it(client: Client, ana: User, commits: Commits) -> None:
    sign_in(client)
    other = Client()
    sign_in(other)
    assert "Set up an app" in client.get(f"{FACTOR}?lang=en").content.decode()
    page = client.get(f"{FACTOR}app/").content.decode()
    assert 'src="data:image/svg+xml' in page
    assert secret_on(client.get(f"{FACTOR}app/").content.decode()) == secret_on(page), "a page that is loaded again keeps its key"
    with commits():
        secret = set_up_app(client, "/es/courses/")
    assert "authenticator app" in told("A second step was added to your account")
    assert other.get("/accounts/").status_code == 302, "sessions that began without it have ended"
    assert client.get("/accounts/").status_code == 200
    codes = codes_on(client.get(f"{FACTOR}codes/").content.decode())
    assert len(codes) == len(set(codes)) == 10
    text = client.get(f"{FACTOR}codes/download/")
    assert text["Content-Disposition"].startswith("attachment")
    assert all(code in text.content.decode() for code in codes)
    assert client.post(f"{FACTOR}codes/", {"next": "/es/courses/"})["Location"] == "/es/courses/"
    assert codes_on(client.get(f"{FACTOR}codes/").content.decode()) == []
    assert client.get(f"{FACTOR}codes/download/").status_code == 302

    visitor = Client()
    asked = sign_in(visitor, at="/accounts/login/?next=/es/courses/")
    assert asked["Location"].startswith("/accounts/login/second-factor/")
    assert signed_in_as(visitor) is None
    page = visitor.get(asked["Location"])
    assert page.status_code == 200
    assert visitor.post(asked["Location"], {"code": "000000"}).status_code == 422
    done = visitor.post(asked["Location"], {"code": f" {next_app_code(secret)[:3]} {next_app_code(secret)[3:]}"})
    assert done["Location"] == "/es/courses/"
    assert signed_in_as(visitor) == ana
    assert visitor.get("/accounts/login/second-factor/").status_code == 302


def test_a_password_and_a_new_password_do_not_go_around_it(client: Client) -> None:
    ana = member(password="four words of mine")
    secret = give_app(ana)
    signed = client.post("/accounts/login/password/?next=/es/courses/", {"email": ANA, "password": "four words of mine"})
    assert signed["Location"].startswith("/accounts/login/second-factor/")
    assert signed_in_as(client) is None
    visitor = Client()
    asked = visitor.post("/accounts/password/reset/?next=/es/courses/", {"email": ANA})
    chosen = visitor.post(asked["Location"], {"code": code_in()})["Location"]
    done = visitor.post(chosen, {"password": "another set of words"})
    assert done["Location"] == "/accounts/login/second-factor/?next=%2Fes%2Fcourses%2F"
    assert signed_in_as(visitor) is None
    assert visitor.get(f"{FACTOR}app/").status_code == 302
    assert visitor.post(done["Location"], {"code": app_code(secret)})["Location"] == "/es/courses/"


def test_a_code_serves_once(client: Client, ana: User) -> None:
    secret = give_app(ana)
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        sign_in_with_app(client, ANA, secret)
    with time_machine.travel(now + timedelta(seconds=35), tick=False):
        other = Client()
        asked = sign_in(other)
        assert other.post(asked["Location"], {"code": app_code(secret, now)}).status_code == 422, "still valid, and used"
        assert signed_in_as(other) is None


def test_recovery_codes_serve_once_and_their_owner_is_told(client: Client, ana: User, commits: Commits) -> None:
    give_app(ana)
    codes = recovery_codes.unused(ana)
    asked = sign_in(client)
    with commits():
        client.post(asked["Location"], {"code": codes[0]})
    assert signed_in_as(client) == ana
    assert "9 left" in told("A recovery code was used")
    other = Client()
    asked = sign_in(other)
    assert other.post(asked["Location"], {"code": codes[0]}).status_code == 422
    assert other.post(asked["Location"], {"code": codes[1].replace(" ", "")}).status_code == 302
    with commits():
        made = other.post(f"{FACTOR}codes/new/")
    assert told("You have new recovery codes")
    new = codes_on(other.get(made["Location"]).content.decode())
    assert len(new) == 10
    assert not set(new) & set(codes)
    third = Client()
    asked = sign_in(third)
    assert third.post(asked["Location"], {"code": codes[2]}).status_code == 422


def test_tries_are_limited_per_account(client: Client, ana: User, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"second_factor": "5/5m/key"}
    secret = give_app(ana)
    asked = sign_in(client)
    statuses = [client.post(asked["Location"], {"code": "000000"}).status_code for _try in range(6)]
    assert statuses == [422] * 5 + [429]
    assert client.post(asked["Location"], {"code": app_code(secret)}).status_code == 429, "not even the right one"
    other = Client()
    asked = sign_in(other)
    assert other.post(asked["Location"], {"code": app_code(secret)}).status_code == 429, "from no other browser either"


@pytest.mark.parametrize("sent", ["", "x" * 100_000, "0" * 41, "¹²³⁴⁵⁶", "\0", "12345", "ñandú", "{}", "😀" * 6])
def test_no_code_breaks_anything(client: Client, ana: User, sent: str) -> None:
    give_app(ana)
    asked = sign_in(client)
    assert client.post(asked["Location"], {"code": sent}).status_code == 422
    member("bea@example.org")
    bea = Client()
    sign_in(bea, "bea@example.org")
    assert bea.post(f"{FACTOR}app/", {"code": sent}).status_code == 422


B = "AAAA"
BAD_PASSKEYS = [
    *("", "x", "null", "[]", "{}", "1", '"a"', "x" * 30_000, "[" * 15_000, '{"id": 1}', '{"id": "a", "response": []}'),
    json.dumps({"id": "a", "response": {"clientDataJSON": 1}}),
    *(
        json.dumps(
            {"id": key, "response": {"clientDataJSON": data, "attestationObject": B, "authenticatorData": other, "signature": other}}
        )
        for key in ("A", B, "\0", "é")
        for data in (B, "e30", "bnVsbA", "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0", "=", "é")
        for other in (B, "A", "o2NmbXRkbm9uZQ")
    ),
]


def test_no_passkey_breaks_anything(client: Client, ana: User) -> None:
    sign_in(client)
    assert client.get(f"{FACTOR}passkey/").status_code == 200
    for sent in BAD_PASSKEYS:
        assert client.post(f"{FACTOR}passkey/", {"name": "Key", "credential": sent}).status_code == 422, sent[:200]
    give_app(ana)
    asked = sign_in(Client())
    visitor = Client()
    asked = sign_in(visitor)
    for sent in BAD_PASSKEYS:
        assert visitor.post(asked["Location"], {"credential": sent}).status_code == 422, sent[:200]
    assert not Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).exists()


def test_removing_asks_first_and_leaves_nothing(client: Client, ana: User, commits: Commits) -> None:
    secret = give_app(ana)
    sign_in_with_app(client, ANA, secret)
    factor = Authenticator.objects.get(user=ana, type=Authenticator.Type.TOTP)
    assert client.get(f"{FACTOR}{factor.pk}/remove/").status_code == 200
    with commits():
        assert client.post(f"{FACTOR}{factor.pk}/remove/")["Location"] == FACTOR
    assert not Authenticator.objects.filter(user=ana).exists(), "nor recovery codes"
    assert told("A second step was removed from your account")
    assert client.post(f"{FACTOR}{factor.pk}/remove/").status_code == 404
    assert sign_in(Client())["Location"] == "/es/learning/"


def test_changing_it_asks_for_it_again_after_a_while(client: Client, ana: User) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        secret = give_app(ana)
        sign_in_with_app(client, ANA, secret)
    factor = Authenticator.objects.get(user=ana, type=Authenticator.Type.TOTP)
    with time_machine.travel(start + timedelta(minutes=40), tick=False):
        for url in (f"{FACTOR}{factor.pk}/remove/", f"{FACTOR}codes/new/", f"{FACTOR}passkey/"):
            assert client.post(url)["Location"].startswith(f"{FACTOR}confirm/?next="), url
        client.post("/accounts/confirm/")
        client.post("/accounts/confirm/code/", {"code": code_in()})
        assert client.post(f"{FACTOR}{factor.pk}/remove/").status_code == 302, "a code by e-mail is not enough"
        assert Authenticator.objects.filter(pk=factor.pk).exists()
        confirmed = client.post(f"{FACTOR}confirm/", {"code": app_code(secret), "next": f"{FACTOR}{factor.pk}/remove/"})
        assert confirmed["Location"] == f"{FACTOR}{factor.pk}/remove/"
        client.post(f"{FACTOR}{factor.pk}/remove/")
        assert not Authenticator.objects.filter(pk=factor.pk).exists()


def test_setting_it_up_asks_who_one_is_after_a_while(client: Client, ana: User) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        sign_in(client)
    with time_machine.travel(start + timedelta(minutes=20), tick=False):
        asked = client.get(f"{FACTOR}app/?next=/admin/pages/")
        assert asked["Location"] == "/accounts/confirm/?next=%2Faccounts%2Fsecond-factor%2Fapp%2F%3Fnext%3D%2Fadmin%2Fpages%2F"


def test_staff_keep_their_last_one_and_are_told_why(client: Client) -> None:
    author = colleague(AUTHOR)
    secret = give_app(author)
    sign_in_with_app(client, author.email, secret)
    factor = Authenticator.objects.get(user=author, type=Authenticator.Type.TOTP)
    refused = client.post(f"{FACTOR}{factor.pk}/remove/?lang=en")
    assert refused.status_code == 409
    assert "is your only second step" in refused.content.decode()
    assert Authenticator.objects.filter(pk=factor.pk).exists()
    second = Authenticator.objects.create(user=author, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}})
    assert client.post(f"{FACTOR}{factor.pk}/remove/").status_code == 302
    assert not Authenticator.objects.filter(pk=factor.pk).exists()
    assert client.post(f"{FACTOR}{second.pk}/remove/").status_code == 409


def test_nobody_touches_anothers(client: Client, ana: User) -> None:
    bea = member("bea@example.org")
    give_app(bea)
    secret = give_app(ana)
    sign_in_with_app(client, ANA, secret)
    factor = Authenticator.objects.get(user=bea, type=Authenticator.Type.TOTP)
    assert client.post(f"{FACTOR}{factor.pk}/remove/").status_code == 404
    assert Authenticator.objects.filter(pk=factor.pk).exists()


def test_the_pages_answer_in_every_state(client: Client, ana: User) -> None:
    sign_in(client)
    for url in PAGES:
        assert client.get(url).status_code in {200, 302}, url
    assert client.get(f"{FACTOR}confirm/")["Location"] == FACTOR
    assert client.post(f"{FACTOR}codes/new/")["Location"] == FACTOR
    assert client.get(f"{FACTOR}codes/new/").status_code == 405
    set_up_app(client)
    assert client.get(f"{FACTOR}app/")["Location"] == FACTOR
    for url in (FACTOR, f"{FACTOR}passkey/", f"{FACTOR}codes/", f"{FACTOR}confirm/"):
        answer = client.get(url)
        assert answer.status_code == 200, url
        assert "no-store" in answer["Cache-Control"], url


def test_a_sign_in_without_its_first_step_is_none(client: Client, ana: User) -> None:
    give_app(ana)
    assert client.get("/accounts/login/second-factor/")["Location"] == "/accounts/login/"
    ask(client)
    assert client.post("/accounts/login/second-factor/", {"code": "123456"})["Location"] == "/accounts/login/"


def test_secrets_are_stored_encrypted_and_follow_a_change_of_key(ana: User, settings: LazySettings) -> None:
    secret = give_app(ana)
    stored = json.dumps(list(Authenticator.objects.filter(user=ana).values_list("data", flat=True)))
    assert secret not in stored
    former = settings.SECRET_KEY
    sealed = seal("ABC")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key-of-more-than-32-letters", [former]
    assert unseal(sealed) == "ABC"
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(sealed) not in {"ABC", ""}
    assert unseal(sealed) != unseal(sealed), "nobody's secret"
    client = Client()
    asked = sign_in(client)
    assert client.post(asked["Location"], {"code": app_code(secret)}).status_code == 422


def test_what_is_handed_over_holds_no_secret(ana: User) -> None:
    secret = give_app(ana)
    held = export_account(user=ana)["held"]["mfa.Authenticator"]
    assert {row["type"] for row in held} == {"totp", "recovery_codes"}
    text = json.dumps(held)
    assert secret not in text
    assert not any(code.replace(" ", "") in text for code in recovery_codes.unused(ana))
    ana.delete()
    assert not Authenticator.objects.exists()


@pytest.mark.database
def test_support_takes_it_away_from_someone_who_lost_everything(client: Client, ana: User, commits: Commits) -> None:
    secret = give_app(ana)
    sign_in_with_app(client, ANA, secret)
    with commits():
        call_command("reset_second_factor", ANA.upper())
    assert told("The second step of your account was taken away")
    assert not Authenticator.objects.filter(user=ana).exists()
    assert client.get("/accounts/").status_code == 302, "signed out everywhere"
    assert ModelLogEntry.objects.filter(action="accounts.reset_second_factor", object_id=str(ana.pk)).count() == 1
    call_command("reset_second_factor", ANA)
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "nobody@example.org")
