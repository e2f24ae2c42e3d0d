"""Triggers with which the database itself refuses to change or delete rows of a table, whoever asks.

Triggers, since a rule in Python binds only those who go through Python. They hold for every role that uses the table.
`install` is safe to repeat: SQLite loses triggers whenever Django remakes a table, so they are installed after every migration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.signals import post_migrate

# What PostgreSQL is asked before each trigger: (name, when, for each).
POSTGRES_TRIGGERS = (("rows", "BEFORE UPDATE OR DELETE", "ROW"), ("truncate", "BEFORE TRUNCATE", "STATEMENT"))


def refuse(event: str, table: str, says: str, when: str = "1") -> str:
    """Return the body of an SQLite trigger that ends a statement with an error."""
    return f"BEFORE {event} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{says}'); END"


def refuse_over(table: str, says: str, same: str) -> str:
    """Refuse to write over a row: INSERT OR REPLACE deletes the row in its way without calling the trigger for deletions."""
    return refuse("INSERT", table, says, f"EXISTS (SELECT 1 FROM {table} WHERE {same})")  # noqa: S608 - names of the caller


@dataclass(frozen=True, slots=True)
class TableGuard:
    """The triggers of one table.

    `migration` is the app and name of the migration that installs them first. `on_sqlite` gives the bodies of SQLite's triggers by
    name, for the columns that the table has; `on_postgres` is the body of the function, in plpgsql, that PostgreSQL's triggers call.
    """

    table: str
    migration: tuple[str, str]
    on_sqlite: Callable[[list[str]], dict[str, str]]
    on_postgres: str

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Put the triggers on, or bring them up to date."""
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                self._install_postgres(cursor)
                return
            columns = [column.name for column in connection.introspection.get_table_description(cursor, self.table)]
            for name, body in self.on_sqlite(columns).items():
                cursor.execute(f"DROP TRIGGER IF EXISTS guard_{self.table}_{name}")
                cursor.execute(f"CREATE TRIGGER guard_{self.table}_{name} {body}")

    def remove(self, connection: BaseDatabaseWrapper) -> None:
        """Take the triggers off: for a migration that has to mend rows, and for tests that empty the tables."""
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                for name, _when, _each in POSTGRES_TRIGGERS:
                    cursor.execute(f"DROP TRIGGER IF EXISTS guard_{self.table}_{name} ON {self.table}")
                cursor.execute(f"DROP FUNCTION IF EXISTS guard_{self.table}()")
                return
            for name in self.on_sqlite([]):
                cursor.execute(f"DROP TRIGGER IF EXISTS guard_{self.table}_{name}")

    def follow_migrations(self, app: AppConfig) -> None:
        """Install the triggers again after every migration of an app, once they have been installed first. Called from `ready()`."""

        def put_on_again(sender: object, using: str, **kwargs: Any) -> None:
            if self.migration in MigrationRecorder(connections[using]).applied_migrations():
                self.install(connections[using])

        post_migrate.connect(put_on_again, sender=app, weak=False, dispatch_uid=f"guard-{self.table}")

    def _install_postgres(self, cursor: Any) -> None:
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION guard_{self.table}() RETURNS trigger LANGUAGE plpgsql AS $guard${self.on_postgres}$guard$"
        )
        # Replacing a function waits for nobody; making a trigger waits for every writer: only where it is missing.
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [self.table])
        there = {name for (name,) in cursor.fetchall()}
        for name, when, each in POSTGRES_TRIGGERS:
            if f"guard_{self.table}_{name}" not in there:
                cursor.execute(
                    f"CREATE TRIGGER guard_{self.table}_{name} {when} ON {self.table} FOR EACH {each} EXECUTE FUNCTION guard_{self.table}()"
                )


def raise_in_postgres(says: str) -> str:
    """Return the statement of plpgsql that refuses with a sentence, as a broken rule of the database."""
    return f"RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = '{says}';"
