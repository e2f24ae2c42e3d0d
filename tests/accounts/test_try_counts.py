"""The ceilings of a day hold whatever happens to the cache, for any number of requests at once, and their table names nobody."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import try_counts
from accounts.models import TryCount
from accounts.upkeep import forget_old
from tests.accounts.door import ANA, NOBODY, member, sign_in
from tests.accounts.staff import app_code, give_app

pytestmark = [pytest.mark.django_db, pytest.mark.database]
WORDS = "four words of mine"
PASSWORD_DOOR = "/accounts/login/password/"


@pytest.fixture(autouse=True)
def limits(settings: Any) -> None:
    settings.ACCOUNT_DAY_LIMITS = {"send_code": 2, "try": 3, "try_known": 4, "second_factor": 3}


def guess(email: str = ANA, password: str = "wrong words entirely") -> int:
    """Try a password in a new browser, with a cache that has forgotten everything, as a full one may."""
    cache.clear()
    return Client().post(PASSWORD_DOOR, {"email": email, "password": password}).status_code


@pytest.mark.parametrize("email", [ANA, NOBODY])
def test_a_cache_that_forgets_gives_nobody_more_tries(email: str) -> None:
    member(password=WORDS)
    assert [guess(email) for _try in range(5)] == [422] * 3 + [429] * 2
    assert guess(email, WORDS) == 429, "not even the right one is tried"


@pytest.mark.parametrize("email", [ANA, NOBODY])
def test_nor_more_codes(email: str) -> None:
    member()
    asked = []
    for _time in range(4):
        cache.clear()
        asked.append(Client().post("/accounts/login/", {"email": email}).status_code)
    assert asked == [302, 302, 429, 429]
    assert len(mail.outbox) == 2


def test_nor_more_tries_at_the_second_step(client: Client) -> None:
    secret = give_app(member())
    asked, tried = sign_in(client), []
    for _try in range(4):
        cache.clear()
        tried.append(client.post(asked["Location"], {"code": "000000"}).status_code)
    assert tried == [422] * 3 + [429]
    assert client.post(asked["Location"], {"code": app_code(secret)}).status_code == 429


def test_a_code_of_an_app_serves_once_whatever_the_cache_forgets() -> None:
    secret = give_app(member())
    with time_machine.travel(timezone.now(), tick=False):
        code = app_code(secret)
        first, second = Client(), Client(HTTP_ACCEPT_LANGUAGE="en")
        assert first.post(sign_in(first)["Location"], {"code": code}).status_code == 302
        cache.clear()
        asked = second.post(sign_in(second)["Location"], {"code": code})
        assert asked.status_code == 422
        assert "used a moment ago" in asked.content.decode()


def test_what_was_right_is_not_counted() -> None:
    member(password=WORDS)
    assert [guess(password=WORDS) for _try in range(6)] == [302] * 6
    assert [guess() for _try in range(2)] == [422] * 2
    assert guess(password=WORDS) == 302
    assert [guess() for _try in range(2)] == [422, 429]


def test_a_refusal_by_the_day_leaves_the_count_of_minutes_as_it_was(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"try": "4/5m/key"}
    member(password=WORDS)
    tried = [Client().post(PASSWORD_DOOR, {"email": ANA, "password": "wrong words entirely"}).status_code for _try in range(9)]
    assert tried == [422] * 3 + [429] * 6
    TryCount.objects.all().delete()
    assert Client().post(PASSWORD_DOOR, {"email": ANA, "password": "wrong words entirely"}).status_code == 422, "the fourth"
    assert Client().post(PASSWORD_DOOR, {"email": ANA, "password": "wrong words entirely"}).status_code == 429, "the fifth"


def test_a_day_begins_with_its_first_try_and_is_over_after_twenty_four_hours() -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        assert [try_counts.count_in_a_day("try", ANA) for _try in range(4)] == [True, True, True, False]
        clock.move_to(start + timedelta(hours=23, minutes=59))
        assert not try_counts.count_in_a_day("try", ANA)
        clock.move_to(start + timedelta(hours=24))
        assert [try_counts.count_in_a_day("try", ANA) for _try in range(4)] == [True, True, True, False]


def test_limits_and_keys_are_counted_apart_and_without_a_limit_nothing_is() -> None:
    assert [try_counts.count_in_a_day("send_code", ANA) for _try in range(3)] == [True, True, False]
    assert try_counts.count_in_a_day("send_code", NOBODY)
    assert try_counts.count_in_a_day("try", ANA)
    assert all(try_counts.count_in_a_day("no such limit", ANA) for _try in range(100))
    assert TryCount.objects.count() == 3


def test_what_is_forgotten_is_counted_anew() -> None:
    assert [try_counts.count_in_a_day("send_code", ANA) for _try in range(3)] == [True, True, False]
    try_counts.forget("send_code", ANA)
    assert [try_counts.count_in_a_day("send_code", ANA) for _try in range(3)] == [True, True, False]


def test_the_table_names_nobody_and_forgets_what_is_over() -> None:
    guess()
    row = TryCount.objects.get()
    assert len(row.key_hash) == 64
    assert ANA not in f"{row} {row.key_hash}"
    forget_old(timezone.now())
    assert TryCount.objects.count() == 1
    forget_old(timezone.now() + timedelta(days=1, seconds=1))
    assert TryCount.objects.count() == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("concurrency")
def test_of_many_at_once_no_more_than_the_limit_are_let_through() -> None:
    gate = threading.Barrier(8, timeout=20)

    def attempt(_number: int) -> bool:
        gate.wait()
        try:
            return try_counts.count_in_a_day("try", ANA)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, range(8))) == [False] * 5 + [True] * 3
    assert TryCount.objects.get().number == 3
