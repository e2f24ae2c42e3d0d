"""Which sessions end when an account changes: each cell of the table, by each way in which the change can be made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.changes import EFFECTS, Change
from accounts.models import AddressChange, InstitutionCase, InstitutionIdentity, KnownBrowser, SecurityEvent, User
from accounts.roles import AUTHOR
from accounts.services.contest_address import contest_address
from accounts.services.decide_address import decide_address
from accounts.services.decide_institution import decide_institution
from accounts.services.give_role import give_role
from accounts.services.join_institution import join_institution
from tests.accounts.door import ANA, code_in, member, sign_in
from tests.accounts.staff import app_code, give_app, sign_in_with_app

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NEW = "ana.new@example.org"
WORDS = "four words of mine"
FACTOR = "/accounts/second-factor/"


@dataclass(frozen=True)
class Way:
    """One way in which a change is made: what it is, how, and whether the account's owner makes it in a session of theirs."""

    change: Change
    make: Callable[[Client], object]
    is_here: bool = False


def ana() -> User:
    return User.objects.order_by("pk")[0]


def saved(**fields: object) -> Callable[[Client], object]:
    def make(client: Client) -> None:
        user = ana()
        for name, value in fields.items():
            setattr(user, name, value)
        user.save()

    return make


def new_password_by_staff(client: Client) -> None:
    user = ana()
    user.set_password("a quite different password")
    user.save()


def new_address_here(client: Client) -> None:
    client.post("/accounts/email/", {"email": NEW})
    assert client.post("/accounts/code/", {"code": code_in()})["Location"] == "/accounts/"


def new_password_by_code(client: Client) -> None:
    visitor = Client()
    url = visitor.post("/accounts/password/reset/", {"email": ANA})["Location"]
    chosen = visitor.post(url, {"code": code_in()})["Location"]
    assert visitor.post(chosen, {"password": WORDS}).status_code == 302
    assert visitor.get("/accounts/").status_code == 200, "whoever typed it is signed in"


def set_up_app(client: Client) -> None:
    client.get(f"{FACTOR}app/")
    assert client.post(f"{FACTOR}app/", {"code": app_code(client.session["second_factor_new_secret"])}).status_code == 302


def remove_app(client: Client) -> None:
    assert client.post(f"{FACTOR}{Authenticator.objects.get(type='totp').pk}/remove/")["Location"] == FACTOR


def given_to_group(client: Client) -> None:
    Group.objects.create(name="Translators").user_set.add(ana())


def taken_from_group(client: Client) -> None:
    Group.objects.get(name="Readers").user_set.clear()


def contested(client: Client) -> AddressChange:
    change = AddressChange.objects.create(user=ana(), former="was@example.org", present=ANA)
    contest_address(change_id=change.pk, now=timezone.now())
    return change


def decided(client: Client) -> None:
    change = AddressChange.objects.create(user=ana(), former="was@example.org", present=ANA, reported_at=timezone.now())
    decide_address(
        actor=member("support@example.org"),
        change_id=change.pk,
        outcome=AddressChange.Outcome.STANDS,
        reason="They came to the desk.",
        now=timezone.now(),
    )


def joined() -> InstitutionIdentity | InstitutionCase:
    user = ana()
    return join_institution(user=user, institution="uni", issuer="https://uni.example", subject="4711", now=timezone.now())


def replaced() -> InstitutionCase:
    case = InstitutionCase.objects.create(user=ana(), institution="uni", issuer="https://uni.example", subject="4712")
    outcome, why = InstitutionCase.Outcome.REPLACED, "They came to the desk."
    return decide_institution(actor=member("support@example.org"), case_id=case.pk, outcome=outcome, reason=why, now=timezone.now())


