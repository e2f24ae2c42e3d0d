"""What we rely on in allauth without its promise: each name of accounts.allauth_internals, by what it does.

When an upgrade of allauth changes something, these tests say what, and accounts/allauth_internals.py is the place to mend it.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.base import SessionBase
from django.core import mail
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts import allauth_internals, allauth_oidc
from accounts.allauth_internals import CodeProcess, LoginStage, Stage
from accounts.models import User
from accounts.oidc_claims import Claims
from config.institutions import apps_of, read_institutions
from tests.accounts.door import ANA, NOBODY, code_in, member, wrong
from tests.accounts.staff import app_code

pytestmark = pytest.mark.django_db


def a_request(session: SessionBase | None = None, user: User | None = None, path: str = "/accounts/login/") -> HttpRequest:
    """Return a request of a browser, as the middleware leaves it."""
    request = RequestFactory().post(path)
    request.session = session or import_module(settings.SESSION_ENGINE).SessionStore()
    request.user = user or AnonymousUser()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    request.allauth = None  # type: ignore[attr-defined] # set by its middleware, for pages of another kind
    return request


@pytest.fixture
def request_() -> Iterator[HttpRequest]:
    """A request of nobody in particular, while allauth answers it."""
    request = a_request()
    with request_context(request):
        yield request


@pytest.fixture
def ana() -> User:
    return member(ANA)


@pytest.fixture
def of_ana(ana: User) -> Iterator[HttpRequest]:
    """A request of somebody who is signed in."""
    request = a_request(user=ana)
    with request_context(request):
        yield request


def began_sign_in(request: HttpRequest, user: User) -> tuple[LoginStage, CodeProcess]:
    """Send a code to sign in with; returns what waits for it."""
    allauth_internals.send_sign_in_code(request, user, user.email)
    stage = allauth_internals.stage_under_way(request, Stage.SIGN_IN_CODE)
    assert stage is not None
    process = allauth_internals.sign_in_code(stage)
    assert process is not None
    return stage, process


def test_every_name_has_a_test_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    for door in (allauth_internals, allauth_oidc):
        own = {
            name
            for name, value in vars(door).items()
            if inspect.isfunction(value) and value.__module__ == door.__name__ and not name.startswith("_")
        }
        short = door.__name__.rpartition(".")[2]
        assert sorted(name for name in own if f"{short}.{name}(" not in source) == []
        assert set(door.__all__) <= set(vars(door))


# Who shows who they are.


def test_a_session_notes_who_has_shown_who_they_are_and_how(of_ana: HttpRequest, ana: User) -> None:
    allauth_internals.record_authentication(of_ana, ana, "code", email=ANA)
    allauth_internals.record_authentication(of_ana, ana, allauth_internals.SECOND_FACTOR, id=7, type="totp")
    first, last = allauth_internals.authentication_records(of_ana)
    assert (first["method"], first["email"]) == ("code", ANA)
    assert (last["method"], last["id"], last["type"]) == ("mfa", 7, "totp")
    assert last["at"] >= first["at"] > 1_700_000_000


def test_the_notes_of_one_person_say_nothing_of_another(of_ana: HttpRequest, ana: User) -> None:
    allauth_internals.record_authentication(of_ana, ana, "code")
    other = a_request(session=of_ana.session, user=member(NOBODY))
    assert allauth_internals.authentication_records(other) == []


def test_a_session_made_without_the_pages_notes_the_same(ana: User) -> None:
    request = a_request(user=ana)
    request.session.update(allauth_internals.session_with_records(ana, [{"method": "mfa", "at": 1.0}]))
    assert allauth_internals.authentication_records(request) == [{"method": "mfa", "at": 1.0}]


# Signing in, up and out.


def test_an_address_is_free_when_nobody_else_has_it(ana: User) -> None:
    assert allauth_internals.is_address_free(NOBODY)
    assert not allauth_internals.is_address_free(ANA)
    assert allauth_internals.is_address_free(ANA, ana)


def test_a_right_password_signs_in_and_goes_on_to_the_page(request_: HttpRequest, ana: User) -> None:
    answer = allauth_internals.sign_in_with_password(request_, ana, ANA, "/learning/")
    assert answer["Location"] == "/learning/"
    assert request_.user == ana
    assert allauth_internals.authentication_records(request_)[-1]["method"] == "password"


def test_a_right_password_is_not_enough_with_a_second_factor(request_: HttpRequest, ana: User) -> None:
    allauth_internals.add_app(ana, allauth_internals.new_app_secret())
    answer = allauth_internals.sign_in_with_password(request_, ana, ANA, "")
    assert answer["Location"] == reverse("mfa_authenticate")
    assert not request_.user.is_authenticated
    stage = allauth_internals.stage_under_way(request_, Stage.SECOND_FACTOR)
    assert stage is not None
    assert allauth_internals.stage_user(stage) == ana
    assert allauth_internals.stage_made_for(stage) == ana.standing
    assert allauth_internals.stage_under_way(request_, Stage.SIGN_IN_CODE) is None
    assert allauth_internals.pass_stage(stage, "/learning/")["Location"] == "/learning/"
    assert request_.user == ana


def test_a_sign_in_that_is_given_up_is_gone(request_: HttpRequest, ana: User) -> None:
    stage, _process = began_sign_in(request_, ana)
    assert allauth_internals.abort_stage(stage)["Location"] == reverse("account_login")
    assert allauth_internals.stage_under_way(request_, Stage.SIGN_IN_CODE) is None


def test_an_institution_signs_in_but_for_the_second_factor(request_: HttpRequest, ana: User) -> None:
    allauth_internals.add_app(ana, allauth_internals.new_app_secret())
    answer = allauth_internals.sign_in_from_institution(request_, ana, "/learning/", is_past_factor=False)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert not request_.user.is_authenticated
    answer = allauth_internals.sign_in_from_institution(request_, ana, "/learning/", is_past_factor=True)
    assert answer["Location"] == "/learning/"
    assert request_.user == ana


def test_who_signs_up_must_type_the_code_sent_to_the_address(request_: HttpRequest) -> None:
    new = User.objects.create(email=NOBODY)
    EmailAddress.objects.create(user=new, email=NOBODY, primary=True)
    answer = allauth_internals.sign_up(request_, new, "/learning/")
    assert answer["Location"].startswith(reverse("account_email_verification_sent"))
    stage, process = allauth_internals.stage_under_way(request_, Stage.ADDRESS_CODE), allauth_internals.address_code(request_)
    assert stage is not None
    assert process is not None
    assert allauth_internals.sent_to(process) == NOBODY
    allauth_internals.note_address_code(request_, new)
    assert allauth_internals.made_for(process) == new.standing, "noted as it was sent, too"
    assert process.user == allauth_internals.stage_user(stage) == new
    assert allauth_internals.is_code(code_in(), process)
    address = allauth_internals.accept_address_code(process)
    assert address is not None
    assert address.verified
    assert allauth_internals.pass_stage(stage)["Location"] == "/learning/"
    assert request_.user == new


def test_logging_out_ends_the_session_and_a_reset_begun_in_it(client: Client, ana: User) -> None:
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    request = a_request(session=client.session, user=ana)
    with request_context(request):
        allauth_internals.send_password_code(request, ana, ANA)
        allauth_internals.log_out(request)
        assert not request.user.is_authenticated
        assert "_auth_user_id" not in request.session
        assert allauth_internals.password_code(request) is None


# Codes.


def test_a_code_to_sign_in_with(request_: HttpRequest, ana: User) -> None:
    stage, process = began_sign_in(request_, ana)
    assert mail.outbox[-1].to == [ANA]
    assert isinstance(process, CodeProcess)
    assert isinstance(stage, LoginStage)
    assert (allauth_internals.sent_to(process), process.user, process.is_valid()) == (ANA, ana, True)
    assert allauth_internals.is_code(code_in().replace("-", " "), process)
    assert not allauth_internals.is_code(wrong(code_in()), process)
    assert not allauth_internals.is_code("", process)
    assert allauth_internals.accept_sign_in_code(process, "/learning/")["Location"] == "/learning/"
    assert request_.user == ana
    assert allauth_internals.authentication_records(request_)[-1]["method"] == "code"


def test_an_address_without_account_gets_no_code_and_none_is_right(request_: HttpRequest) -> None:
    allauth_internals.send_sign_in_code(request_, None, NOBODY)
    assert mail.outbox[-1].to == [NOBODY]
    stage = allauth_internals.stage_under_way(request_, Stage.SIGN_IN_CODE)
    assert stage is not None
    assert allauth_internals.stage_user(stage) is None
    process = allauth_internals.sign_in_code(stage)
    assert process is not None
    assert process.user is None
    assert not allauth_internals.is_code("", process)


def test_wrong_tries_are_counted_and_the_last_one_forgets_the_code(request_: HttpRequest, ana: User) -> None:
    _stage, process = began_sign_in(request_, ana)
    most = settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS
    for used in range(1, most):
        assert process.record_invalid_attempt()
        assert allauth_internals.tries_left(process) == most - used
    assert not process.record_invalid_attempt()
    assert allauth_internals.stage_under_way(request_, Stage.SIGN_IN_CODE) is None


@pytest.mark.parametrize("kind", ["sign-in", "address", "password"])
def test_a_code_that_is_sent_again_is_another_and_has_the_time_of_the_first(request_: HttpRequest, ana: User, kind: str) -> None:
    process: CodeProcess | None
    if kind == "sign-in":
        _stage, process = began_sign_in(request_, ana)
    elif kind == "address":
        allauth_internals.send_address_code(request_, ana, NOBODY)
        process = allauth_internals.address_code(request_)
    else:
        allauth_internals.send_password_code(request_, ana, ANA)
        process = allauth_internals.password_code(request_)
    assert process is not None
    process.record_invalid_attempt()
    process.state["at"] -= 60
    former, began, made_for = code_in(), process.state["at"], allauth_internals.made_for(process)
    assert made_for == ana.standing
    allauth_internals.send_again(process)
    assert len(mail.outbox) == 2
    assert allauth_internals.is_code(code_in(), process)
    assert not allauth_internals.is_code(former, process)
    assert process.state["at"] == began
    assert allauth_internals.made_for(process) == made_for
    assert allauth_internals.seconds_left(process) == pytest.approx(settings.CODE_SECONDS - 60, abs=5)
    assert allauth_internals.times_resent(process) == 1
    assert allauth_internals.tries_left(process) == settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS - 1


def test_a_sending_that_is_pretended_is_counted_and_sends_nothing(request_: HttpRequest, ana: User) -> None:
    _stage, process = began_sign_in(request_, ana)
    former = code_in()
    allauth_internals.pretend_to_send_again(process)
    assert len(mail.outbox) == 1
    assert allauth_internals.times_resent(process) == 1
    assert allauth_internals.is_code(former, process)


def test_a_code_for_a_new_address_makes_it_the_accounts_own(of_ana: HttpRequest, ana: User) -> None:
    allauth_internals.send_address_code(of_ana, ana, NOBODY)
    assert mail.outbox[-1].to == [NOBODY]
    process = allauth_internals.address_code(of_ana)
    assert process is not None
    address = allauth_internals.accept_address_code(process)
    assert address is not None
    assert (address.email, address.user, address.verified) == (NOBODY, ana, True)
    assert allauth_internals.address_code(of_ana) is None


def test_a_code_for_a_new_password_lets_it_be_typed_and_signs_in(request_: HttpRequest, ana: User) -> None:
    allauth_internals.send_password_code(request_, ana, ANA)
    process = allauth_internals.password_code(request_)
    assert process is not None
    assert not allauth_internals.is_accepted(process)
    allauth_internals.accept_password_code(process)
    again = allauth_internals.password_code(request_)
    assert again is not None
    assert allauth_internals.is_accepted(again)
    answer = allauth_internals.finish_password_reset(again)
    assert answer is not None
    assert answer["Location"] == reverse("learning:index")
    assert request_.user == ana
    assert allauth_internals.password_code(request_) is None


# Limits.


def test_tries_are_counted_by_key_and_forgotten(request_: HttpRequest, settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"send_code": "1/m/key"}  # type: ignore[attr-defined]
    assert allauth_internals.count_towards_limit(request_, "send_code", ANA)
    assert not allauth_internals.count_towards_limit(request_, "send_code", ANA)
    assert allauth_internals.count_towards_limit(request_, "send_code", NOBODY)
    allauth_internals.forget_count(request_, "send_code", ANA)
    assert allauth_internals.count_towards_limit(request_, "send_code", ANA)


def test_a_count_can_be_taken_back(request_: HttpRequest, settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"try": "1/m/key"}  # type: ignore[attr-defined]
    count = allauth_internals.counted(request_, "try", ANA)
    assert count is not None
    assert allauth_internals.counted(request_, "try", ANA) is None
    count.rollback()
    assert allauth_internals.counted(request_, "try", ANA) is not None


def test_a_request_by_get_counts_too(settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"send_code": "1/m/key"}  # type: ignore[attr-defined]
    request = RequestFactory().get("/accounts/login/")
    assert allauth_internals.count_towards_limit(request, "send_code", ANA)
    assert not allauth_internals.count_towards_limit(request, "send_code", ANA)
    assert allauth_internals.counted(request, "send_code", ANA) is None


def test_a_network_of_ipv6_counts_as_one(request_: HttpRequest) -> None:
    request_.META["REMOTE_ADDR"] = "2001:db8:1:2:3:4:5:6"
    one = allauth_internals.network_of(request_)
    request_.META["REMOTE_ADDR"] = "2001:db8:1:2:ffff::1"
    assert allauth_internals.network_of(request_) == one
    request_.META["REMOTE_ADDR"] = "192.0.2.7"
    assert allauth_internals.network_of(request_) == "192.0.2.7"


def test_too_many_requests_are_refused_with_a_page_of_ours(request_: HttpRequest) -> None:
    answer = allauth_internals.page_over_limit(request_)
    assert answer.status_code == 429
    assert b"Puente" in answer.content


# The second factor.


def test_an_app_shows_codes_of_its_secret(ana: User) -> None:
    secret = allauth_internals.new_app_secret()
    assert secret != allauth_internals.new_app_secret()
    assert allauth_internals.is_app_code(secret, app_code(secret))
    assert not allauth_internals.is_app_code(allauth_internals.new_app_secret(), app_code(secret))


def test_an_app_is_stored_sealed_and_takes_a_code_once(ana: User) -> None:
    secret = allauth_internals.new_app_secret()
    app = allauth_internals.add_app(ana, secret)
    assert app.pk
    assert (app.user, app.type) == (ana, Authenticator.Type.TOTP)
    assert secret not in str(app.data)
    assert allauth_internals.uses_code(app, app_code(secret))
    assert not allauth_internals.uses_code(app, app_code(secret))


def test_recovery_codes_serve_once_and_stay_when_a_factor_is_added(ana: User) -> None:
    allauth_internals.add_recovery_codes(ana)
    allauth_internals.add_recovery_codes(ana)
    stored = Authenticator.objects.get(user=ana, type=Authenticator.Type.RECOVERY_CODES)
    first, *others = allauth_internals.unused_recovery_codes(stored)
    assert len(others) == 9
    assert allauth_internals.uses_code(stored, first)
    assert not allauth_internals.uses_code(stored, first)
    stored.refresh_from_db()
    assert allauth_internals.unused_recovery_codes(stored) == others


def test_a_passkey_is_asked_for_by_site_and_account(of_ana: HttpRequest, ana: User) -> None:
    asked = allauth_internals.ask_for_new_passkey(ana)["publicKey"]
    assert asked["rp"]["name"] == "Puente"
    assert asked["user"]["name"] == ANA
    assert asked["challenge"]
    assert allauth_internals.ask_for_passkey(ana)["publicKey"]["challenge"] != asked["challenge"]


def test_an_answer_nobody_asked_for_is_refused(of_ana: HttpRequest, ana: User) -> None:
    parts = ("clientDataJSON", "attestationObject", "authenticatorData", "signature")
    answer = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": dict.fromkeys(parts, "AAAA")}
    for check in (lambda: allauth_internals.check_new_passkey(answer), lambda: allauth_internals.check_passkey(ana, answer)):
        with pytest.raises((ValidationError, ValueError)):
            check()


def test_a_passkey_is_stored_with_its_name(ana: User) -> None:
    passkey = allauth_internals.add_passkey(ana, "Telephone", {"id": "AAAA"})
    assert passkey.pk
    assert (passkey.user, passkey.type) == (ana, Authenticator.Type.WEBAUTHN)
    assert passkey.data == {"name": "Telephone", "credential": {"id": "AAAA"}}


# Institutions (accounts.allauth_oidc); with a real provider in tests/accounts/institutions.

UNI = "https://uni.example"
ENDPOINTS = {name: f"{UNI}/{name}" for name in allauth_oidc.ENDPOINTS}


@pytest.fixture
def institution(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An institution that is asked for nothing."""
    entry = f'[{{"id": "uni", "name": "Uni", "server_url": "{UNI}", "client_id": "puente", "secret": "s"}}]'
    of_oidc = {**settings.SOCIALACCOUNT_PROVIDERS["openid_connect"], "APPS": apps_of(read_institutions(entry))}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": of_oidc}
    tokens = {"access_token": "t", "id_token": jwt.encode({"iss": UNI, "aud": "puente", "sub": "4711", "exp": time.time() + 60}, "k" * 32)}

    def answer(protocol: Any, url: str, **headers: str) -> dict[str, Any]:
        return {"sub": "4711"} if url == ENDPOINTS["userinfo_endpoint"] else {"issuer": UNI, **ENDPOINTS}

    monkeypatch.setattr("accounts.allauth_oidc._Protocol._answer", answer)
    client = "allauth.socialaccount.providers.oauth2.client.OAuth2Client.get_access_token"
    monkeypatch.setattr(client, lambda self, code, pkce_code_verifier: {**tokens, "code_was": code, "verifier_was": pkce_code_verifier})


