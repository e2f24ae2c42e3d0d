"""Fixtures of the library's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest
from django.utils import translation

OnCommit = Callable[[], AbstractContextManager[Any]]


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks: Any) -> OnCommit:
    """What follows a commit follows the block: kept pages are then out of date."""
    return partial(django_capture_on_commit_callbacks, execute=True)


@pytest.fixture
def in_english() -> Iterator[None]:
    """For what is tested by its words: the site's own language is Spanish."""
    with translation.override("en"):
        yield
