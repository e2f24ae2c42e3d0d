"""Keep the site working while the shared cache is away: each process then uses its own memory, and says so in the log.

Pages, state and the record need no cache to be right. What the shared one is needed for is counting tries at the door; while
it is away each process counts for itself (docs/decisions/0028-memory-when-the-cache-is-away.md).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as AwayError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as SilentError
from redis.retry import Retry

logger = logging.getLogger(__name__)

# How long a request may wait for it. A server that is there answers in a thousandth of that.
CONNECT_SECONDS = 0.5
ANSWER_SECONDS = 1.0
# How long it is left alone after a failure: otherwise each request would wait for it anew.
PAUSE_SECONDS = 5.0
REMIND_SECONDS = 60.0
MEMORY_ENTRIES = 1000
# Not there, silent, or there and refusing: no memory, a full disk, a replica that is only read.
FAILURES = (AwayError, SilentError, ResponseError)

T = TypeVar("T")


class Outage:
    """Whether one server is away, for all threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_away = False
        self._ask_at = self._remind_at = 0.0

    def may_ask(self) -> bool:
        """Whether to ask the server; while it is away, one thread at a time does, after each pause."""
        if not self._is_away:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._ask_at:
                return False
            self._ask_at = now + PAUSE_SECONDS
            return True

    def began(self, failure: Exception) -> None:
        """Note that it did not answer."""
        with self._lock:
            now = time.monotonic()
            self._is_away, self._ask_at = True, now + PAUSE_SECONDS
            if now < self._remind_at:
                return
            self._remind_at = now + REMIND_SECONDS
        # Not the message: it may hold the address with its password.
        logger.error("The cache is away (%s): each process uses its own memory until it is back.", type(failure).__name__)

    def ended(self) -> None:
        """Note that it answered."""
        if self._is_away:
            with self._lock:
                was_away, self._is_away, self._remind_at = self._is_away, False, 0.0
            if was_away:
                logger.warning("The cache is back.")


class SteadyRedisCache(RedisCache):
    """Redis, and a memory of the process while Redis is away: no caller ever sees that it is."""

    # Django makes one backend for each thread; whether a server is away is known to all.
    outages: ClassVar[dict[str, Outage]] = {}

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        waits = {
            "socket_connect_timeout": CONNECT_SECONDS,
            "socket_timeout": ANSWER_SECONDS,
            # Once more, at once: a connection that lay idle may have been closed by the other side.
            "retry": Retry(NoBackoff(), 1),
        }
        super().__init__(server, {**params, "OPTIONS": {**waits, **params.get("OPTIONS", {})}})
        name = str(server)
        self._outage = self.outages.setdefault(name, Outage())
        self._memory = LocMemCache(f"while-away:{name}", {**params, "OPTIONS": {"MAX_ENTRIES": MEMORY_ENTRIES}})

    def _either(self, redis: Callable[..., T], memory: Callable[..., Any], *args: Any, **kwargs: Any) -> T:
        if self._outage.may_ask():
            try:
                answer = redis(*args, **kwargs)
            except FAILURES as failure:
                self._outage.began(failure)
            else:
                self._outage.ended()
                return answer
        found: T = memory(*args, **kwargs)
        return found

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Keep a value unless there is one."""
        return self._either(super().add, self._memory.add, *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """Return a value, or the default."""
        return self._either(super().get, self._memory.get, *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Keep a value."""
        self._either(super().set, self._memory.set, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        """Give a value another time to live."""
        return self._either(super().touch, self._memory.touch, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Forget a value."""
        return self._either(super().delete, self._memory.delete, *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Return several values."""
        return self._either(super().get_many, self._memory.get_many, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        """Say whether there is a value."""
        return self._either(super().has_key, self._memory.has_key, *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> int:
        """Add to a number; raises ValueError if there is none."""
        return self._either(super().incr, self._memory.incr, *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Keep several values."""
        return self._either(super().set_many, self._memory.set_many, *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        """Forget several values."""
        self._either(super().delete_many, self._memory.delete_many, *args, **kwargs)

    def clear(self) -> None:
        """Forget everything, here and there."""
        self._memory.clear()
        self._either(super().clear, lambda: None)
