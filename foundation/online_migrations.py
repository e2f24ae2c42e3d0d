"""Operations for migrations of large tables while people go on writing (docs/migrations.md).

On PostgreSQL an index is built concurrently, a constraint is added without looking at the rows and validated afterwards,
and values are filled in small batches: none keeps a writer waiting for longer than a moment. Elsewhere they do the same the
ordinary way. Their migration says `atomic = False`; each operation may be run again after it was interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import NotSupportedError, connections, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddIndex
from django.db.migrations.operations.base import Operation
from django.db.models import CheckConstraint, Q, UniqueConstraint

BATCH = 5_000


class AddIndexOnline(AddIndex):
    """Add an index of a model without keeping writers waiting."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        if schema_editor.connection.vendor != "postgresql":
            with schema_editor.connection.cursor() as cursor:
                there = schema_editor.connection.introspection.get_constraints(cursor, model._meta.db_table)
            if self.index.name not in there:
                super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        statement = str(self.index.create_sql(model, schema_editor, concurrently=True))
        build_index(schema_editor, self.index.name, statement)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        elif self.allow_migrate_model(schema_editor.connection.alias, from_state.apps.get_model(app_label, self.model_name)):
            drop_index(schema_editor, self.index.name)

    def describe(self) -> str:
        return f"Add index {self.index.name} on {self.model_name}, online"


class AddPostgresIndexOnline(Operation):
    """Add an index that Django can't describe, on PostgreSQL only. `on` is what follows ON: the table, the method and the columns."""

    reduces_to_sql = True

    def __init__(self, name: str, on: str) -> None:
        self.name, self.on = name, on

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Models know nothing of it."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            build_index(schema_editor, self.name, f"CREATE INDEX CONCURRENTLY {schema_editor.quote_name(self.name)} ON {self.on}")

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            drop_index(schema_editor, self.name)

    def describe(self) -> str:
        return f"Add index {self.name}, online, on PostgreSQL"


