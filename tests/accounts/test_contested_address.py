"""A former mailbox says: this was not me. The link is shown when it is opened, acts when it is sent, once, and is never a way in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.errors import AccountHeld, AddressTaken, CaseClosed, OwnCase
from accounts.models import AddressChange, AuditEntry, SecurityEvent, User
from accounts.roles import SUPPORT
from accounts.services.add_second_factor import add_second_factor
from accounts.services.change_address import change_address
from accounts.services.contest_address import contest_address
from accounts.services.decide_address import decide_address
from accounts.services.erase_account import erase_account
from accounts.services.export_account import export_account
from accounts.services.make_recovery_codes import make_recovery_codes
from accounts.services.remove_second_factor import remove_second_factor
from accounts.services.set_password import set_password
from accounts.upkeep import forget_old
from tests.accounts.door import ANA, addresses, code_in, member, sign_in, signed_in_as
from tests.accounts.staff import colleague, give_app, in_role, sign_in_with_app
from tests.factories import enrol_in, make_course

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NEW = "thief@example.org"
WORDS = "four words of mine"
WHY = "They came to the desk with their document."
Outcome = AddressChange.Outcome


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Callable[[], AbstractContextManager[object]]:
    """What is done inside is committed, as it is outside tests: messages go out."""
    return lambda: django_capture_on_commit_callbacks(execute=True)  # type: ignore[no-any-return]


Commits = Callable[[], AbstractContextManager[object]]


@pytest.fixture
def ana() -> User:
    return member(language="en")


def changed(user: User, *, had_factor: bool = False) -> AddressChange:
    return change_address(user=user, email=NEW, had_factor=had_factor, now=timezone.now())


def link_in(message: Any) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/accounts/contest/\S+)", str(message.body))
    assert found, message.body
    return found.group(1)


@pytest.fixture
def link(ana: User, commits: Commits) -> str:
    """The link that Ana's former mailbox got, after her account was given another address."""
    with commits():
        changed(ana)
    assert mail.outbox[-1].to == [ANA]
    return link_in(mail.outbox[-1])


@pytest.fixture
def thief(link: str) -> Client:
    """Whoever has the account now."""
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    sign_in(client, NEW)
    return client


def test_looking_does_nothing_and_sending_acts_once(link: str, thief: Client, commits: Commits) -> None:
    """Scanners open every link of a message, several times."""
    mailbox = Client(HTTP_ACCEPT_LANGUAGE="en")
    for _look in range(3):
        page = mailbox.get(link)
        assert page.status_code == 200
        assert ANA in page.content.decode()
        assert "no-store" in page["Cache-Control"]
    assert mailbox.head(link).status_code == 200
    assert thief.get("/accounts/").status_code == 200
    assert not AddressChange.objects.open_cases().exists()
    with commits():
        assert mailbox.post(link).status_code == 200
    assert mail.outbox[-1].to == [NEW], "whoever has the account is told"
    assert signed_in_as(mailbox) is None
    assert mailbox.get("/accounts/").status_code == 302
    assert thief.get("/accounts/").status_code == 302, "every session has ended"
    first = AddressChange.objects.get()
    for answer in (mailbox.get(link), mailbox.post(link), Client().post(link)):
        assert answer.status_code == 410
    assert AddressChange.objects.get().reported_at == first.reported_at


def test_it_works_for_seventy_two_hours(link: str) -> None:
    at = AddressChange.objects.get().at
    with time_machine.travel(at + timedelta(hours=71, minutes=59), tick=False):
        assert Client().get(link).status_code == 200
    with time_machine.travel(at + timedelta(hours=72, minutes=1), tick=False):
        for answer in (Client().get(link), Client().post(link)):
            assert answer.status_code == 410
        assert not AddressChange.objects.open_cases().exists()
        assert forget_old(timezone.now()) >= 1, "and then the former address is forgotten"
        assert not AddressChange.objects.exists()


