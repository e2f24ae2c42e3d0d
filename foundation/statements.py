"""Run SQL that is written by hand, for the few statements that every request of a learner needs.

Django compiles a query anew at each use, which costs more than running it: a page out of the cache and an event of a
batch are mostly that. Here the SQL is a constant, its columns come from the models, and values pass through the models'
own converters, so that SQLite and PostgreSQL read and write the same. Everything else goes through querysets.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, InterfaceError, NotSupportedError, OperationalError, connections, models

Model = type[models.Model]


class Statement:
    """A SELECT whose `{name}` stands for all columns of a model under that alias, and whose other columns are plain values.

    The models come first, in the order of their names: `Statement("SELECT {e}, 1 FROM learning_enrolment e", e=Enrolment)`.
    Where a LEFT JOIN finds no row, None stands for the instance.
    `{string_agg}` is what the database calls the function that joins texts of a group.
    """

    def __init__(self, sql: str, **aliases: Model) -> None:
        self._template, self._models = sql, tuple(aliases.items())

    def first(self, *params: Any, ending: str = "") -> tuple[Any, ...] | None:
        """Return the first row: an instance for each model, then the other values; None if there is none.

        Args:
            params: one for each placeholder; keys and times as Python has them.
            ending: what follows the statement this time, as "FOR UPDATE".
        """
        return next(iter(self._rows(params, ending, most=1)), None)

    def all(self, *params: Any) -> list[tuple[Any, ...]]:
        """Return every row, as `first` does one."""
        return self._rows(params, "")

    def _rows(self, params: Sequence[Any], ending: str, most: int | None = None) -> list[tuple[Any, ...]]:
        connection = connections[DEFAULT_DB_ALIAS]
        written = _written(self._template, self._models, connection.vendor) + ending
        rows = _read(connection, written, params, most)
        return [self._instances(row, connection) for row in rows]

    def _instances(self, row: Sequence[Any], connection: Any) -> tuple[Any, ...]:
        start, found = 0, []
        for _alias, model in self._models:
            names, key, converters = _columns(model, connection.alias)
            part = list(row[start : start + len(names)])
            for place, column, conversions in converters:
                for convert in conversions:
                    part[place] = convert(part[place], column, connection)
            found.append(None if part[key] is None else model.from_db(connection.alias, names, part))
            start += len(names)
        return (*found, *row[start:])


def _read(connection: Any, sql: str, params: Sequence[Any], most: int | None) -> list[Any]:
    """Read rows. The first read of a request is also the check that a kept connection still works, in place of a statement before it.

    Reading twice does no harm. So a connection that has died is closed, and a new one asked; and so is one whose kept plan is older
    than a migration that changed the type of a column ("cached plan must not change result type"). Inside a transaction both are errors.
    """
    if connection.connection is None or connection.in_atomic_block:
        return _asked(connection, sql, params, most)
    connection.health_check_done = True
    try:
        return _asked(connection, sql, params, most)
    except (OperationalError, InterfaceError):
        # A lock or a timeout is no reason to ask again.
        if connection.is_usable():
            raise
    except NotSupportedError:
        pass
    connection.close()
    return _asked(connection, sql, params, most)


def _asked(connection: Any, sql: str, params: Sequence[Any], most: int | None) -> list[Any]:
    with prepared_cursor(connection) as cursor:
        cursor.execute(sql, _adapted(params, connection))
        found: list[Any] = cursor.fetchall() if most is None else cursor.fetchmany(most)
        return found


def prepared_cursor(connection: Any) -> Any:
    """Return a cursor whose statements PostgreSQL plans once a connection, and then only runs; an ordinary one elsewhere.

    Planning is most of what a short statement costs the database: Django sends each as a new text. Where a connection may not
    keep statements (`DATABASE_PREPARE=0`, for a pooler that hands connections around), they are sent to be planned each time.
    """
    # While queries are logged, an ordinary one: of a kept statement nobody could say what was asked.
    if connection.vendor != "postgresql" or connection.queries_logged:
        return connection.cursor()
    # What Django's `connection.cursor()` does, with another class of cursor.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    return connection._prepare_cursor(_prepared_class()(connection.connection))


@lru_cache(maxsize=1)
def _prepared_class() -> Any:
    from django.db.backends.postgresql.base import ServerBindingCursor

    class PreparedCursor(ServerBindingCursor):
        def execute(self, query: Any, params: Any = None) -> Any:
            return super().execute(query, params, prepare=True)  # type: ignore[misc] # psycopg's cursor, which mypy does not see in it

    return PreparedCursor


@lru_cache(maxsize=64)
def _written(template: str, aliases: tuple[tuple[str, Model], ...], vendor: str) -> str:
    lists = {alias: ", ".join(f"{alias}.{field.column}" for field in model._meta.concrete_fields) for alias, model in aliases}
    return template.format(**lists, string_agg="GROUP_CONCAT" if vendor == "sqlite" else "STRING_AGG")


@lru_cache(maxsize=64)
def _columns(model: Model, alias: str) -> tuple[list[str], int, list[tuple[int, Any, list[Any]]]]:
    """The names of a model's fields, the place of its key, and for those whose values are converted: place, column and converters."""
    connection, converters = connections[alias], []
    for place, field in enumerate(model._meta.concrete_fields):
        # Not `cached_col`: the column of a foreign key is converted as the key that it holds.
        column = field.get_col(model._meta.db_table)
        conversions = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
        if conversions:
            converters.append((place, column, conversions))
    names = [field.attname for field in model._meta.concrete_fields]
    return names, names.index(model._meta.pk.attname), converters