class AddConstraintOnline(AddConstraint):
    """Add a check, or a unique constraint, without keeping writers waiting while the rows are looked at.

    A check holds for new rows at once, and for all when it is validated; a row that breaks it fails the migration, and
    leaves the check for new rows in place. A unique constraint is an index first.
    """

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        if schema_editor.connection.vendor != "postgresql":
            # SQLite remakes the table: all of it, or nothing.
            with transaction.atomic(using=schema_editor.connection.alias):
                super().database_forwards(app_label, schema_editor, from_state, to_state)
        elif isinstance(self.constraint, CheckConstraint):
            self._check(model, schema_editor)
        elif isinstance(self.constraint, UniqueConstraint):
            self._unique(self.constraint, model, schema_editor)
        else:
            raise NotSupportedError(f"{type(self.constraint).__name__} can't be added online.")

    def _check(self, model: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        table, name = schema_editor.quote_name(model._meta.db_table), schema_editor.quote_name(self.constraint.name)
        if not constraint_exists(schema_editor, model._meta.db_table, self.constraint.name):
            schema_editor.execute(f"{self.constraint.create_sql(model, schema_editor)} NOT VALID", params=None)
        # Reads all rows, under a lock that lets everyone read and write.
        schema_editor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}", params=None)

    def _unique(self, constraint: UniqueConstraint, model: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        given = str(constraint.create_sql(model, schema_editor))
        name, table = constraint.name, model._meta.db_table
        if given.startswith("CREATE UNIQUE INDEX"):  # with a condition or an expression: an index is all that it is
            build_index(schema_editor, name, given.replace("CREATE UNIQUE INDEX", "CREATE UNIQUE INDEX CONCURRENTLY", 1))
            return
        if constraint_exists(schema_editor, table, name):
            return
        quoted, on = schema_editor.quote_name(name), schema_editor.quote_name(table)
        columns = ", ".join(schema_editor.quote_name(model._meta.get_field(field).column) for field in constraint.fields)
        build_index(schema_editor, name, f"CREATE UNIQUE INDEX CONCURRENTLY {quoted} ON {on} ({columns})")
        schema_editor.execute(f"ALTER TABLE {on} ADD CONSTRAINT {quoted} UNIQUE USING INDEX {quoted}", params=None)

    def describe(self) -> str:
        return f"Add constraint {self.constraint.name} on {self.model_name}, online"


class Backfill(Operation):
    """Fill a column of the rows that lack it, a batch in a transaction, in the order of the primary key.

    Args:
        where: which rows still need it. Must no longer be so of a row that was filled: then it goes on where it was interrupted.
        values: as `QuerySet.update()` takes them.
        pause: seconds between batches, for a database that is busy with other things.
    """

    reversible = True
    reduces_to_sql = False

    def __init__(self, model_name: str, *, where: Q, values: dict[str, Any], batch: int = BATCH, pause: float = 0) -> None:
        self.model_name, self.where, self.values, self.batch, self.pause = model_name, where, values, batch, pause

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return how it is written down."""
        named = {"where": self.where, "values": self.values, "batch": self.batch, "pause": self.pause}
        return type(self).__name__, [self.model_name], named

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Models stay as they are."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:
        model, alias = to_state.apps.get_model(app_label, self.model_name), schema_editor.connection.alias
        if not self.allow_migrate_model(alias, model):
            return
        rows, last = model._base_manager.using(alias), None
        while True:
            behind = rows.order_by("pk") if last is None else rows.filter(pk__gt=last).order_by("pk")
            # By keys and not by what is left to fill: each batch begins where the last one ended, and reads nothing twice.
            ends = list(behind.values_list("pk", flat=True)[: self.batch])
            if not ends:
                return
            with transaction.atomic(using=alias):
                rows.filter(self.where, pk__gte=ends[0], pk__lte=ends[-1]).update(**self.values)
            last = ends[-1]
            if self.pause:
                time.sleep(self.pause)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:
        """What was filled in may stay."""

    def describe(self) -> str:
        return f"Fill {', '.join(self.values)} of {self.model_name}, {self.batch} rows at a time"


def build_index(schema_editor: BaseDatabaseSchemaEditor, name: str, statement: str) -> None:
    """Build an index of PostgreSQL concurrently, unless it is there; one that was begun and not finished is built anew.

    Raises:
        NotSupportedError: in a transaction, where nothing can be built concurrently.
    """
    refuse_transaction(schema_editor)
    if (is_whole := _is_whole(schema_editor, name)) is not None:
        if is_whole:
            return
        drop_index(schema_editor, name)
    with _patience(schema_editor):
        schema_editor.execute(statement, params=None)


def drop_index(schema_editor: BaseDatabaseSchemaEditor, name: str) -> None:
    """Take an index of PostgreSQL away, if it is there, without keeping writers waiting."""
    refuse_transaction(schema_editor)
    with _patience(schema_editor):
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(name)}", params=None)


def refuse_transaction(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Refuse to work where everything would be undone together.

    Raises:
        NotSupportedError: see there.
    """
    if schema_editor.connection.in_atomic_block:
        raise NotSupportedError("This can't be done within a transaction: write `atomic = False` in the migration.")


def constraint_exists(schema_editor: BaseDatabaseSchemaEditor, table: str, name: str) -> bool:
    """Whether a table of PostgreSQL has a constraint of that name."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_constraint WHERE conrelid = %s::regclass AND conname = %s", [table, name])
        return cursor.fetchone() is not None


def _is_whole(schema_editor: BaseDatabaseSchemaEditor, name: str) -> bool | None:
    """Whether an index is there and finished; None if there is none."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [schema_editor.quote_name(name)])
        found = cursor.fetchone()
    return None if found is None else bool(found[0])


@contextmanager
def _patience(schema_editor: BaseDatabaseSchemaEditor) -> Iterator[None]:
    """Wait without limit: what is built concurrently waits for old transactions, and meanwhile nobody waits for it."""
    connection = connections[schema_editor.connection.alias]
    if schema_editor.collect_sql:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        limit = cursor.fetchone()[0]
        cursor.execute("SET lock_timeout = 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [limit])