@pytest.mark.usefixtures("institution")
def test_somebody_goes_to_an_institution_and_comes_back_known(request_: HttpRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = allauth_oidc.go_to_institution(request_, "uni", "/learning/", is_factor_asked=True)
    where, _mark, asked = answer["Location"].partition("?")
    query = QueryDict(asked)
    assert where == ENDPOINTS["authorization_endpoint"]
    assert (query["max_age"], query["code_challenge_method"], query["response_type"]) == ("3600", "S256", "code")
    assert query["redirect_uri"].endswith("/accounts/institution/uni/callback/")
    came: list[object] = []
    monkeypatch.setattr(
        "accounts.institution_adapter.arrived",
        lambda request, *said: came.extend(said) or HttpResponse("here"),  # type: ignore[func-returns-value]
    )
    back = RequestFactory().get("/accounts/institution/uni/callback/", {"state": query["state"], "code": "c"})
    back.session, back.user = request_.session, request_.user
    assert allauth_oidc.come_from_institution(back, "uni").content == b"here"
    assert came == ["uni", Claims(issuer=UNI, subject="4711"), "/learning/"]


def test_what_is_said_of_somebody_is_handed_on_as_it_was_read() -> None:
    claims = Claims(issuer=UNI, subject="4711")
    login = SimpleNamespace(account=SimpleNamespace(provider="uni"), claims=claims, state={})
    assert allauth_oidc.claims_of(login) == ("uni", claims, "")


@pytest.mark.usefixtures("institution")
def test_a_server_that_speaks_without_tls_is_not_asked(request_: HttpRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENDPOINTS, "token_endpoint", "http://uni.example/token")
    with pytest.raises(allauth_oidc.ProviderError):
        allauth_oidc.go_to_institution(request_, "uni", "", is_factor_asked=False)
