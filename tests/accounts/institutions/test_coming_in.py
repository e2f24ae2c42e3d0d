"""An institution's own sign-in: who comes in, who does not, and what is said of it."""

from __future__ import annotations

import json
import logging
import re
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import InstitutionIdentity, SecurityEvent, User
from tests.accounts.door import ANA, NOBODY, code_in, member, sign_in, signed_in_as
from tests.accounts.institutions.institution import (
    BEGIN,
    JOIN,
    OTHER_SUB,
    SUB,
    WORDS,
    Commits,
    Provider,
    browser,
    come,
    come_with_code,
    everything,
    join,
    joined,
    page_of,
    there,
)
from tests.accounts.staff import app_code, give_app, sign_in_with_app

pytestmark = pytest.mark.django_db


def test_a_new_person_gets_an_account_after_a_code_to_the_address(client: Client, provider: Provider, commits: Commits) -> None:
    asked = come(client, wanted="/es/learning/")
    assert asked["Location"] == "/accounts/code/?next=%2Faccounts%2Finstitutions%2Fjoin%2F"
    assert mail.outbox[-1].to == [ANA]
    assert not InstitutionIdentity.objects.exists()
    assert client.post(asked["Location"], {"code": code_in()})["Location"] == JOIN
    page = page_of(client.get(JOIN))
    assert ANA in page
    assert "Universidad" in page
    assert "password" not in page
    with commits():
        assert client.post(JOIN)["Location"] == "/es/learning/"
    found = InstitutionIdentity.objects.get()
    assert (found.user, found.issuer, found.subject, found.institution) == (User.objects.get(), provider.url, SUB, "uni")
    assert "Universidad" in str(mail.outbox[-1].body), "the owner is told"
    assert SecurityEvent.objects.get().detail == "Universidad"
    assert client.get(JOIN)["Location"] == "/accounts/", "it is done, and forgotten"


def test_who_has_joined_comes_in_without_a_code_whatever_address_is_claimed(client: Client, provider: Provider) -> None:
    ana = member()
    joined(ana, issuer=provider.url)
    provider.says(SUB, NOBODY)
    assert come(client, wanted="/es/learning/")["Location"] == "/es/learning/"
    assert signed_in_as(client) == ana
    assert not mail.outbox
    ana.refresh_from_db()
    assert ana.email == ANA
    assert User.objects.count() == 1


def test_known_and_unknown_addresses_are_answered_alike(provider: Provider) -> None:
    member()
    answers = []
    for sub, email in ((SUB, ANA), (OTHER_SUB, NOBODY)):
        provider.says(sub, email)
        client = browser()
        asked = come(client, sub)
        page = page_of(client.get(asked["Location"])).replace(email, "")
        answers.append((asked.status_code, asked["Location"], re.sub(r'value="\w{64}"', "", page)))
    assert answers[0] == answers[1]


def test_an_account_with_a_password_asks_for_it(client: Client, provider: Provider) -> None:
    member(password=WORDS)
    come_with_code(client)
    assert "This account has a password" in page_of(client.get(JOIN))
    for form in ({}, {"password": "other words than mine"}):
        assert client.post(JOIN, form).status_code == 422
        assert not InstitutionIdentity.objects.exists()
    assert client.post(JOIN, {"password": WORDS})["Location"] == "/accounts/"
    assert InstitutionIdentity.objects.count() == 1


def test_what_an_institution_has_shown_is_no_password_of_the_account(client: Client, provider: Provider) -> None:
    member(password=WORDS)
    come_with_code(client)
    session = client.session
    session["account_authentication_methods"] += [{"method": "mfa", "type": "institution", "at": time.time()}]
    session.save()
    assert client.post(JOIN).status_code == 422
    assert not InstitutionIdentity.objects.exists()


def test_passwords_are_not_guessed_there(client: Client, provider: Provider, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"identity": "2/5m/key"}
    member(password=WORDS)
    come_with_code(client)
    answers = [client.post(JOIN, {"password": "other words"}).status_code for _try in range(2)]
    assert [*answers, client.post(JOIN, {"password": WORDS}).status_code] == [422, 422, 429]
    assert not InstitutionIdentity.objects.exists()


def test_an_account_with_a_second_step_asks_for_it_and_then_for_no_password(client: Client, provider: Provider) -> None:
    secret = give_app(member(password=WORDS))
    asked = come_with_code(client)
    assert asked["Location"].startswith("/accounts/login/second-factor/")
    assert client.get(JOIN)["Location"].startswith("/accounts/login/"), "not signed in yet"
    assert client.post(asked["Location"], {"code": app_code(secret)})["Location"] == JOIN
    assert client.post(JOIN)["Location"] == "/accounts/"
    assert InstitutionIdentity.objects.count() == 1


