"""An institution's own sign-in, with a real provider of OpenID Connect on this machine: who comes in, who does not, and what is kept."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import oidc_provider_mock
import pytest
import requests
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from werkzeug.serving import make_server

from accounts import oidc_claims
from accounts.errors import AccountHeld, CaseClosed, CaseOutdated, OwnCase, ReasonMissing, SubjectTaken
from accounts.models import AddressChange, AuditEntry, InstitutionCase, InstitutionIdentity, SecurityEvent, User
from accounts.oidc_claims import Claims, read_claims
from accounts.pending_acts import Outdated
from accounts.roles import SUPPORT
from accounts.services.change_address import change_address
from accounts.services.contest_address import contest_address
from accounts.services.decide_address import decide_address
from accounts.services.decide_institution import decide_institution
from accounts.services.erase_account import erase_account
from accounts.services.export_account import export_account
from accounts.services.give_role import give_role
from accounts.services.join_institution import join_institution
from accounts.upkeep import forget_old
from config.institutions import apps_of, origins_of, read_institutions
from tests.accounts.door import ANA, NOBODY, code_in, member, sign_in, signed_in_as
from tests.accounts.staff import app_code, colleague, give_app, in_role, sign_in_with_app

pytestmark = pytest.mark.django_db
BEGIN, JOIN = "/accounts/institution/uni/", "/accounts/institutions/join/"
SUB, OTHER_SUB = "subject-4711", "subject-0815"
WORDS = "four words of mine"
WHY = "They came to the desk with their document."
Commits = Callable[[], AbstractContextManager[object]]
Outcome = InstitutionCase.Outcome


class Provider:
    """The mock of PyPI, with answers that a test may put in the place of its own."""

    def __init__(self) -> None:
        self.app = oidc_provider_mock.app()
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        self.instead: dict[str, tuple[int, object]] = {}
        self.token = ""
        self.server = make_server("localhost", 0, self, threaded=True)
        self.url = f"http://localhost:{self.server.server_port}"

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path in self.instead:
            status, said = self.instead[path]
            start(f"{status} X", [("Content-Type", "application/json")])
            return [said if isinstance(said, bytes) else json.dumps(said).encode()]
        body = b"".join(self.app(environ, start))
        self.token = body.decode() if path == "/oauth2/token" else self.token
        return [body]

    def says(self, sub: str, email: object = ANA, *, email_verified: object = True, **claims: object) -> None:
        """Let somebody be known there with these claims, in the id_token and at userinfo."""
        said: dict[str, Any] = {"email": email, "email_verified": email_verified, **claims}
        requests.put(f"{self.url}/users/{sub}", json=said, timeout=30).raise_for_status()


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    provider = Provider()
    thread = threading.Thread(target=lambda: provider.server.serve_forever(0.05), daemon=True)
    thread.start()
    yield provider
    provider.server.shutdown()


@pytest.fixture
def provider(server: Provider, settings: Any) -> Provider:
    """One institution that is configured, and answers as it should."""
    server.instead.clear()
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 30  # this machine may be busy
    configure(settings, server.url)
    server.says(SUB)
    return server


def configure(settings: Any, url: str, **more: object) -> None:
    entry = {"id": "uni", "name": "Universidad", "server_url": url, "client_id": "puente", "secret": "s", **more}
    settings.INSTITUTIONS = read_institutions(json.dumps([entry]))
    settings.SOCIALACCOUNT_PROVIDERS = {**settings.SOCIALACCOUNT_PROVIDERS}
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        **settings.SOCIALACCOUNT_PROVIDERS["openid_connect"],
        "APPS": apps_of(settings.INSTITUTIONS),
    }


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Commits:
    return lambda: django_capture_on_commit_callbacks(execute=True)  # type: ignore[no-any-return]


@pytest.fixture
def client() -> Client:
    return browser()


def browser() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en")


def there(client: Client, sub: str = SUB, *, wanted: str = "", **said: str) -> str:
    """Go to the institution and sign in there; returns the address that it leads back to."""
    url = client.post(BEGIN, {"next": wanted})["Location"]
    answer = requests.post(url, data=said or {"sub": sub}, allow_redirects=False, timeout=30)
    return answer.headers["Location"].removeprefix("http://testserver")


def come(client: Client, sub: str = SUB, *, wanted: str = "") -> HttpResponse:
    return client.get(there(client, sub, wanted=wanted))  # type: ignore[return-value]


def come_with_code(client: Client, sub: str = SUB, *, wanted: str = "") -> HttpResponse:
    """Come, and type the code; returns the answer to it."""
    asked = come(client, sub, wanted=wanted)
    return client.post(asked["Location"], {"code": code_in()})  # type: ignore[return-value]


def join(client: Client, sub: str = SUB, **form: str) -> HttpResponse:
    come_with_code(client, sub)
    return client.post(JOIN, form)  # type: ignore[return-value]


def joined(user: User, sub: str = SUB, issuer: str = "https://uni.example") -> InstitutionIdentity:
    return InstitutionIdentity.objects.create(user=user, institution="uni", issuer=issuer, subject=sub)


def page_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def everything() -> object:
    """All that could be written of somebody who is not let in."""
    tables = (User, InstitutionIdentity, InstitutionCase, SecurityEvent)
    return [list(table._default_manager.order_by("pk").values()) for table in tables]  # type: ignore[attr-defined]


# Coming in.


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
    client.get(back)
    assert signed_in_as(client) == bea
    assert session.session_key == client.session.session_key


def test_looking_at_the_address_leads_to_the_door(client: Client, provider: Provider) -> None:
    assert client.get(f"{BEGIN}?next=/es/learning/")["Location"] == "/accounts/login/?next=%2Fes%2Flearning%2F"


def test_a_button_that_another_site_presses_does_nothing(provider: Provider) -> None:
    assert Client(enforce_csrf_checks=True).post(BEGIN).status_code == 403


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_to_another_site(client: Client, provider: Provider, wanted: str) -> None:
    joined(member(), issuer=provider.url)
    assert come(client, wanted=wanted)["Location"] == "/en/learning/"


# The second factor.


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


# A second subject.


@pytest.fixture
def case(provider: Provider) -> InstitutionCase:
    """Ana's account is joined; somebody with another subject has her address, and reads her mail."""
    joined(member(language="en"), OTHER_SUB, provider.url)
    answer = join(browser())
    assert answer.status_code == 409
    assert "Our support decides which one is yours" in page_of(answer)
    assert InstitutionIdentity.objects.get().subject == OTHER_SUB
    return InstitutionCase.objects.get()


