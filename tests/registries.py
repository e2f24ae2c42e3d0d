"""Entering something in a registry for one test, and leaving something out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from foundation.registry import E, Registry


@contextmanager
def as_before(registry: Registry[E]) -> Iterator[None]:
    """Put a registry back to what it was."""
    entries, ordered = dict(registry._entries), registry._ordered
    try:
        yield
    finally:
        registry._entries, registry._ordered = entries, ordered


@contextmanager
def entered(registry: Registry[E], entry: E) -> Iterator[E]:
    """Have one more entry for a while."""
    with as_before(registry):
        yield registry.register(entry)


@contextmanager
def left_out(registry: Registry[E], name: str) -> Iterator[None]:
    """Have one entry less for a while."""
    with as_before(registry):
        registry.remove(name)
        yield
