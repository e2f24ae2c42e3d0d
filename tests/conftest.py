"""Fixtures that every test may use."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from scripts.locks import one_at_a_time
from tests.template_database import Template, copied_first, kept_template

# A process of tests lives for minutes and has memory: half as much time goes into looking for what can be thrown away.
gc.set_threshold(50_000, 20, 100)

_blockers: list[DjangoDbBlocker] = []


def _flush_past_the_guards() -> None:
    """Let transactional tests empty the tables that the database otherwise lets nobody empty (foundation.table_guards)."""
    from accounts.db_triggers import GUARD as AUDIT_TRAIL
    from credentials.db_triggers import GUARD as CERTIFICATES

    flush = TransactionTestCase._fixture_teardown

    def without_guards(case: TransactionTestCase) -> None:
        for guard in (AUDIT_TRAIL, CERTIFICATES):
            guard.remove(connection)
        try:
            flush(case)
        finally:
            for guard in (AUDIT_TRAIL, CERTIFICATES):
                guard.install(connection)

    TransactionTestCase._fixture_teardown = without_guards  # type: ignore[method-assign]


@dataclass
class Kept:
    """The template of the database, and what is held until Django has made its own of it."""

    template: Template
    held: ExitStack

    def done(self) -> None:
        """Keep the migrated database, if there was none to copy, and let others have it."""
        if not self.template.was_copied:
            connection.ensure_connection()
            self.template.keep(connection.connection)
        self.held.close()


@pytest.fixture(scope="session")
def kept_database(request: pytest.FixtureRequest) -> Iterator[Kept | None]:
    """Let an earlier run with the same source lend its migrated database; None where none can be kept."""
    template, creation = kept_template(request.config), connection.creation
    if template is None or connection.vendor != "sqlite" or not creation.is_in_memory_db(creation._get_test_db_name()):
        yield None
        return
    with ExitStack() as held:
        creation._create_test_db = copied_first(creation._create_test_db, template, held)
        if not template.file.exists():
            held.enter_context(one_at_a_time(template.folder))
        yield Kept(template, held)


@pytest.fixture(scope="session")
def django_db_setup(kept_database: Kept | None, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Keep the bare site in the test database: making four languages of it anew in each test takes most of the time."""
    from tests.bare_site import make_bare_site

    _blockers.append(django_db_blocker)
    _flush_past_the_guards()
    with django_db_blocker.unblock():
        if kept_database:
            kept_database.done()
        make_bare_site()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """Put the bare site back after a transactional test, which empties every table at its end.

    Not after the last one: by then the test database is gone, and the connection leads to the real one.
    """
    yield
    marker = item.get_closest_marker("django_db")
    if nextitem is not None and marker and marker.kwargs.get("transaction") and _blockers:
        from tests.bare_site import make_bare_site

        with _blockers[-1].unblock():
            make_bare_site()


@pytest.fixture(scope="module")
def rows_of_module(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let a fixture of a module make rows that all its tests start from: made once, taken back after the last of them.

    Each test changes rows inside a savepoint of its own, as ever. Objects in memory are shared, so such a fixture gives keys or
    what no test changes. A module with a transactional test can't have it: that one empties the tables.
    """
    with django_db_blocker.unblock():
        cache.clear()
        translation.deactivate()
        around = transaction.atomic()
        around.__enter__()
        try:
            yield
        finally:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)


@pytest.fixture(scope="session", autouse=True)
def charts_drawn_once() -> Iterator[None]:
    """Draw each chart once a process: the renderer starts a process of its own each time, for the same picture."""
    from knowledge import chart_renderer
    from tests.knowledge.drawn_once import DrawnOnce

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chart_renderer, "draw", DrawnOnce(chart_renderer.draw))
        yield


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Start each test with empty caches, the process's own among them: content generations begin again in each."""
    from tests import process_caches

    cache.clear()
    process_caches.empty()


@pytest.fixture(autouse=True)
def first_language() -> None:
    """Start each test in the site's first language: a request of the test before may have left its own behind."""
    translation.deactivate()


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs real concurrent writers where the database has none; let one process make the rows of a module."""
    on_postgresql = "postgresql" in settings.DATABASES["default"]["ENGINE"]
    for item in items:
        if item.get_closest_marker("postgres") and not on_postgresql:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: make test-postgres"))
        if "rows_of_module" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of every search for garbage: it stays to the end."""
    gc.collect()
    gc.freeze()
