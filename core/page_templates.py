"""Draw a private page once without the person, keep the text, and fill in the values of each person.

Drawing a page with Django's templates costs more than all else that such a page needs. So it is drawn once, from what everyone
may read, with a mark wherever something about the person belongs; the text between the marks is kept, and each request puts
the person's own values between. Nothing about anybody can be kept by mistake: the person is not there when the page is drawn.
"""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

# Made anew by each process, so that no title or text that somebody writes can look like a mark.
_TOKEN = secrets.token_hex(8)
_MARK = re.compile(f"{_TOKEN}<([^<>]+)>")

T = TypeVar("T")
# Which there are in this process. It only ever grows while modules are imported.
_all: WeakSet[Kept[Any]] = WeakSet()


def mark(name: str) -> SafeString:
    """Return what stands for a person's value in a page that is to be kept. It may be given to a template like any text."""
    return mark_safe(f"{_TOKEN}<{name}>")  # noqa: S308 - it is taken out again before anybody sees it


class PageTemplate:
    """A drawn page with marks in it."""

    def __init__(self, drawn: str) -> None:
        self._parts = _MARK.split(drawn)

    def has(self, name: str) -> bool:
        """Whether there is a mark of this name."""
        return name in self._parts[1::2]

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the page with a value for each mark; what is not marked as safe is escaped.

        Raises:
            KeyError: there is no value for a mark.
        """
        parts = self._parts[:]
        parts[1::2] = [conditional_escape(values[name]) for name in parts[1::2]]
        return "".join(parts)


class Kept(Generic[T]):
    """What was drawn and is asked for most lately, in this process's memory: only ever a copy of what can be drawn again.

    `weigh` says how much one is, and `most` how much all may be; one that is more by itself is not kept.
    """

    def __init__(self, most: int, weigh: Callable[[T], int] = lambda _one: 1) -> None:
        self._most, self._weigh = most, weigh
        self._found: OrderedDict[Hashable, T] = OrderedDict()
        self._weight, self._lock = 0, Lock()
        _all.add(self)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under a key; made, and kept in place of what was not asked for longest, if there is nothing."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()
        with self._lock:
            if key not in self._found and self._weigh(made) <= self._most:
                self._found[key] = made
                self._weight += self._weigh(made)
            while self._weight > self._most:
                _key, oldest = self._found.popitem(last=False)
                self._weight -= self._weigh(oldest)
        return made

    def forget(self) -> None:
        """Keep nothing of what is kept."""
        with self._lock:
            self._found.clear()
            self._weight = 0


def forget_all() -> None:
    """Keep nothing of what this process keeps: for tests, in which content generations begin again."""
    for kept in list(_all):
        kept.forget()