def _adapted(params: Sequence[Any], connection: Any) -> list[Any]:
    """Values as the database takes them: SQLite keeps keys as text and times without their zone."""
    if connection.features.has_native_uuid_field:
        return list(params)
    adapt = connection.ops.adapt_datetimefield_value
    return [value.hex if isinstance(value, UUID) else adapt(value) if isinstance(value, datetime) else value for value in params]


def scalar(sql: str, *params: Any) -> Any:
    """Return the first value of the first row of a statement; None if there is no row."""
    rows = _read(connections[DEFAULT_DB_ALIAS], sql, params, 1)
    return rows[0][0] if rows else None


def _field(model: Model, name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def update_row(instance: models.Model, *names: str) -> None:
    """Write some fields of a row that the caller has locked. No signal is sent: none of ours listens to these models."""
    model, connection = type(instance), connections[DEFAULT_DB_ALIAS]
    fields = [_field(model, name) for name in names]
    values = [field.get_db_prep_save(getattr(instance, field.attname), connection) for field in fields]
    with prepared_cursor(connection) as cursor:
        cursor.execute(_update_sql(model, names), [*values, instance.pk])


@lru_cache(maxsize=64)
def _update_sql(model: Model, names: tuple[str, ...]) -> str:
    sets = ", ".join(f"{_field(model, name).column} = %s" for name in names)
    return f"UPDATE {model._meta.db_table} SET {sets} WHERE {_field(model, 'pk').column} = %s"  # noqa: S608 - names of our own columns


def insert_rows(model: Model, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Any]:
    """Insert rows in one statement and return their keys; no signal is sent."""
    connection = connections[DEFAULT_DB_ALIAS]
    fields = [_field(model, name) for name in names]
    values = [field.get_db_prep_save(value, connection) for row in rows for field, value in zip(fields, row, strict=True)]
    places = ", ".join(["(" + ", ".join(["%s"] * len(fields)) + ")"] * len(rows))
    columns = ", ".join(field.column for field in fields)
    key = _field(model, "pk").column
    # As many shapes as there are numbers of rows: only the one of one row is worth keeping.
    with prepared_cursor(connection) if len(rows) == 1 else connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {places} RETURNING {key}", values)  # noqa: S608 - our own names
        return [row[0] for row in cursor.fetchall()]


def insert_row(instance: models.Model) -> None:
    """Insert an instance, which gets its key where the database gives it; no signal is sent."""
    model = type(instance)
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    (key,) = insert_rows(model, [field.name for field in fields], [[field.pre_save(instance, add=True) for field in fields]])
    if len(fields) < len(model._meta.concrete_fields):
        instance.pk = key
    instance._state.adding = False
    instance._state.db = DEFAULT_DB_ALIAS