@pytest.mark.database
def test_there_is_one_case_however_often_they_come(case: InstitutionCase) -> None:
    assert (case.subject, case.user.email) == (SUB, ANA)
    assert join(browser()).status_code == 409
    assert InstitutionCase.objects.count() == 1


def test_strangers_make_no_cases(client: Client, provider: Provider) -> None:
    joined(member(), OTHER_SUB, provider.url)
    come(client)
    client.post(JOIN)
    assert not InstitutionCase.objects.exists()


def decide(case: InstitutionCase, outcome: Outcome, reason: str = WHY) -> InstitutionCase:
    return decide_institution(actor=member("support@example.org"), case_id=case.pk, outcome=outcome, reason=reason, now=timezone.now())


@pytest.mark.database
@pytest.mark.parametrize(("outcome", "subject"), [("replaced", SUB), ("refused", OTHER_SUB)])
def test_support_decides(case: InstitutionCase, commits: Commits, outcome: str, subject: str) -> None:
    desk = in_role(SUPPORT)
    assert ANA in page_of(desk.get("/admin/institution-cases/"))
    url = f"/admin/institution-cases/{case.pk}/"
    page = page_of(desk.get(url))
    assert SUB in page
    assert OTHER_SUB in page
    assert desk.post(url, {"outcome": outcome, "reason": "no"}).status_code == 422
    with commits():
        assert desk.post(url, {"outcome": outcome, "reason": WHY}).status_code == 302
    assert InstitutionIdentity.objects.get().subject == subject
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.reason, entry.subject_key) == ("institution", WHY, str(case.user_id))
    assert mail.outbox[-1].to == [ANA]
    client = browser()
    come(client, subject)
    assert signed_in_as(client) == case.user
    assert page_of(desk.get(url))
    desk.post(url, {"outcome": "refused", "reason": WHY})
    assert AuditEntry.objects.count() == 1, "sent twice, it is decided once"
    case.refresh_from_db()
    assert forget_old(timezone.now() + timedelta(days=366)) >= 1
    assert not InstitutionCase.objects.exists()


