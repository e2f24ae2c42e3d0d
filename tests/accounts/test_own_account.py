"""A request that is held open while the account changes does nothing, and its session stays ended: all services of an owner's account.

Who is signed in is read before the body of a request has come. A thief sends one slowly; the owner, meanwhile, changes the password or
signs out everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone

import accounts.services
from accounts import languages
from accounts.changes import Change
from accounts.errors import AccountChanged
from accounts.models import InstitutionIdentity, KnownBrowser, SecurityEvent, User
from accounts.models.user import COUNTED_IN, DECISIVE
from accounts.services.add_second_factor import add_second_factor
from accounts.services.change_address import change_address
from accounts.services.erase_account import erase_account
from accounts.services.export_account import export_account
from accounts.services.join_institution import join_institution
from accounts.services.leave_institution import leave_institution
from accounts.services.make_recovery_codes import make_recovery_codes
from accounts.services.note_change import note_change
from accounts.services.remove_second_factor import remove_second_factor
from accounts.services.set_password import set_password
from accounts.services.sign_out_everywhere import sign_out_elsewhere, sign_out_everywhere
from tests.accounts.door import ANA, code_in, member, sign_in
from tests.accounts.staff import app_code, give_app, sign_in_with_app

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NEW = "thief@example.org"
WORDS = "four words of mine"
OWNERS = "another set of words"
FACTOR = "/accounts/second-factor/"

INSTITUTION = {"institution": "uni", "issuer": "https://uni.example", "subject": "4711"}


def identity_of(user: User) -> InstitutionIdentity:
    return InstitutionIdentity.objects.create(user=user, **INSTITUTION)


# Each service of an owner's own account, by its file.
OWN: dict[str, Callable[[User], object]] = {
    "add_second_factor": lambda user: add_second_factor(user=user, secret="A" * 32),
    "change_address": lambda user: change_address(user=user, email=NEW, had_factor=False, now=timezone.now()),
    "erase_account": lambda user: erase_account(user=user, now=timezone.now()),
    "export_account": lambda user: export_account(user=user),
    "join_institution": lambda user: join_institution(user=user, now=timezone.now(), **INSTITUTION),
    "leave_institution": lambda user: leave_institution(user=user, identity_id=identity_of(user).pk),
    "make_recovery_codes": lambda user: make_recovery_codes(user=user),
    "remove_second_factor": lambda user: remove_second_factor(
        user=user, factor_id=Authenticator.objects.filter(type="totp").values_list("pk", flat=True)[0]
    ),
    "set_password": lambda user: set_password(user=user, password=WORDS),
    "sign_out_everywhere": lambda user: (sign_out_elsewhere(user=user, browser=""), sign_out_everywhere(user=user)),
}
# Of the others, why they need not ask.
OTHERS = {
    "contest_address": "by a link, of whoever has no session",
    "decide_address": "by staff, of a case that is locked",
    "decide_institution": "by staff, of a case that is locked",
    "end_sessions": "a part of others",
    "give_role": "by staff",
    "grant_page": "of pages",
    "make_roles": "of groups",
    "note_change": "a part of others",
    "open_account": "there is no account yet",
    "record_audit": "a part of others",
    "reset_second_factor": "by staff",
}


def ana() -> User:
    return User.objects.order_by("pk")[0]


def test_every_service_of_accounts_is_tried_here_or_has_its_reason() -> None:
    found = {path.stem for path in Path(str(accounts.services.__file__)).parent.glob("[a-z]*.py")}
    assert found == {*OWN, *OTHERS}, "does an owner do this with their own account? Then it goes through accounts.own_account"
    assert not OWN.keys() & OTHERS.keys()


def facts() -> object:
    """All that a service here could write."""
    return (
        list(User.objects.values(*DECISIVE, *COUNTED_IN)),
        sorted(Authenticator.objects.values_list("pk", "type")),
        SecurityEvent.objects.count(),
    )


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_service_does_nothing_to_an_account_that_was_changed_since_it_was_read(name: str) -> None:
    give_app(member())
    seen = ana()
    note_change(user=ana(), change=Change.SIGNED_OUT)
    before = facts()
    with pytest.raises(AccountChanged):
        OWN[name](seen)
    assert facts() == before


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_service_does_what_it_is_for_while_nothing_has_changed(name: str) -> None:
    member()
    if name != "add_second_factor":
        give_app(ana())
    seen = ana()
    OWN[name](seen)
    if name != "erase_account":
        assert seen.standing == ana().standing, "and whoever asked knows the account as it left it"


# The same through the pages.

CHANGES: dict[str, Callable[[], object]] = {
    "another password": lambda: set_password(user=ana(), password=OWNERS),
    "signed out everywhere": lambda: sign_out_everywhere(user=ana()),
    "signed out elsewhere": lambda: sign_out_elsewhere(user=ana(), browser=""),
}


def post(url: str, **form: str) -> Callable[[Client], HttpResponse]:
    return lambda client: client.post(f"{url}?lang=en", form)  # type: ignore[return-value]


def post_app(client: Client) -> HttpResponse:
    client.get(f"{FACTOR}app/")
    return post(f"{FACTOR}app/", code=app_code(client.session["second_factor_new_secret"]))(client)


def post_removal(client: Client) -> HttpResponse:
    return post(f"{FACTOR}{Authenticator.objects.get(type='totp').pk}/remove/")(client)


def post_address_code(client: Client) -> HttpResponse:
    client.post("/accounts/email/", {"email": NEW})
    return post("/accounts/code/", code=code_in())(client)


PAGES: dict[str, Callable[[Client], HttpResponse]] = {
    "first password": post("/accounts/password/set/", password=WORDS),
    "password": post("/accounts/password/change/", present="the words of before", password=WORDS),
    "app": post_app,
    "removal": post_removal,
    "recovery codes": post(f"{FACTOR}codes/new/"),
    "address": post_address_code,
    "copy of the data": post("/accounts/data/"),
    "deletion": post("/accounts/delete/", email=ANA),
    "sign out": post("/accounts/sessions/", which="all"),
    "sign out elsewhere": post("/accounts/sessions/", which="others"),
    "browser": post("/accounts/sessions/", which="remember"),
}
WITH_APP = {"removal", "recovery codes"}


@pytest.mark.parametrize("change", sorted(CHANGES))
@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_request_that_was_held_open_does_nothing_and_its_session_stays_ended(page: str, change: str, monkeypatch: Any) -> None:
    member(password="the words of before" if page == "password" else None, language="en")
    thief = Client()
    if page in WITH_APP:
        sign_in_with_app(thief, ANA, give_app(ana()))
    else:
        sign_in(thief)
    after: list[object] = []

    def read_and_then_changed(request: HttpRequest, preferred: Callable[[HttpRequest], str] = languages.preferred) -> str:
        found = preferred(request)
        if "lang" in request.GET and not after:
            CHANGES[change]()
            KnownBrowser.objects.all().delete()
            after.append(facts())
        return found

    monkeypatch.setattr("accounts.middleware.languages.preferred", read_and_then_changed)
    answer = PAGES[page](thief)
    assert after, "the account changed while the request was under way"
    assert (answer.status_code, facts()) == (409, after[0])
    assert "meanwhile" in answer.content.decode()
    assert not KnownBrowser.objects.exists()
    assert thief.get("/accounts/").status_code == 302, "whoever held it is signed out"


def test_a_session_goes_on_with_its_own_change_and_no_later_one(client: Client, monkeypatch: Any) -> None:
    """The owner changes the password between the thief's and the answer to it."""
    member()
    sign_in(client)

    def then_the_owner(**said: Any) -> None:
        set_password(**said)
        set_password(user=ana(), password=OWNERS)

    monkeypatch.setattr("accounts.views.passwords.set_password", then_the_owner)
    client.post("/accounts/password/set/", {"password": WORDS})
    assert ana().check_password(OWNERS)
    assert client.get("/accounts/").status_code == 302


def test_a_hash_that_is_made_anew_undoes_no_password_that_was_set_meanwhile(settings: Any) -> None:
    member(password=WORDS)
    seen = ana()
    set_password(user=ana(), password=OWNERS)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    assert seen.check_password(WORDS), "as it was when it was read"
    assert ana().check_password(OWNERS)
