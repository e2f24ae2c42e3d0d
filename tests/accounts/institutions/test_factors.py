"""A second factor that somebody has shown at their institution: when it counts here."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import InstitutionIdentity, User
from accounts.oidc_claims import Claims
from accounts.roles import SUPPORT
from tests.accounts.door import ANA, member, signed_in_as
from tests.accounts.institutions.institution import (
    BEGIN,
    SUB,
    Provider,
    browser,
    come,
    configure,
    joined,
    page_of,
)
from tests.accounts.staff import app_code, colleague, give_app

pytestmark = pytest.mark.django_db


@pytest.fixture
def guarded(settings: Any) -> Any:
    settings.STAFF_SECOND_FACTOR = True
    return settings


def factor(at: float | None = None) -> dict[str, object]:
    return {"amr": ["pwd", "otp"], "auth_time": int(time.time() if at is None else at)}


def staff(provider: Provider) -> User:
    user = colleague(SUPPORT, ANA)
    joined(user, issuer=provider.url)
    return user


def test_a_factor_shown_there_counts_where_the_settings_say_so(client: Client, provider: Provider, guarded: Any) -> None:
    configure(guarded, provider.url, factor_counts=True)
    secret_holder = staff(provider)
    provider.says(SUB, **factor())
    begun = client.post(BEGIN)["Location"]
    assert "max_age=3600" in begun
    assert come(client, wanted="/admin/")["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200, "and nobody has to set one up"
    assert signed_in_as(client) == secret_holder
    give_app(secret_holder)
    again = browser()
    assert come(again, wanted="/admin/")["Location"] == "/admin/", "nor to show one's own"
    configure(guarded, provider.url)
    Authenticator.objects.all().delete()
    assert client.get("/admin/")["Location"].startswith("/accounts/second-factor/"), "until the administrator says otherwise"


def test_it_counts_as_long_as_any_other_and_can_be_shown_again(client: Client, provider: Provider, guarded: Any) -> None:
    configure(guarded, provider.url, factor_counts=True)
    staff(provider)
    provider.says(SUB, **factor())
    come(client)
    with time_machine.travel(timezone.now() + timedelta(hours=13), tick=True):
        door = client.get("/admin/")["Location"]
        assert door.startswith("/accounts/second-factor/?next=")
        assert BEGIN in page_of(client.get(door))
        provider.says(SUB, **factor())
        assert come(client, wanted="/admin/")["Location"] == "/admin/"
        assert client.get("/admin/").status_code == 200


# With how many seconds ago it was shown, if it says so.
@pytest.mark.parametrize(("methods", "ago"), [(None, None), (["pwd"], 0), ("mfa", 0), (["mfa"], None), (["pwd", "otp"], 7200)], ids=str)
def test_what_is_no_second_factor_does_not_count(
    client: Client, provider: Provider, guarded: Any, methods: object, ago: int | None
) -> None:
    claims = {"amr": methods, "auth_time": None if ago is None else int(time.time()) - ago} if methods else {}
    configure(guarded, provider.url, factor_counts=True)
    give_app(staff(provider))
    provider.says(SUB, **claims)
    assert come(client)["Location"].startswith("/accounts/login/second-factor/")
    assert signed_in_as(client) is None


def test_a_sign_in_that_was_long_ago_there_is_no_fresh_one_here(client: Client, provider: Provider) -> None:
    """On a shared computer the institution's cookie lets its next user in without asking: they change nothing of the account by it."""
    joined(member(), issuer=provider.url)
    provider.says(SUB, auth_time=int(time.time()) - 7200)
    come(client)
    assert signed_in_as(client) is not None
    for path in ("email/", "password/set/", "data/", "delete/"):
        answer = client.get(f"/accounts/{path}")
        assert answer.status_code == 302, path
        assert answer["Location"].startswith("/accounts/confirm/"), path


def test_codes_to_an_address_that_staff_have_typed_are_counted(provider: Provider, settings: Any) -> None:
    settings.ACCOUNT_DAY_LIMITS = {"send_code": 2}
    user = member()
    joined(user, issuer=provider.url)
    EmailAddress.objects.filter(user=user).update(verified=False)
    mail.outbox.clear()
    answers = [come(browser()).status_code for _time in range(4)]
    assert answers[2:] == [429, 429]
    assert len(mail.outbox) == 2


def test_a_factor_of_the_future_does_not_count() -> None:
    claims = Claims("i", "s", methods=frozenset({"mfa"}), shown_at=1e18)
    assert not claims.shows_factor(time.time())


def test_a_factor_that_counts_no_more_opens_nothing(client: Client, provider: Provider, guarded: Any) -> None:
    configure(guarded, provider.url, factor_counts=True)
    give_app(staff(provider))
    provider.says(SUB, **factor())
    come(client, wanted="/admin/")
    assert client.get("/admin/").status_code == 200
    configure(guarded, provider.url, factor_counts=False)
    assert client.get("/admin/").status_code == 302


def test_it_does_not_count_unless_the_settings_say_so(client: Client, provider: Provider, guarded: Any) -> None:
    user = staff(provider)
    provider.says(SUB, **factor())
    come(client)
    assert client.get("/admin/")["Location"].startswith("/accounts/second-factor/?next="), "one has to be set up"
    secret = give_app(user)
    other = browser()
    asked = come(other, wanted="/es/learning/")
    assert asked["Location"].startswith("/accounts/login/second-factor/")
    assert signed_in_as(other) is None
    assert other.post(asked["Location"], {"code": app_code(secret)})["Location"] == "/es/learning/"


def test_who_has_left_must_set_one_up(client: Client, provider: Provider, guarded: Any) -> None:
    configure(guarded, provider.url, factor_counts=True)
    staff(provider)
    provider.says(SUB, **factor())
    come(client)
    InstitutionIdentity.objects.all().delete()
    assert client.get("/admin/")["Location"].startswith("/accounts/second-factor/?next=")