@pytest.mark.database
def test_whoever_came_in_by_the_former_sign_in_goes_when_it_is_replaced(case: InstitutionCase) -> None:
    former = browser()
    come(former, OTHER_SUB)
    assert signed_in_as(former) == case.user
    decide(case, Outcome.REPLACED)
    assert former.get("/accounts/").status_code == 302
    assert SecurityEvent.objects.order_by("pk").last().kind == "institution-new"  # type: ignore[union-attr]


@pytest.mark.database
@pytest.mark.parametrize("change", ["address", "password", "closed"])
def test_a_case_counts_only_for_the_account_as_it_was_shown(case: InstitutionCase, change: str) -> None:
    """A former mailbox has a case opened; its owner changes the address: support can no longer give the account to who reads it."""
    user = User.objects.get(pk=case.user_id)
    if change == "address":
        change_address(user=user, email="new.ana@example.org", had_factor=True, now=timezone.now())
    elif change == "password":
        user.set_password("other words of mine")
        user.save()
    else:
        user.is_active = False
        user.save()
    with pytest.raises(CaseOutdated):
        decide(case, Outcome.REPLACED)
    assert InstitutionIdentity.objects.get().subject == OTHER_SUB
    support = User.objects.get(email="support@example.org")
    decide_institution(actor=support, case_id=case.pk, outcome=Outcome.REFUSED, reason=WHY, now=timezone.now())
    assert InstitutionIdentity.objects.get().subject == OTHER_SUB


@pytest.mark.database
def test_nobody_decides_twice_without_a_reason_or_about_themselves(case: InstitutionCase) -> None:
    with pytest.raises(ReasonMissing):
        decide_institution(actor=case.user, case_id=case.pk, outcome=Outcome.REPLACED, reason="", now=timezone.now())
    with pytest.raises(OwnCase):
        decide_institution(actor=case.user, case_id=case.pk, outcome=Outcome.REPLACED, reason=WHY, now=timezone.now())
    decide(case, Outcome.REFUSED)
    with pytest.raises(CaseClosed):
        decide_institution(
            actor=User.objects.get(email="support@example.org"), case_id=case.pk, outcome=Outcome.REPLACED, reason=WHY, now=timezone.now()
        )


@pytest.mark.database
def test_a_subject_that_has_joined_another_account_meanwhile_is_given_to_nobody(case: InstitutionCase) -> None:
    joined(member("bea@example.org"), SUB, case.issuer)
    with pytest.raises(SubjectTaken):
        decide(case, Outcome.REPLACED)
    case.refresh_from_db()
    assert case.decided_at is None
    assert case.user.institution_identities.get().subject == OTHER_SUB


def test_a_changed_subject_of_the_same_address_is_a_second_one(client: Client, provider: Provider) -> None:
    """The institution knows the person under another subject from now on: nothing goes on by itself."""
    assert join(client)["Location"] == "/accounts/"
    provider.says(OTHER_SUB)
    assert join(browser(), OTHER_SUB).status_code == 409
    assert InstitutionIdentity.objects.get().subject == SUB
    assert InstitutionCase.objects.get().subject == OTHER_SUB


# What comes in between.


def test_it_is_over_after_a_while(client: Client, provider: Provider) -> None:
    start = timezone.now()
    come_with_code(client)
    with time_machine.travel(start + timedelta(minutes=16)):
        assert client.get(JOIN).status_code == 410
        assert client.get(JOIN)["Location"] == "/accounts/", "and forgotten"
    assert not InstitutionIdentity.objects.exists()


