"""Migrations of large tables: what they make is the same on both databases, may be interrupted, and keeps nobody waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, NotSupportedError, connection, connections, models, transaction
from django.db.migrations import AddField, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Q

from foundation.management.commands import migrate as migrate_command
from foundation.online_migrations import AddConstraintOnline, AddIndexOnline, AddPostgresIndexOnline, Backfill

TABLE = "online_thing"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("concurrency"), pytest.mark.database]


class Table:
    """A table as migrations see it, with what is done to it."""

    def __init__(self) -> None:
        self.state = ProjectState()
        fields = [
            ("id", models.BigAutoField(primary_key=True)),
            ("number", models.IntegerField()),
            ("name", models.CharField(max_length=20)),
        ]
        self.apply(CreateModel("Thing", fields, options={"db_table": TABLE}))
        self.model.objects.bulk_create(self.model(number=number, name=f"n{number}") for number in range(25))

    @property
    def model(self) -> Any:
        return self.state.apps.get_model("online", "Thing")

    def apply(self, operation: Operation, *, atomic: bool = False, backwards: bool = False) -> None:
        """Do one operation, as a migration with `atomic = False` does, or undo it."""
        after = self.state.clone()
        operation.state_forwards("online", after)
        with connection.schema_editor(atomic=atomic) as editor:
            if backwards:
                operation.database_backwards("online", editor, after, self.state)
            else:
                operation.database_forwards("online", editor, self.state, after)
        if not backwards:
            self.state = after


@pytest.fixture
def table() -> Iterator[Table]:
    made = Table()
    yield made
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


def constraints() -> dict[str, Any]:
    with connection.cursor() as cursor:
        found: dict[str, Any] = connection.introspection.get_constraints(cursor, TABLE)
    return found


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


NEWEST = models.Index(fields=["-number", "id"], name="thing_newest")


def test_an_index_is_added_once_and_taken_away(table: Table) -> None:
    operation = AddIndexOnline("thing", NEWEST)
    table.apply(operation)
    assert constraints()["thing_newest"]["index"]
    before = table.state
    table.apply(AddIndexOnline("thing", models.Index(fields=["name"], name="thing_name")))
    again = Table.__new__(Table)
    again.state = ProjectState(before.models)
    again.apply(AddIndexOnline("thing", NEWEST))
    assert "thing_newest" in constraints(), "what is there is left as it is"
    table.apply(operation, backwards=True)
    assert "thing_newest" not in constraints()


def test_a_check_is_added_and_holds_for_old_rows_and_new_ones(table: Table) -> None:
    table.apply(AddConstraintOnline("thing", models.CheckConstraint(condition=Q(number__gte=0), name="thing_not_negative")))
    with pytest.raises(IntegrityError), transaction.atomic():
        table.model.objects.create(number=-1, name="x")
    assert constraints()["thing_not_negative"]["check"]


def test_a_check_that_old_rows_break_fails_and_can_be_tried_again_when_they_are_mended(table: Table) -> None:
    table.model.objects.filter(number=3).update(number=-3)
    operation = AddConstraintOnline("thing", models.CheckConstraint(condition=Q(number__gte=0), name="thing_not_negative"))
    with pytest.raises(IntegrityError):
        table.apply(operation)
    table.model.objects.filter(number=-3).update(number=3)
    table.apply(operation)
    with pytest.raises(IntegrityError), transaction.atomic():
        table.model.objects.create(number=-1, name="x")


@pytest.mark.parametrize("condition", [None, Q(number__lt=100)])
def test_a_unique_constraint_is_added(table: Table, condition: Q | None) -> None:
    table.apply(AddConstraintOnline("thing", models.UniqueConstraint(fields=["name"], condition=condition, name="thing_name_once")))
    with pytest.raises(IntegrityError), transaction.atomic():
        table.model.objects.create(number=7, name="n7")
    assert constraints()["thing_name_once"]["unique"]


def test_values_are_filled_in_batches_and_go_on_where_they_were_interrupted(table: Table) -> None:
    table.apply(AddField("thing", "half", models.IntegerField(null=True)))
    table.model.objects.filter(number__lt=10).update(half=-1)
    seen: list[str] = []

    def watch(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(statement)
        return execute(statement, params, many, context)

    operation = Backfill("thing", where=Q(half__isnull=True), values={"half": models.F("number") / 2}, batch=4)
    with connection.execute_wrapper(watch):
        table.apply(operation)
    assert len([statement for statement in seen if statement.startswith("UPDATE")]) == 7
    assert set(table.model.objects.filter(number__lt=10).values_list("half", flat=True)) == {-1}
    assert all(thing.half == thing.number // 2 for thing in table.model.objects.filter(number__gte=10))


@pytest.mark.postgres
def test_an_index_that_was_begun_and_not_finished_is_built_anew(table: Table) -> None:
    table.model.objects.filter(number=4).update(name="n5")
    operation = AddConstraintOnline("thing", models.UniqueConstraint(fields=["name"], name="thing_name_once"))
    with pytest.raises(IntegrityError):
        table.apply(operation)
    assert "thing_name_once" in constraints(), "PostgreSQL leaves an index that is of no use"
    table.model.objects.filter(number=4).update(name="n4")
    table.apply(operation)
    with pytest.raises(IntegrityError), transaction.atomic():
        table.model.objects.create(number=7, name="n7")


@pytest.mark.postgres
def test_within_a_transaction_it_says_what_to_write(table: Table) -> None:
    with pytest.raises(NotSupportedError, match="atomic = False"):
        table.apply(AddIndexOnline("thing", NEWEST), atomic=True)


@pytest.mark.postgres
def test_an_index_of_postgres_alone_is_added_and_taken_away(table: Table) -> None:
    operation = AddPostgresIndexOnline("thing_words", f"{TABLE} USING gin (to_tsvector('simple', name))")
    table.apply(operation)
    assert "thing_words" in constraints()
    table.apply(operation, backwards=True)
    assert "thing_words" not in constraints()


@contextmanager
def elsewhere(act: Callable[[], None], until: threading.Event) -> Iterator[None]:
    """Do something in a transaction of another connection, which stays open until an event."""
    ready = threading.Event()

    def run() -> None:
        try:
            with transaction.atomic():
                act()
                ready.set()
                until.wait(30)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        until.set()
        thread.join(10)


@pytest.mark.postgres
def test_people_write_while_an_index_waits_for_an_old_transaction(table: Table) -> None:
    """However short the limit for locks is: whoever builds concurrently waits, and nobody waits for them."""
    over, built = threading.Event(), threading.Event()
    model = table.model

    def build() -> None:
        try:
            sql("SET lock_timeout = '100ms'")
            table.apply(AddIndexOnline("thing", NEWEST))
            with connection.cursor() as cursor:
                cursor.execute("SHOW lock_timeout")
                assert cursor.fetchone() == ("100ms",)
            built.set()
        finally:
            connections.close_all()

    with elsewhere(lambda: model.objects.filter(number=1).update(name="old"), over):
        builder = threading.Thread(target=build, daemon=True)
        builder.start()
        time.sleep(0.5)
        sql("SET lock_timeout = '2s'")
        model.objects.filter(number=2).update(name="new")
        sql("RESET lock_timeout")
        assert not built.is_set()
    builder.join(20)
    assert built.is_set()
    assert "thing_newest" in constraints()


@pytest.fixture
def impatient(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MIGRATION_LOCK_TIMEOUT, settings.MIGRATION_LOCK_TRIES = 0.2, 3
    monkeypatch.setattr(migrate_command, "PAUSE", 0.05)


def blocked_migrate(monkeypatch: pytest.MonkeyPatch, tries: list[int]) -> None:
    """Let Django's own command be one that changes the table of this test."""

    def alter(command: Any, *args: Any, **options: Any) -> None:
        tries.append(1)
        with transaction.atomic():
            sql(f"ALTER TABLE {TABLE} ADD COLUMN more integer")

    monkeypatch.setattr(migrate_command.Migrate, "handle", alter)


