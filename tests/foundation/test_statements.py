"""Statements written out: read again where a kept connection has died, planned once where the database keeps plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, connection, connections, transaction
from wagtail.models import Locale

from foundation import statements
from foundation.statements import Statement, insert_rows, scalar, update_row
from tests.factories import make_user

pytestmark = pytest.mark.database

LOCALE = Statement("SELECT {l} FROM wagtailcore_locale l WHERE l.language_code = %s", l=Locale)


def on_postgres(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that needs PostgreSQL, and transactions of its own."""
    reason = "only PostgreSQL keeps plans, and has connections that die"
    return pytest.mark.django_db(transaction=True)(pytest.mark.skipif(connection.vendor != "postgresql", reason=reason)(test))


def begin_a_request() -> None:
    """As Django does: nobody has looked yet whether the kept connection works."""
    connection.health_check_done = False  # type: ignore[attr-defined] # known to Django, not to its stubs


@pytest.mark.django_db
def test_nothing_found_is_none_and_what_a_left_join_lacks_is_none() -> None:
    assert LOCALE.first("xx") is None
    assert LOCALE.all("xx") == []
    assert scalar("SELECT id FROM wagtailcore_locale WHERE language_code = %s", "xx") is None
    both = Statement("SELECT {l}, {t}, 7 FROM wagtailcore_locale l LEFT JOIN django_content_type t ON t.id = -1", l=Locale, t=ContentType)
    row = both.first()
    assert row is not None
    assert isinstance(row[0], Locale)
    assert row[1:] == (None, 7)


@pytest.mark.django_db
def test_numbers_of_every_size_are_numbers() -> None:
    for number in (0, 1, 2**15, 2**31, 2**62):
        assert scalar("SELECT COUNT(*) FROM accounts_user WHERE id = %s", number) == 0
    person = make_user()
    assert scalar("SELECT email FROM accounts_user WHERE id = %s", person.pk) == person.email


@pytest.mark.django_db
def test_what_is_written_is_read_by_the_models() -> None:
    person = make_user()
    person.printed_name, person.show_name = "Ñandú “Quispe” 100%", True
    update_row(person, "printed_name", "show_name")
    person.refresh_from_db()
    assert (person.printed_name, person.show_name) == ("Ñandú “Quispe” 100%", True)
    keys = insert_rows(Locale, ("language_code",), [("qu",), ("ay",)]) + insert_rows(Locale, ("language_code",), [("gn",)])
    assert list(Locale.objects.filter(pk__in=keys).order_by("pk").values_list("language_code", flat=True)) == ["qu", "ay", "gn"]


@on_postgres
def test_a_plan_is_kept_and_is_used_again() -> None:
    for _time in range(3):
        assert LOCALE.first("es") is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), max(generic_plans + custom_plans) FROM pg_prepared_statements WHERE statement LIKE %s",
            ["%wagtailcore_locale l WHERE%"],
        )
        assert cursor.fetchone() == (1, 3)


@on_postgres
def test_behind_a_pooler_nothing_is_kept() -> None:
    connection.ensure_connection()
    threshold = connection.connection.prepare_threshold
    connection.connection.prepare_threshold = None  # what DATABASE_PREPARE=0 comes to
    try:
        before = _kept()
        for _time in range(3):
            assert LOCALE.first("pt") is not None
        assert _kept() == before
    finally:
        connection.connection.prepare_threshold = threshold


def _kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return int(cursor.fetchone()[0])


@on_postgres
def test_the_first_read_of_a_request_survives_a_connection_that_has_died() -> None:
    _kill_own_backend()
    begin_a_request()
    assert LOCALE.first("es") is not None


@on_postgres
def test_it_is_the_check_and_no_statement_stands_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    kept = connections["default"]
    monkeypatch.setattr(kept, "is_usable", lambda: asked.append(1) or True)  # type: ignore[func-returns-value]
    monkeypatch.setattr(kept, "health_check_enabled", True)
    begin_a_request()
    assert LOCALE.first("es") is not None
    Locale.objects.first()
    assert asked == [], "the connection has shown that it works"


@on_postgres
def test_inside_a_transaction_a_dead_connection_is_an_error() -> None:
    with pytest.raises(OperationalError):
        _read_after_a_kill_in_a_transaction()
    connection.close()


def _read_after_a_kill_in_a_transaction() -> None:
    with transaction.atomic():
        _kill_own_backend()
        LOCALE.first("es")


@on_postgres
def test_a_column_that_comes_or_goes_spoils_no_plan() -> None:
    assert LOCALE.first("es") is not None
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE wagtailcore_locale ADD COLUMN later integer NULL")
    try:
        assert LOCALE.first("es") is not None
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE wagtailcore_locale DROP COLUMN later")
    assert LOCALE.first("es") is not None


@on_postgres
def test_a_plan_that_a_migration_has_made_useless_is_made_anew() -> None:
    assert LOCALE.first("es") is not None
    with another_connection() as other:
        other.execute("ALTER TABLE wagtailcore_locale ALTER COLUMN language_code TYPE varchar(200)")
    try:
        assert LOCALE.first("es") is not None
        assert scalar("SELECT 7") == 7
    finally:
        with another_connection() as other:
            other.execute("ALTER TABLE wagtailcore_locale ALTER COLUMN language_code TYPE varchar(100)")


@pytest.mark.django_db(transaction=True)
def test_a_lock_or_a_timeout_is_said_and_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def locked(_connection: object, sql: str, *_more: object) -> list[object]:
        asked.append(sql)
        raise OperationalError("database is locked")

    monkeypatch.setattr(statements, "_asked", locked)
    begin_a_request()
    with pytest.raises(OperationalError, match="locked"):
        LOCALE.first("es")
    assert len(asked) == 1


@on_postgres
def test_after_a_rollback_it_is_planned_again() -> None:
    assert LOCALE.first("es") is not None
    with transaction.atomic():
        assert LOCALE.first("pt") is not None
        transaction.set_rollback(True)
    assert LOCALE.first("es") is not None


@contextmanager
def another_connection() -> Iterator[Any]:
    """A cursor of another connection to the same database."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            yield cursor
    finally:
        other.close()


def _kill_own_backend() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with another_connection() as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