def test_a_second_step_that_this_session_has_not_shown_is_asked_for(client: Client, provider: Provider) -> None:
    """The table of factors is no part of what an account is held against."""
    ana = member()
    come_with_code(client)
    give_app(ana)
    assert client.get(JOIN)["Location"].startswith("/accounts/second-factor/confirm/?next=")
    assert client.post(JOIN)["Location"].startswith("/accounts/second-factor/confirm/?next=")
    assert not InstitutionIdentity.objects.exists()


def test_a_lie_about_the_address_goes_to_its_mailbox_and_joins_nothing(client: Client, provider: Provider) -> None:
    member(password=WORDS)
    before = everything()
    asked = come(client)
    assert mail.outbox[-1].to == [ANA]
    assert client.post(asked["Location"], {"code": "0000-0000"}).status_code == 422
    assert client.post(JOIN)["Location"].startswith("/accounts/login/")
    assert everything() == before
    own = member("liar@example.org")
    sign_in(client, own.email)
    assert client.post(JOIN).status_code == 410, "an account of one's own is not the one that was meant"
    assert not InstitutionIdentity.objects.exists()


def test_a_code_typed_before_proves_nothing_of_the_address_now(client: Client, provider: Provider) -> None:
    ana = member()
    sign_in(client)
    session = client.session
    session["institution_joining"] = {
        "institution": "uni",
        "issuer": provider.url,
        "subject": SUB,
        "email": ANA,
        "made_for": ana.standing,
        "at": time.time() + 1,
    }
    session.save()
    assert client.post(JOIN).status_code == 410
    assert not InstitutionIdentity.objects.exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"email": None},
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "yes"},
        {"email": "not an address"},
        {"email": ["ana@example.org"]},
        {"email": "аna@example.org"},
        {"email": f"{'a' * 300}@example.org"},
    ],
    ids=str,
)
def test_an_address_that_is_not_vouched_for_or_is_none_gets_no_code(client: Client, provider: Provider, claims: dict[str, Any]) -> None:
    provider.says(SUB, **claims)
    answer = come(client)
    assert answer.status_code == 403
    assert "does not confirm an e-mail address" in page_of(answer)
    assert 'href="/accounts/login/"' in page_of(answer)
    assert not mail.outbox
    assert not User.objects.exists()


def test_codes_are_sent_as_often_as_at_the_door(provider: Provider, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"send_code": "1/5m/key"}
    assert come(browser()).status_code == 302
    held_back = come(browser())
    assert held_back.status_code == 429
    assert "several codes" in page_of(held_back)
    assert len(mail.outbox) == 1


def test_institutions_are_asked_as_often_as_the_limit_says(client: Client, provider: Provider, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"institution": "1/m/ip"}
    back = there(client)
    assert client.post(BEGIN).status_code == 429
    assert client.get(back).status_code == 429


def test_a_closed_account_gets_the_page_that_says_so(client: Client, provider: Provider) -> None:
    joined(member(is_active=False), issuer=provider.url)
    assert come(client)["Location"] == "/accounts/inactive/"
    assert signed_in_as(client) is None


def test_a_closed_account_is_not_joined(client: Client, provider: Provider) -> None:
    member(is_active=False)
    asked = come(client)
    assert asked.status_code == 302
    assert "closed" in str(mail.outbox[-1].body)
    assert client.post(JOIN)["Location"].startswith("/accounts/login/")