@pytest.mark.database
def test_an_account_that_changed_its_address_in_between_is_not_joined(client: Client, provider: Provider) -> None:
    ana = member()
    come_with_code(client)
    change_address(user=ana, email="ana.new@example.org", had_factor=False, now=timezone.now())
    assert client.post(JOIN)["Location"].startswith("/accounts/login/")
    sign_in(client, "ana.new@example.org")
    assert client.post(JOIN).status_code in {302, 410}
    assert not InstitutionIdentity.objects.exists()


def test_an_account_that_changed_since_is_not_joined(client: Client, provider: Provider) -> None:
    ana = member()
    come_with_code(client)
    give_role(user=ana, role=SUPPORT)
    assert client.post(JOIN).status_code == 410
    assert not InstitutionIdentity.objects.exists()


@pytest.mark.database
def test_the_service_asks_itself_whether_the_account_is_what_it_was() -> None:
    with pytest.raises(Outdated):
        join_institution(user=member(), institution="uni", issuer="i", subject=SUB, made_for="", now=timezone.now())
    assert not InstitutionIdentity.objects.exists()


@pytest.mark.database
def test_a_held_account_is_neither_joined_nor_left(client: Client, provider: Provider) -> None:
    ana = member()
    identity = joined(ana, issuer="https://other.example")
    change = change_address(user=ana, email="thief@example.org", had_factor=False, now=timezone.now())
    contest_address(change_id=change.pk, now=timezone.now())
    provider.says(SUB, "thief@example.org")
    answer = join(client)
    assert answer.status_code == 409
    assert "Until support has decided" in page_of(answer)
    assert client.post(f"/accounts/institutions/{identity.pk}/leave/").status_code == 409
    assert InstitutionIdentity.objects.get() == identity


@pytest.mark.database
def test_a_held_account_gets_no_other_sign_in_by_support_either(case: InstitutionCase) -> None:
    change = change_address(user=case.user, email="thief@example.org", had_factor=False, now=timezone.now())
    contest_address(change_id=change.pk, now=timezone.now())
    with pytest.raises(AccountHeld):
        decide(case, Outcome.REPLACED)
    assert InstitutionIdentity.objects.get().subject == OTHER_SUB


@pytest.mark.database
def test_two_tabs_that_join_at_once_join_once(client: Client, provider: Provider, monkeypatch: Any) -> None:
    come_with_code(client)

    def after_another(**said: Any) -> object:
        join_institution(**{**said, "user": User.objects.get()})
        return join_institution(**said)

    monkeypatch.setattr("accounts.views.institutions.join_institution", after_another)
    assert client.post(JOIN)["Location"] == "/accounts/"
    assert InstitutionIdentity.objects.count() == 1
    assert signed_in_as(client) == User.objects.get()


@pytest.mark.database
def test_a_subject_joins_one_account_only(client: Client, provider: Provider) -> None:
    come_with_code(client)
    joined(member("bea@example.org"), issuer=provider.url)
    answer = client.post(JOIN)
    assert answer.status_code == 409
    assert "belongs to another account" in page_of(answer)
    assert InstitutionIdentity.objects.get().user.email == "bea@example.org"


@pytest.mark.database
def test_giving_an_account_back_takes_away_what_was_joined_by_whoever_had_it(provider: Provider) -> None:
    ana = member()
    joined(ana, issuer="https://old.example")
    InstitutionIdentity.objects.update(joined_at=timezone.now() - timedelta(days=9))
    change = change_address(user=ana, email="thief@example.org", had_factor=False, now=timezone.now())
    joined(ana, issuer=provider.url)
    InstitutionCase.objects.create(user=ana, institution="uni", issuer=provider.url, subject=OTHER_SUB)
    contest_address(change_id=change.pk, now=timezone.now())
    decide_address(actor=colleague(SUPPORT), change_id=change.pk, outcome=AddressChange.Outcome.RETURNED, reason=WHY, now=timezone.now())
    assert not InstitutionIdentity.objects.exists(), "whoever read the mailbox may have joined theirs long before"
    assert InstitutionCase.objects.get().outcome == Outcome.REFUSED


# Leaving.


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


# A provider that is down, or talks nonsense.


