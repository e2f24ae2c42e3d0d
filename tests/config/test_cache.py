"""While Redis is away each process uses its own memory: nobody is told an error, and tries at the door are counted still."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache.backends.redis import RedisCacheClient
from redis.exceptions import ConnectionError as AwayError
from redis.exceptions import DataError, OutOfMemoryError

from config import cache as module
from config.cache import SteadyRedisCache


@pytest.fixture
def closed_port() -> int:
    """A port of this machine at which nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def away(closed_port: int) -> SteadyRedisCache:
    made = SteadyRedisCache(f"redis://127.0.0.1:{closed_port}/0", {})
    made.clear()
    return made


@pytest.fixture
def silent() -> Iterator[SteadyRedisCache]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield SteadyRedisCache(f"redis://127.0.0.1:{server.getsockname()[1]}/0", {"OPTIONS": {"socket_timeout": 0.2}})


def test_every_way_of_using_it_works_while_it_is_away(away: SteadyRedisCache) -> None:
    assert away.get("a") is None
    assert away.get("a", 7) == 7
    away.set("a", [1, 2], 60)
    assert away.get("a") == [1, 2]
    assert away.add("a", 3) is False
    assert away.add("b", 1) is True
    assert away.incr("b", 4) == 5
    assert away.decr("b") == 4
    assert away.touch("b", 60)
    assert away.has_key("b")
    assert "c" not in away
    away.set_many({"c": 1, "d": 2})
    assert away.get_many(["c", "d", "e"]) == {"c": 1, "d": 2}
    away.delete_many(["c", "d"])
    assert away.delete("a") is True
    assert away.get_or_set("f", lambda: 9) == 9
    away.clear()
    assert away.get("f") is None


def test_a_number_that_is_not_there_is_still_an_error(away: SteadyRedisCache) -> None:
    with pytest.raises(ValueError, match="not found"):
        away.incr("nothing")


def test_threads_share_what_is_kept_meanwhile(away: SteadyRedisCache, closed_port: int) -> None:
    """Otherwise limits of sign-in would count for each thread."""
    away.set("tries", 3)
    found: list[Any] = []

    def other() -> None:
        found.append(SteadyRedisCache(f"redis://127.0.0.1:{closed_port}/0", {}).get("tries"))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join(10)
    assert found == [3]


def test_it_is_said_once_and_without_the_address(away: SteadyRedisCache, caplog: pytest.LogCaptureFixture) -> None:
    SteadyRedisCache.outages.clear()
    secret = SteadyRedisCache("redis://:secret-word@127.0.0.1:1/0", {})
    with caplog.at_level(logging.WARNING, logger="config.cache"):
        for _request in range(20):
            secret.get("a")
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "secret-word" not in caplog.text


def test_a_silent_server_is_asked_once_and_then_left_alone(silent: SteadyRedisCache, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    get = RedisCacheClient.get
    monkeypatch.setattr(RedisCacheClient, "get", lambda self, key, default: asked.append(key) or get(self, key, default))  # type: ignore[func-returns-value]
    for number in range(50):
        assert silent.get(f"key-{number}") is None
    assert len(asked) == 1


def test_it_is_used_again_when_it_is_back(
    away: SteadyRedisCache, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert away.get("a") is None
    monkeypatch.setattr(RedisCacheClient, "get", lambda self, key, default: "from redis")
    assert away.get("a") is None, "left alone for a while"
    later = time.monotonic() + module.PAUSE_SECONDS + 1
    monkeypatch.setattr(module.time, "monotonic", lambda: later)
    with caplog.at_level(logging.WARNING, logger="config.cache"):
        assert away.get("a") == "from redis"
        assert away.get("a") == "from redis"
    assert [record.getMessage() for record in caplog.records] == ["The cache is back."]


@pytest.mark.parametrize("failure", [AwayError(), OutOfMemoryError("OOM command not allowed")], ids=lambda failure: type(failure).__name__)
def test_a_server_that_refuses_to_write_is_as_good_as_away(
    away: SteadyRedisCache, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    SteadyRedisCache.outages.clear()
    refusing = SteadyRedisCache("redis://127.0.0.1:2/0", {})

    def refuse(*args: Any) -> None:
        raise failure

    monkeypatch.setattr(RedisCacheClient, "set", refuse)
    refusing.set("a", 1)
    assert refusing.get("a") == 1


def test_a_mistake_of_ours_is_not_taken_for_an_outage(away: SteadyRedisCache, monkeypatch: pytest.MonkeyPatch) -> None:
    SteadyRedisCache.outages.clear()
    mistaken = SteadyRedisCache("redis://127.0.0.1:3/0", {})

    def refuse(*args: Any) -> None:
        raise DataError

    monkeypatch.setattr(RedisCacheClient, "set", refuse)
    with pytest.raises(DataError):
        mistaken.set("a", object)
