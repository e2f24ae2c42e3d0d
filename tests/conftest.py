"""Fixtures that every test may use."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.cache import cache
from pytest_django.plugin import DjangoDbBlocker


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Keep the bare site in the test database: making four languages of it anew in each test takes most of the time."""
    from core.site import ensure_site

    with django_db_blocker.unblock():
        ensure_site()


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Start each test with an empty cache: content generations begin again in each."""
    cache.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs real concurrent writers where the database has none."""
    if "postgresql" in settings.DATABASES["default"]["ENGINE"]:
        return
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: make test-postgres"))