@pytest.mark.parametrize("token", ["x", "a" * 3000, "1:2:3", "%00", "é", "..", "WzFd:1abcde:xyz"])
def test_no_other_link_does_anything(link: str, token: str) -> None:
    for answer in (Client().get(f"/accounts/contest/{token}/"), Client().post(f"/accounts/contest/{token}/")):
        assert answer.status_code in {404, 410}
    assert not AddressChange.objects.open_cases().exists()


def test_it_outlives_what_the_thief_changes(link: str, thief: Client) -> None:
    thief.post("/accounts/password/set/", {"password": WORDS})
    user = User.objects.get(email=NEW)
    user.is_active = False
    user.save()
    assert Client().post(link).status_code == 200


@pytest.fixture
def held(link: str, ana: User) -> User:
    """An account that is held."""
    contest_address(change_id=AddressChange.objects.get().pk, now=timezone.now())
    return User.objects.get(pk=ana.pk)


HELD_PAGES = (
    "/accounts/email/",
    "/accounts/password/set/",
    "/accounts/data/",
    "/accounts/delete/",
    "/accounts/second-factor/app/",
    "/accounts/second-factor/passkey/",
)


def test_nothing_is_changed_or_taken_out_while_it_is_held(held: User) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    sign_in(client, NEW)
    for url in HELD_PAGES:
        sent = {"email": "other@example.org", "password": WORDS, "code": "000000"}
        for answer in (client.get(url), client.post(url, sent)):
            assert answer.status_code == 409, url
            assert "Until support has decided" in answer.content.decode(), url
    assert "Your account is held" in client.get("/accounts/").content.decode()
    assert client.post("/accounts/", {"printed_name": "Ana", "language": "en"}).status_code == 302, "a name is no way out"


def test_a_password_is_not_set_anew_with_a_code_while_it_is_held(held: User) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    url = client.post("/accounts/password/reset/", {"email": NEW})["Location"]
    chosen = client.post(url, {"code": code_in()})["Location"]
    assert client.post(chosen, {"password": WORDS}).status_code == 409
    held.refresh_from_db()
    assert not held.check_password(WORDS)
    assert signed_in_as(client) is None


def services(user: User) -> Iterator[tuple[str, Callable[[], object]]]:
    now = timezone.now()
    yield "address", lambda: change_address(user=user, email="other@example.org", had_factor=False, now=now)
    yield "password", lambda: set_password(user=user, password=WORDS)
    yield "add factor", lambda: add_second_factor(user=user, secret="A" * 32)
    yield "remove factor", lambda: remove_second_factor(user=user, factor_id=0)
    yield "recovery codes", lambda: make_recovery_codes(user=user)
    yield "export", lambda: export_account(user=user)
    yield "erase", lambda: erase_account(user=user, now=now)


def test_every_service_refuses_by_itself(held: User) -> None:
    for name, act in services(held):
        with pytest.raises(AccountHeld):
            act()
        assert User.objects.get(pk=held.pk).email == NEW, name


def test_learning_goes_on(held: User) -> None:
    client = Client()
    sign_in(client, NEW)
    course = make_course(lessons=1, assessments=0)
    enrol_in(course, held)
    assert client.get("/es/learning/").status_code == 200
    assert client.get(f"/es/learning/{course.key}/").status_code == 200


def test_where_a_second_step_confirmed_the_change_there_is_only_a_case(client: Client, ana: User, commits: Commits) -> None:
    secret = give_app(ana)
    Authenticator.objects.update(created_at=timezone.now() - timedelta(days=4))
    sign_in_with_app(client, ANA, secret)
    client.post("/accounts/email/", {"email": NEW})
    with commits():
        client.post("/accounts/code/", {"code": code_in()})
    assert AddressChange.objects.get().had_factor
    assert "nothing else happens before" in " ".join(str(mail.outbox[-1].body).split())
    with commits():
        assert Client().post(link_in(mail.outbox[-1])).status_code == 200
    assert AddressChange.objects.open_cases().count() == 1
    assert client.get("/accounts/").status_code == 200, "nobody is signed out"
    assert client.get("/accounts/data/").status_code == 200, "and nothing is held"


