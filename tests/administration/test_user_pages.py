"""Staff change an account in Wagtail's pages of users: its former mailbox hears of another address, and nothing old is written back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from wagtail.users.models import UserProfile

from accounts.models import AddressChange, SecurityEvent, User
from accounts.roles import SITE_ADMINISTRATOR
from accounts.services.change_address import change_address
from accounts.services.contest_address import contest_address
from tests.accounts.door import ANA, addresses, member, sign_in, signed_in_as
from tests.accounts.staff import in_role

pytestmark = pytest.mark.django_db
NEW = "new@example.org"
WORDS = "four words of mine"


@pytest.fixture
def ana() -> User:
    return member(language="en", first_name="Ana", last_name="Núñez", password=WORDS)


@pytest.fixture
def staff() -> Client:
    client = in_role(SITE_ADMINISTRATOR)
    UserProfile.objects.create(user_id=client.session["_auth_user_id"], preferred_language="en")
    return client


def page(user: User) -> str:
    return f"/admin/users/edit/{user.pk}/"


def form(staff: Client, user: User) -> dict[str, str]:
    """What the page holds when staff open it."""
    html = staff.get(page(user)).content.decode()
    found = re.search(r'name="standing" value="([0-9a-f]{64})"', html)
    assert found
    return {"email": user.email, "first_name": "Ana", "last_name": "Núñez", "is_active": "on", "standing": found.group(1)}


@pytest.fixture
def save(staff: Client, django_capture_on_commit_callbacks: Callable[..., Any]) -> Callable[[User, dict[str, str]], Any]:
    """Send the form, with its messages."""

    def send(user: User, sent: dict[str, str]) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return staff.post(page(user), sent)

    return send


Save = Callable[[User, dict[str, str]], Any]


def test_another_address_ends_sessions_and_is_told_to_the_former_mailbox(staff: Client, ana: User, save: Save) -> None:
    browser = Client()
    sign_in(browser)
    mail.outbox.clear()
    assert save(ana, form(staff, ana) | {"email": "New@Example.org"})["Location"] == "/admin/users/"
    change = AddressChange.objects.get()
    assert (change.user, change.former, change.present, change.had_factor) == (ana, ANA, NEW, False)
    [message] = mail.outbox
    assert message.to == [ANA]
    assert "/accounts/contest/" in str(message.body)
    assert browser.get("/accounts/").status_code == 302, "the session has ended"
    assert SecurityEvent.objects.filter(user=ana, kind="address").count() == 1
    assert addresses(ana) == [(NEW, False, True)], "confirmed by the code of the next sign-in"
    again = Client()
    sign_in(again, NEW)
    assert signed_in_as(again) == ana
    assert addresses(ana) == [(NEW, True, True)]


@pytest.mark.database
def test_a_form_that_was_opened_before_a_change_writes_nothing_back(staff: Client, ana: User, save: Save) -> None:
    old = form(staff, ana)
    change_address(user=User.objects.get(pk=ana.pk), email=NEW, had_factor=True, now=timezone.now())
    answer = save(ana, old | {"last_name": "Muñoz"})
    assert answer.status_code == 200
    assert "was changed since you opened this page" in answer.content.decode()
    ana.refresh_from_db()
    assert (ana.email, ana.last_name) == (NEW, "Núñez")
    assert AddressChange.objects.count() == 1
    assert save(ana, form(staff, ana) | {"last_name": "Muñoz"})["Location"] == "/admin/users/"
    ana.refresh_from_db()
    assert (ana.email, ana.last_name) == (NEW, "Muñoz")


def test_a_form_without_what_it_was_opened_for_saves_nothing(staff: Client, ana: User, save: Save) -> None:
    sent = form(staff, ana) | {"email": NEW}
    for standing in ("", "0" * 64, "x" * 10_000):
        assert save(ana, sent | {"standing": standing}).status_code == 200
    del sent["standing"]
    assert save(ana, sent).status_code == 200
    ana.refresh_from_db()
    assert ana.email == ANA
    assert not mail.outbox


def test_what_is_no_address_or_another_s_is_said_in_the_form(staff: Client, ana: User, save: Save) -> None:
    member("bea@example.org")
    for email, said in (
        ("BEA@example.org", "Another account has this address."),
        ("аna@example.org", "only looks like another one"),  # its first letter is Cyrillic
        ("no address", "Write an e-mail address like"),
        ("", "Write your e-mail address."),
    ):
        answer = save(ana, form(staff, ana) | {"email": email})
        assert answer.status_code == 200
        assert said in answer.content.decode(), email
    ana.refresh_from_db()
    assert ana.email == ANA
    assert not AddressChange.objects.exists()
    assert not mail.outbox


def test_an_address_that_differs_by_case_only_is_the_same(staff: Client, ana: User, save: Save) -> None:
    standing = ana.standing
    assert save(ana, form(staff, ana) | {"email": "ANA@Example.ORG"})["Location"] == "/admin/users/"
    assert User.objects.get(pk=ana.pk).standing == standing
    assert not AddressChange.objects.exists()


def test_address_role_and_being_open_are_changed_in_one_go(staff: Client, ana: User, save: Save) -> None:
    sent = form(staff, ana) | {"email": NEW}
    del sent["is_active"]
    assert save(ana, sent)["Location"] == "/admin/users/"
    ana.refresh_from_db()
    assert (ana.email, ana.is_active) == (NEW, False)
    kinds = list(SecurityEvent.objects.filter(user=ana).order_by("pk").values_list("kind", flat=True))
    assert sorted(kinds) == ["address", "deactivated"]


@pytest.mark.database
def test_a_held_account_is_left_as_it_is(staff: Client, ana: User, save: Save) -> None:
    change = change_address(user=User.objects.get(pk=ana.pk), email=NEW, had_factor=False, now=timezone.now())
    sent = form(staff, User.objects.get(pk=ana.pk))
    contest_address(change_id=change.pk, now=timezone.now())
    mail.outbox.clear()
    assert save(ana, sent | {"email": "third@example.org"})["Location"] == "/admin/users/"
    ana.refresh_from_db()
    assert ana.email == NEW
    assert not mail.outbox


def test_an_account_that_is_gone_meanwhile_is_not_found(staff: Client, ana: User, save: Save) -> None:
    sent = form(staff, ana)
    ana.delete()
    assert save(ana, sent).status_code == 404


def test_a_new_account_takes_no_letters_that_only_look_alike(staff: Client) -> None:
    sent = {"email": "аna@example.org", "first_name": "A", "last_name": "B"}
    answer = staff.post("/admin/users/new/", sent)
    assert answer.status_code == 200
    assert "only looks like another one" in answer.content.decode()
    assert staff.post("/admin/users/new/", sent | {"email": "Bea@Example.org"})["Location"] == "/admin/users/"
    assert User.objects.filter(email="bea@example.org").exists()


def test_nobody_is_asked_for_names_that_they_never_gave(staff: Client, save: Save) -> None:
    learner = member("learner@example.org", language="en")
    sent = form(staff, learner) | {"first_name": "", "last_name": "", "email": NEW}
    assert save(learner, sent)["Location"] == "/admin/users/"
    assert staff.post("/admin/users/new/", {"email": "bea@example.org"})["Location"] == "/admin/users/"
    assert set(User.objects.filter(first_name="", email__in=[NEW, "bea@example.org"]).values_list("email", flat=True)) == {
        NEW,
        "bea@example.org",
    }