WAYS: dict[str, Way] = {
    "switched off": Way(Change.DEACTIVATED, saved(is_active=False)),
    "switched off for many": Way(Change.DEACTIVATED, lambda client: User.objects.update(is_active=False)),
    "switched on": Way(Change.REACTIVATED, lambda client: (saved(is_active=False)(client), saved(is_active=True)(client))),
    "switched on for many": Way(
        Change.REACTIVATED, lambda client: (User.objects.update(is_active=False), User.objects.update(is_active=True))
    ),
    "address, by its owner": Way(Change.ADDRESS, new_address_here, is_here=True),
    "address, by staff": Way(Change.ADDRESS, saved(email=NEW)),
    "first password": Way(Change.PASSWORD, lambda client: client.post("/accounts/password/set/", {"password": WORDS}), is_here=True),
    "password, by a code": Way(Change.PASSWORD, new_password_by_code),
    "password, by a command": Way(Change.PASSWORD, new_password_by_staff),
    "second step set up": Way(Change.SECOND_FACTOR, set_up_app, is_here=True),
    "second step removed": Way(Change.SECOND_FACTOR, remove_app, is_here=True),
    "recovery codes made": Way(Change.SECOND_FACTOR, lambda client: client.post(f"{FACTOR}codes/new/"), is_here=True),
    "second step reset": Way(Change.SECOND_FACTOR, lambda client: call_command("reset_second_factor", ANA)),
    "role given": Way(Change.ROLE, lambda client: give_role(user=ana(), role=AUTHOR)),
    "role given to a group": Way(Change.ROLE, given_to_group),
    "role taken": Way(Change.ROLE, taken_from_group),
    "made superuser": Way(Change.ROLE, saved(is_superuser=True)),
    "contested": Way(Change.CONTESTED, contested),
    "decided": Way(Change.DECIDED, decided),
    "signed out everywhere": Way(Change.SIGNED_OUT, lambda client: client.post("/accounts/sessions/", {"which": "all"})),
    "signed out elsewhere": Way(
        Change.SIGNED_OUT_ELSEWHERE, lambda client: client.post("/accounts/sessions/", {"which": "others"}), is_here=True
    ),
    "institution joined": Way(Change.INSTITUTION_JOINED, lambda client: joined()),
    "institution replaced": Way(Change.INSTITUTION_REPLACED, lambda client: replaced()),
    "institution left": Way(
        Change.INSTITUTION_LEFT, lambda client: client.post(f"/accounts/institutions/{joined().pk}/leave/").status_code == 302
    ),
}
# Those for which there must be a second step before.
WITH_APP = {"second step removed", "recovery codes made", "second step reset"}


def test_the_table_has_an_effect_for_every_change_and_each_is_tried_here() -> None:
    assert set(EFFECTS) == set(Change)
    assert {way.change for way in WAYS.values()} == set(Change)
    keeping = {change for change, effect in EFFECTS.items() if effect.ends_sessions and effect.keeps_here}
    assert {way.change for way in WAYS.values() if way.is_here} == keeping, "whoever keeps a session keeps the one it was made in"


@pytest.mark.parametrize("name", sorted(WAYS))
def test_every_cell(name: str) -> None:
    way, here, phone = WAYS[name], Client(), Client()
    member()
    ana().groups.add(Group.objects.create(name="Readers"))
    if name in WITH_APP:
        secret = give_app(ana())
        sign_in_with_app(here, ANA, secret)
        phone.force_login(ana(), backend="django.contrib.auth.backends.ModelBackend")
    else:
        sign_in(here)
        sign_in(phone)
    former = phone.session.session_key
    SecurityEvent.objects.all().delete()
    stranger = KnownBrowser.objects.create(user=ana(), token_hash="0" * 64)
    way.make(here)
    effect = EFFECTS[way.change]
    assert phone.get("/accounts/").status_code == (302 if effect.ends_sessions else 200), "every other session ends, or none"
    keeps = not effect.ends_sessions or (way.is_here and effect.keeps_here)
    assert (here.get("/accounts/").status_code == 200) is keeps
    if keeps and effect.ends_sessions:
        assert UserSession.objects.filter(user=ana()).count() == 1, "the list shows this one"
    if "for many" not in name:
        assert Session.objects.filter(session_key=former).exists() is not effect.ends_sessions, "nothing is left of what has ended"
        assert KnownBrowser.objects.filter(pk=stranger.pk).exists() is effect.keeps_browsers
        assert way.change.value in SecurityEvent.objects.values_list("kind", flat=True), "its owner reads of it"


def test_what_changes_nothing_ends_nothing() -> None:
    here = Client()
    member()
    sign_in(here)
    user = ana()
    user.printed_name = "Ana"
    user.save()
    user.save(update_fields=["email", "password"])
    User.objects.update(language="es")
    user.groups.remove(Group.objects.create(name="Translators"))
    assert here.get("/accounts/").status_code == 200
    assert not SecurityEvent.objects.exists()


def test_a_copy_read_before_a_change_does_not_undo_it() -> None:
    """A form of the admin was open while the account was switched off and on."""
    here = Client()
    member()
    sign_in(here)
    stale = ana()
    User.objects.update(is_active=False)
    User.objects.update(is_active=True)
    number = ana().changes
    stale.first_name = "Ana"
    stale.save()
    assert ana().changes == number
    assert here.get("/accounts/").status_code == 302


def test_a_password_that_is_hashed_in_todays_way_is_the_same_password(settings: object) -> None:
    member(password=WORDS)
    number = ana().changes
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]  # type: ignore[attr-defined]
    assert Client().post("/accounts/login/password/", {"email": ANA, "password": WORDS}).status_code == 302
    assert ana().password.startswith("pbkdf2_")
    assert ana().changes == number
    assert not SecurityEvent.objects.exists()


def test_the_history_is_its_owners() -> None:
    here, other = Client(), Client()
    member()
    member("bea@example.org")
    sign_in(here)
    sign_in(other, "bea@example.org")
    new_address_here(here)
    page = here.get("/accounts/history/?lang=en").content.decode()
    assert "Your e-mail address was changed." in page
    assert f"{ANA} → {NEW}" in page
    assert "Nothing was changed yet" in other.get("/accounts/history/?lang=en").content.decode()