def test_a_second_step_that_was_just_set_up_confirms_nothing(client: Client, ana: User) -> None:
    """Or whoever has got into an account would set one up first, and its owner could do nothing."""
    secret = give_app(ana)
    sign_in_with_app(client, ANA, secret)
    client.post("/accounts/email/", {"email": NEW})
    client.post("/accounts/code/", {"code": code_in()})
    assert not AddressChange.objects.get().had_factor


def test_who_has_a_second_step_shows_it_before_changing_the_address(client: Client, ana: User) -> None:
    secret = give_app(ana)
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        sign_in_with_app(client, ANA, secret)
    with time_machine.travel(start + timedelta(minutes=20), tick=False):
        assert client.get("/accounts/email/")["Location"].startswith("/accounts/second-factor/confirm/?next=")


def decide(user: User, outcome: Outcome, reason: str = WHY) -> AddressChange:
    case = AddressChange.objects.open_cases().get()
    return decide_address(actor=colleague(SUPPORT), change_id=case.pk, outcome=outcome, reason=reason, now=timezone.now())


def test_support_lets_the_change_stand(held: User, commits: Commits) -> None:
    with commits():
        decide(held, Outcome.STANDS)
    assert {message.to[0] for message in mail.outbox[-2:]} == {ANA, NEW}
    client = Client()
    sign_in(client, NEW)
    assert client.get("/accounts/data/").status_code == 200
    entry = AuditEntry.objects.get(subject_kind="account")
    assert (entry.action, entry.reason, entry.subject_key) == ("decided", WHY, str(held.pk))
    with pytest.raises(CaseClosed):
        decide_address(
            actor=colleague(SUPPORT, "two@example.org"),
            change_id=AddressChange.objects.get().pk,
            outcome=Outcome.RETURNED,
            reason=WHY,
            now=timezone.now(),
        )


def test_support_gives_the_account_back(link: str, thief: Client, ana: User) -> None:
    thief.post("/accounts/password/set/", {"password": WORDS})
    thief_had = User.objects.get(pk=ana.pk)
    give_app(thief_had)
    assert Client().post(link).status_code == 200
    decide(thief_had, Outcome.RETURNED)
    ana.refresh_from_db()
    assert (ana.email, ana.has_usable_password(), addresses(ana)) == (ANA, False, [])
    assert not Authenticator.objects.filter(user=ana).exists(), "what was set since the change is gone"
    assert thief.get("/accounts/").status_code == 302
    refused = Client().post("/accounts/login/password/", {"email": NEW, "password": WORDS})
    assert refused.status_code == 422
    owner = Client()
    sign_in(owner, ANA)
    assert signed_in_as(owner) == ana


def test_a_second_step_that_was_set_up_shortly_before_the_change_does_not_keep_the_owner_out(ana: User) -> None:
    """Whoever has got in sets up an app first, and changes the address then."""
    now = timezone.now()
    with time_machine.travel(now - timedelta(hours=71), tick=False):
        give_app(ana)
    change = changed(ana)
    contest_address(change_id=change.pk, now=timezone.now())
    decide(ana, Outcome.RETURNED)
    assert not Authenticator.objects.filter(user=ana).exists()
    owner = Client()
    sign_in(owner, ANA)
    assert signed_in_as(owner) == ana


def test_a_second_step_of_long_ago_stays(ana: User) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=30), tick=False):
        give_app(ana)
    contest_address(change_id=changed(ana).pk, now=timezone.now())
    decide(ana, Outcome.RETURNED)
    assert Authenticator.objects.filter(user=ana).exists()


def test_once_it_went_back_no_later_mailbox_can_contest_that(ana: User, commits: Commits) -> None:
    first = changed(ana)
    ana.refresh_from_db()
    with commits():
        change_address(user=ana, email="third@example.org", had_factor=False, now=timezone.now())
    later = link_in(mail.outbox[-1])
    assert mail.outbox[-1].to == [NEW]
    contest_address(change_id=first.pk, now=timezone.now())
    decide(ana, Outcome.RETURNED)
    assert Client().post(later).status_code == 410
    ana.refresh_from_db()
    assert ana.email == ANA
    assert not AddressChange.objects.open_cases().exists()