@pytest.mark.postgres
def test_migrate_gives_up_a_lock_tries_again_and_says_who_holds_it(table: Table, impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    tries, over, err = list[int](), threading.Event(), StringIO()
    blocked_migrate(monkeypatch, tries)
    model = table.model
    with (
        elsewhere(lambda: list(model.objects.select_for_update()[:1]), over),
        pytest.raises(CommandError, match=r"(?s)no lock on its table in 3 tries of 0\.2 s.*process \d+.*online_thing"),
    ):
        call_command("migrate", stderr=err)
    assert len(tries) == 3
    assert err.getvalue().count("Trying again") == 2
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.postgres
def test_migrate_goes_on_when_the_lock_is_free(table: Table, impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    tries, over = list[int](), threading.Event()
    blocked_migrate(monkeypatch, tries)
    monkeypatch.setattr(migrate_command.time, "sleep", lambda seconds: (over.set(), time.monotonic()))
    model = table.model
    with elsewhere(lambda: list(model.objects.select_for_update()[:1]), over):
        monkeypatch.setattr(migrate_command, "PAUSE", 0)
        call_command("migrate", stderr=StringIO())
    assert len(tries) >= 2
    with connection.cursor() as cursor:
        assert "more" in {column.name for column in connection.introspection.get_table_description(cursor, TABLE)}


@pytest.mark.postgres
def test_another_error_is_not_taken_for_a_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate_command.Migrate, "handle", lambda *args, **options: sql("SELECT 1/0"))
    with pytest.raises(Exception, match="division by zero"):
        call_command("migrate")