def test_a_provider_that_is_down_is_said_to_be(client: Client, provider: Provider, settings: Any) -> None:
    configure(settings, "http://localhost:9")
    answer = client.post(BEGIN)
    assert answer.status_code == 502
    assert "does not answer as it should" in page_of(answer)
    assert 'href="/accounts/login/"' in page_of(answer)


WELL_KNOWN = "/.well-known/openid-configuration"
NONSENSE: tuple[object, ...] = (b"", b"<html>", b"[" * 50_000, [], 7, None, {}, {"issuer": 7}, b'{"access_token": {}, "id_token": []}')


@pytest.mark.parametrize("said", NONSENSE, ids=lambda said: repr(said)[:20])
@pytest.mark.parametrize("path", [WELL_KNOWN, "/oauth2/token", "/userinfo"])
def test_nonsense_is_said_to_be_the_institutions(client: Client, provider: Provider, path: str, said: object) -> None:
    back = there(client)
    provider.instead[path] = (200, said)
    answers = [client.get(back)] if path != WELL_KNOWN else [client.get(back), client.post(BEGIN)]
    for answer in answers:
        assert answer.status_code == 502
        assert "no fault of yours" in page_of(answer)
    assert not User.objects.exists()
    assert not mail.outbox


@pytest.mark.parametrize("path", [WELL_KNOWN, "/oauth2/token", "/userinfo"])
def test_an_error_of_theirs_is_none_of_ours(client: Client, provider: Provider, path: str) -> None:
    back = there(client)
    provider.instead[path] = (500, {"error": ANA})
    assert client.get(back).status_code == 502