def test_nobody_decides_about_their_own_account(commits: Commits) -> None:
    officer = colleague(SUPPORT)
    contest_address(change_id=changed(officer).pk, now=timezone.now())
    with pytest.raises(OwnCase):
        decide_address(
            actor=User.objects.get(pk=officer.pk),
            change_id=AddressChange.objects.get().pk,
            outcome=Outcome.STANDS,
            reason=WHY,
            now=timezone.now(),
        )
    assert AddressChange.objects.open_cases().exists()


@pytest.mark.parametrize("act", ["contest", "decide"])
def test_the_account_is_locked_before_the_case(ana: User, act: str) -> None:
    """As all that deletes an account locks them: nobody waits for the other."""
    change = changed(ana)
    if act == "decide":
        contest_address(change_id=change.pk, now=timezone.now())
    with CaptureQueriesContext(connection) as captured:
        if act == "contest":
            contest_address(change_id=change.pk, now=timezone.now())
        else:
            decide(ana, Outcome.STANDS)
    read = [said["sql"] for said in captured if said["sql"].startswith("SELECT")]
    account = next(number for number, sql in enumerate(read) if 'FROM "accounts_user" WHERE "accounts_user"."id" =' in sql)
    case = max(number for number, sql in enumerate(read) if '"accounts_addresschange"."reported_at", ' in sql)
    assert account < case, read


def test_the_former_mailbox_is_not_told_the_new_address(link: str) -> None:
    assert NEW not in str(mail.outbox[-1].body)


def test_an_account_does_not_go_back_to_an_address_that_another_has(held: User) -> None:
    member(ANA)
    with pytest.raises(AddressTaken):
        decide(held, Outcome.RETURNED)
    assert AddressChange.objects.open_cases().count() == 1, "nothing half-done"
    assert not AuditEntry.objects.exists()


def test_support_sees_what_waits_and_decides_in_the_admin(held: User) -> None:
    enrol_in(make_course(lessons=1, assessments=0), held)
    client = in_role(SUPPORT)
    url = f"/admin/contested-addresses/{AddressChange.objects.get().pk}/"
    assert "/admin/contested-addresses/" in client.get("/admin/").content.decode()
    assert url in client.get("/admin/contested-addresses/").content.decode()
    page = client.get(url).content.decode()
    assert ANA in page
    assert NEW in page
    assert client.post(url, {"outcome": "stands", "reason": "short"}).status_code == 422
    assert client.post(url, {"outcome": "nonsense", "reason": WHY}).status_code == 422
    assert AddressChange.objects.open_cases().exists()
    assert client.post(url, {"outcome": "stands", "reason": WHY})["Location"] == "/admin/contested-addresses/"
    assert not AddressChange.objects.open_cases().exists()
    assert client.post(url, {"outcome": "returned", "reason": WHY}).status_code == 302
    held.refresh_from_db()
    assert held.email == NEW, "sent twice, it is decided once"
    assert client.get("/admin/contested-addresses/99999/").status_code == 404


def test_the_history_tells_it_all_and_is_handed_over(held: User) -> None:
    decide(held, Outcome.STANDS)
    kinds = list(SecurityEvent.objects.filter(user=held).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["address", "contested", "decided"]
    exported = export_account(user=User.objects.get(pk=held.pk))["held"]
    assert [row["kind"] for row in exported["accounts.SecurityEvent"]] == kinds
    assert exported["accounts.AddressChange"][0]["former"] == ANA
    key = held.pk
    held.delete()
    assert not SecurityEvent.objects.filter(user_id=key).exists()
    assert not AddressChange.objects.exists()


@pytest.mark.parametrize("language", ["es", "pt", "fr", "en"])
def test_messages_and_pages_are_in_every_language(ana: User, commits: Commits, language: str) -> None:
    User.objects.filter(pk=ana.pk).update(language=language)
    with commits():
        changed(User.objects.get(pk=ana.pk))
    message = mail.outbox[-1]
    assert message.extra_headers["Content-Language"] == language
    page = Client().get(link_in(message))
    assert f'<html lang="{language}"' in page.content.decode()
    english = "If it was you, you need do nothing."
    assert (english in str(message.body)) is (language == "en")