def test_who_is_signed_in_becomes_nobody_else(client: Client, provider: Provider) -> None:
    bea = member("bea@example.org")
    joined(member(), issuer=provider.url)
    back = there(client)
    client.force_login(bea, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    answer = client.get(back)
    assert answer.status_code == 409
    assert "signed in as bea@example.org" in page_of(answer)
    assert signed_in_as(client) == bea
    assert session.session_key == client.session.session_key


def test_who_is_signed_in_already_comes_to_their_own_account(client: Client, provider: Provider) -> None:
    joined(member(), issuer=provider.url)
    sign_in(client)
    assert come(client, wanted="/es/learning/")["Location"] == "/es/learning/"


def test_an_unknown_sign_in_joins_nothing_to_whoever_is_signed_in(client: Client, provider: Provider) -> None:
    member("bea@example.org")
    sign_in(client, "bea@example.org")
    assert come(client).status_code == 409
    assert client.get(JOIN)["Location"] == "/accounts/"
    assert not InstitutionIdentity.objects.exists()


def test_coming_once_more_before_it_is_joined_leads_on_to_joining(client: Client, provider: Provider) -> None:
    come_with_code(client)
    assert come(client)["Location"] == JOIN
    assert client.post(JOIN)["Location"] == "/accounts/"


@pytest.mark.parametrize("meanwhile", ["made anew", "another password"])
def test_of_two_requests_that_make_a_hash_anew_the_second_takes_the_first_ones(settings: Any, meanwhile: str) -> None:
    ana = member(password=WORDS)
    first = User.objects.get(pk=ana.pk)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    if meanwhile == "made anew":
        assert first.check_password(WORDS)
    else:
        first.set_password("other words of mine")
        first.save()
    before = ana.password
    assert ana.check_password(WORDS), "it was when this request began"
    assert ana.password == (first.password if meanwhile == "made anew" else before)
    first.refresh_from_db()
    assert first.password != before


def test_a_password_whose_hash_is_made_anew_joins_all_the_same(client: Client, provider: Provider, settings: Any) -> None:
    member(password=WORDS)
    come_with_code(client)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    assert client.post(JOIN, {"password": WORDS})["Location"] == "/accounts/"
    assert InstitutionIdentity.objects.count() == 1
    assert User.objects.get().password.startswith("pbkdf2"), "it was made anew"
    assert client.get("/accounts/").status_code == 200, "and the session goes on"


def test_looking_at_the_address_leads_to_the_door(client: Client, provider: Provider) -> None:
    assert client.get(f"{BEGIN}?next=/es/learning/")["Location"] == "/accounts/login/?next=%2Fes%2Flearning%2F"


def test_a_button_that_another_site_presses_does_nothing(provider: Provider) -> None:
    assert Client(enforce_csrf_checks=True).post(BEGIN).status_code == 403


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_to_another_site(client: Client, provider: Provider, wanted: str) -> None:
    joined(member(), issuer=provider.url)
    assert come(client, wanted=wanted)["Location"] == "/en/learning/"


def test_nothing_in_the_logs_is_a_person(client: Client, provider: Provider, caplog: Any) -> None:
    provider.says(OTHER_SUB, "not an address")
    with caplog.at_level(logging.DEBUG):
        assert join(client)["Location"] == "/accounts/"
        token = json.loads(provider.token)
        assert come(browser(), OTHER_SUB).status_code == 403
        for path in ("/oauth2/token", "/userinfo"):
            back = there(other := browser())
            provider.instead[path] = (500, {"error": f"{ANA} {SUB}"})
            assert other.get(back).status_code == 502
            provider.instead.clear()
    theirs = ("werkzeug", "oidc_provider_mock", "authlib")
    ours = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records if not record.name.startswith(theirs))
    assert ours, "there are some"
    for personal in (ANA, SUB, token["access_token"], token["id_token"]):
        assert personal not in ours


def test_without_institutions_there_is_no_button_and_no_address(client: Client) -> None:
    for url in ("/accounts/login/", "/accounts/signup/"):
        assert "/accounts/institution/" not in page_of(client.get(url))
    assert client.post(BEGIN).status_code == client.get(f"{BEGIN}callback/").status_code == 404
    member()
    sign_in(client)
    assert client.get(JOIN).status_code == client.get("/accounts/institutions/1/leave/").status_code == 404


def test_the_door_has_a_button_for_each(client: Client, provider: Provider) -> None:
    for url in ("/accounts/login/", "/accounts/signup/"):
        page = page_of(client.get(f"{url}?next=/en/learning/"))
        assert f'action="{BEGIN}"' in page
        assert "Sign in with Universidad" in page
        assert page.count('name="next" value="/en/learning/"') == 2
    assert client.post("/accounts/institution/openid_connect/").status_code == 404, "allauth's own name for all of them"


def test_who_signs_in_with_an_app_otherwise_still_does(client: Client, provider: Provider) -> None:
    ana = member()
    joined(ana, issuer=provider.url)
    assert sign_in_with_app(client, ANA, give_app(ana)).status_code == 302
    assert signed_in_as(client) == ana


def test_leaving_closes_that_way_only(client: Client, provider: Provider, commits: Commits) -> None:
    ana = member()
    one, other = joined(ana, issuer=provider.url), joined(ana, issuer="https://other.example")
    come(client)
    assert "Universidad" in page_of(client.get("/accounts/"))
    url = f"/accounts/institutions/{one.pk}/leave/"
    assert "Stop signing in with Universidad?" in page_of(client.get(url))
    assert InstitutionIdentity.objects.count() == 2
    with commits():
        assert client.post(url)["Location"] == "/accounts/"
    assert InstitutionIdentity.objects.get() == other
    assert mail.outbox[-1].to == [ANA]
    assert SecurityEvent.objects.get().kind == "institution-left"
    assert client.get("/accounts/").status_code == 200, "and ends no session"
    assert client.post(url).status_code == 404
    sign_in(browser())
    assert come(browser())["Location"].startswith("/accounts/code/"), "the institution alone opens it no more"


def test_nobody_leaves_for_another_or_long_after_signing_in(client: Client, provider: Provider) -> None:
    identity = joined(member(), issuer=provider.url)
    member("bea@example.org")
    url = f"/accounts/institutions/{identity.pk}/leave/"
    sign_in(client, "bea@example.org")
    assert client.post(url).status_code == 404
    owner = browser()
    come(owner)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert owner.post(url)["Location"].startswith("/accounts/confirm/")
    assert InstitutionIdentity.objects.exists()