def test_a_provider_speaks_for_no_other_issuer(client: Client, provider: Provider) -> None:
    """Or one institution would sign in as the people of another."""
    found = requests.get(provider.url + WELL_KNOWN, timeout=30).json()
    joined(member(), issuer="https://other.example")
    provider.instead[WELL_KNOWN] = (200, {**found, "issuer": "https://other.example"})
    assert client.post(BEGIN).status_code == 502


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "another-site"},
        {"exp": 1},
        {"exp": "soon"},
        {"azp": "another-site"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_or_over_opens_nothing(client: Client, provider: Provider, claims: dict[str, object]) -> None:
    joined(member(), issuer=provider.url)
    provider.says(SUB, **claims)
    assert come(client).status_code == 502
    assert signed_in_as(client) is None


def test_userinfo_of_somebody_else_opens_nothing(client: Client, provider: Provider) -> None:
    back = there(client)
    provider.instead["/userinfo"] = (200, {"sub": OTHER_SUB, "email": ANA, "email_verified": True})
    assert client.get(back).status_code == 502
    assert not mail.outbox


def test_who_gives_up_there_is_told_how_to_go_on(client: Client, provider: Provider) -> None:
    back = there(client, action="deny")
    if "state=" not in back:  # the mock forgets it, which the standard forbids (RFC 6749, 4.1.2.1)
        back += "&state=" + next(iter(client.session["socialaccount_states"]))
    answer = client.get(back)
    assert answer.status_code == 400
    assert "You did not sign in" in page_of(answer)


@pytest.mark.parametrize("query", ["", "?state=x&code=y", "?error=access_denied", "?state[]=x", "?state=%00"])
def test_a_lost_state_begins_again(client: Client, provider: Provider, query: str) -> None:
    answer = client.get(f"{BEGIN}callback/{query}")
    assert answer.status_code == 400
    assert "no longer knows of the sign-in" in page_of(answer)


def test_what_comes_back_counts_once_and_in_the_browser_that_went(client: Client, provider: Provider) -> None:
    joined(member(), issuer=provider.url)
    back = there(client)
    assert browser().get(back).status_code == 400
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 400
    assert client.post(back).status_code == 405


def test_the_provider_gets_a_proof_of_the_browser_and_is_asked_for_no_more_than_needed(client: Client, provider: Provider) -> None:
    url = client.post(f"{BEGIN}?scope=phone&auth_params=x%3D1")["Location"]
    assert "code_challenge_method=S256" in url
    assert set(re.search(r"scope=([^&]+)", url)[1].split("+")) == {"openid", "email"}  # type: ignore[index]
    assert "x=1" not in url


@pytest.mark.parametrize(
    ("token", "userinfo"),
    [
        ({"sub": ""}, {"sub": ""}),
        ({"sub": "a\0"}, {"sub": "a\0"}),
        ({"sub": "ñ"}, {"sub": "ñ"}),
        ({"sub": "a" * 256}, {"sub": "a" * 256}),
        ({"sub": 7}, {"sub": 7}),
        ({"sub": "a"}, {}),
        ({"sub": "a", "exp": None, "azp": "b"}, {"sub": "a"}),
    ],
    ids=str,
)
def test_what_names_nobody(token: dict[str, Any], userinfo: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"subject|for this site"):
        read_claims({"iss": "i", "exp": 1, **token}, userinfo, "puente")
    with pytest.raises(ValueError, match="for this site"):
        read_claims({"iss": "i", "sub": "a"}, {"sub": "a"}, "puente")


@pytest.mark.parametrize(
    ("methods", "counts"),
    [("mfa", True), ("pwd otp", True), ("pwd fpt", True), ("hwk pin", True), ("otp hwk", False), ("pwd pin", False), ("pwd sms", False)],
)
def test_what_is_a_second_factor(methods: str, counts: bool) -> None:
    assert Claims("i", "s", methods=frozenset(methods.split()), shown_at=1000.0).shows_factor(1000.0 + oidc_claims.FRESH) is counts
    assert not Claims("i", "s", methods=frozenset(methods.split()), shown_at=1000.0).shows_factor(1001.0 + oidc_claims.FRESH)


# What is kept, logged and offered.


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


@pytest.mark.database
def test_what_is_kept_is_handed_over_and_erased(client: Client, case: InstitutionCase) -> None:
    user = User.objects.get(pk=case.user_id)
    held = export_account(user=user)["held"]
    assert held["accounts.InstitutionIdentity"][0]["subject"] == OTHER_SUB
    assert held["accounts.InstitutionCase"][0]["subject"] == SUB
    erase_account(user=user, now=timezone.now())
    assert not InstitutionIdentity.objects.exists()
    assert not InstitutionCase.objects.exists()


def test_who_signs_in_with_an_app_otherwise_still_does(client: Client, provider: Provider) -> None:
    ana = member()
    joined(ana, issuer=provider.url)
    assert sign_in_with_app(client, ANA, give_app(ana)).status_code == 302
    assert signed_in_as(client) == ana


# The settings.

ENTRY = {"id": "uni", "name": "Universidad", "server_url": "https://uni.example/", "client_id": "c", "secret": "s"}


def test_what_the_settings_say() -> None:
    assert read_institutions("") == []
    (found,) = read_institutions(json.dumps([ENTRY]))
    assert found == {**ENTRY, "server_url": "https://uni.example", "factor_counts": False, "sign_in_urls": []}
    assert origins_of([found]) == ["https://uni.example"]
    more = {"sign_in_urls": ["https://login.example:8443/x", "https://uni.example/y"]}
    assert origins_of([{**found, **more}]) == ["https://uni.example", "https://login.example:8443"]
    assert apps_of([found])[0]["settings"] == {"server_url": "https://uni.example"}


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        ("{", "JSON"),
        ("{}", "list"),
        ("[7]", "objects"),
        (json.dumps([{"id": "uni"}]), "server_url"),
        (json.dumps([ENTRY, ENTRY]), "same id"),
        (json.dumps([ENTRY, {**ENTRY, "id": "two"}]), "same server_url"),
        *(
            (json.dumps([{**ENTRY, **wrong}]), word)
            for wrong, word in (
                ({"secret": " "}, "secret"),
                ({"client": "x"}, "unknown"),
                ({"factor_counts": "yes"}, "wrong type"),
                ({"id": "Uni/"}, "small letters"),
                ({"name": "x" * 41}, "40"),
                ({"server_url": "http://uni.example"}, "https"),
                ({"sign_in_urls": ["https://x.example; script-src *"]}, "https"),
                ({"sign_in_urls": [7]}, "https"),
            )
        ),
    ],
)
def test_what_is_wrong_in_the_settings_is_said(raw: str, word: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=word):
        read_institutions(raw)
