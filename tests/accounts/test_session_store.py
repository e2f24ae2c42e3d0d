"""Who is signed in is read with the session, in one statement, and never believed where Django would not believe it."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.services.end_sessions import end_sessions
from tests.accounts.door import member, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.database]
STATE = "/learning/api/state"


@pytest.fixture
def ana() -> User:
    return member()


@pytest.fixture
def browser(client: Client, ana: User) -> Client:
    """A browser in which Ana has gone through the door."""
    sign_in(client)
    return client


def is_known(client: Client) -> bool:
    """Whether the site knows who this is."""
    answer: dict[str, Any] = client.get(STATE).json()
    return bool(answer["signed_in"])


def test_the_door_leaves_what_makes_one_statement_enough(browser: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert is_known(browser)
    # Session and person; and what was asked for, their enrolments.
    assert len(queries) == 2, [query["sql"] for query in queries.captured_queries]


def test_the_person_is_whole(browser: Client, ana: User) -> None:
    request = browser.get("/accounts/").wsgi_request
    found, stored = request.user, User.objects.get(pk=ana.pk)
    names = [field.attname for field in User._meta.concrete_fields]
    assert [getattr(found, name) for name in names] == [getattr(stored, name) for name in names]
    assert isinstance(found, User)


def test_a_session_that_is_in_no_list_is_still_a_session(browser: Client) -> None:
    UserSession.objects.all().delete()
    assert is_known(browser)


def test_the_session_decides_and_not_the_list(browser: Client, ana: User) -> None:
    eva = member("eva@example.org")
    # As if they had the same password: it is not only its hash that tells them apart.
    User.objects.filter(pk=eva.pk).update(password=ana.password)
    UserSession.objects.update(user=eva)
    assert browser.get(STATE).wsgi_request.user == ana


def test_who_has_no_session_is_nobody(client: Client) -> None:
    assert not is_known(client)
    client.cookies[settings.SESSION_COOKIE_NAME] = "made-up-by-somebody-else-entirely"
    assert not is_known(client)


def test_a_session_that_has_run_out_is_none(browser: Client) -> None:
    Session.objects.update(expire_date=timezone.now())
    assert not is_known(browser)


def test_who_was_signed_out_everywhere_is_nobody_at_once(browser: Client, ana: User) -> None:
    end_sessions(user=ana)
    assert not is_known(browser)


def test_an_account_that_was_switched_off_is_nobody_at_once(browser: Client) -> None:
    User.objects.update(is_active=False)
    assert not is_known(browser)
    User.objects.update(is_active=True)
    assert not is_known(browser), "switched on again, they sign in again"


def test_another_password_ends_the_session_for_good(browser: Client, ana: User) -> None:
    before = ana.password
    ana.set_password("a quite different password")
    ana.save()
    assert not is_known(browser)
    User.objects.update(password=before)
    assert not is_known(browser)
    assert not Session.objects.exists()


def test_a_backend_that_is_no_longer_used_lets_nobody_in(browser: Client) -> None:
    with override_settings(AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.RemoteUserBackend"]):
        assert not is_known(browser)


def test_a_session_of_a_former_secret_goes_on_and_is_renewed(browser: Client) -> None:
    former = browser.cookies[settings.SESSION_COOKIE_NAME].value
    with override_settings(SECRET_KEY="another secret of thirty-two characters", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert is_known(browser)
        assert browser.cookies[settings.SESSION_COOKIE_NAME].value != former, "under another key, as Django does it"
        assert is_known(browser)
    assert not Session.objects.filter(session_key=former).exists()


def test_who_is_signed_out_everywhere_is_so_also_after_a_change_of_the_secret(browser: Client, ana: User) -> None:
    with override_settings(SECRET_KEY="another secret of thirty-two characters", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert is_known(browser)
        with CaptureQueriesContext(connection) as queries:
            assert is_known(browser)
        assert len(queries) == 2, "the list has followed, so one statement is enough again"
        end_sessions(user=ana)
        assert not is_known(browser)


def test_who_signs_in_as_somebody_else_is_somebody_else(browser: Client) -> None:
    eva = member("eva@example.org")
    browser.force_login(eva)
    assert browser.get(STATE).wsgi_request.user == eva
    assert browser.get(STATE).wsgi_request.user == eva


def test_who_changes_their_password_stays_signed_in_here_and_nowhere_else(browser: Client, ana: User) -> None:
    phone = Client()
    sign_in(phone)
    request = browser.get(STATE).wsgi_request
    ana.set_password("a quite different password")
    ana.save()
    update_session_auth_hash(request, ana)
    request.session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key or ""
    assert is_known(browser)
    assert not is_known(phone)


def test_a_former_secret_that_is_not_named_any_more_ends_the_session(browser: Client) -> None:
    with override_settings(SECRET_KEY="another secret of thirty-two characters"):
        assert not is_known(browser)


def test_an_address_that_looks_at_nobody_reads_no_session(browser: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        browser.get("/healthz")
    assert not queries.captured_queries
