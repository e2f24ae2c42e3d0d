"""Write rows into a table by the ten thousand: COPY on PostgreSQL, `bulk_create` elsewhere. No signal, no `save`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db import connection, models

Row = dict[str, Any]
# How COPY writes what would end a field or a line.
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"


class Table:
    """A table to fill. What a row does not name has the value that a new object of the model has."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField | models.BigAutoField)]
        blank = model()
        self._columns = [(field.attname, _encoder(field), getattr(blank, field.attname)) for field in fields]
        self._names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
        self._key = connection.ops.quote_name(str(model._meta.pk.column))

    def insert(self, rows: Sequence[Row], *, numbered: bool = False) -> list[int]:
        """Add rows. Returns their primary keys if asked to: those of a numbered table.

        The numbers are drawn from the table's own sequence, so it stands right afterwards, whoever else writes meanwhile.
        """
        if not rows:
            return []
        if connection.vendor != "postgresql":
            made = self.model._default_manager.bulk_create([self.model(**row) for row in rows], batch_size=500)
            return [instance.pk for instance in made] if numbered else []
        keys = self._reserve(len(rows)) if numbered else []
        names = f"{self._key}, {self._names}" if numbered else self._names
        columns = self._columns
        lines = ["\t".join([encode(row.get(name, default)) for name, encode, default in columns]) for row in rows]
        if numbered:
            lines = [f"{key}\t{line}" for key, line in zip(keys, lines, strict=True)]
        table = connection.ops.quote_name(self.model._meta.db_table)
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            copy.write("\n".join(lines) + "\n")
        return keys

    def _reserve(self, number: int) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [self.model._meta.db_table, self.model._meta.pk.column, number],
            )
            return [key for (key,) in cursor.fetchall()]


def _encoder(field: models.Field[Any, Any]) -> Callable[[Any], str]:
    """Return what writes values of a field as COPY reads them."""
    if isinstance(field, models.BinaryField):
        return _bits
    if isinstance(field, models.JSONField):
        return _json
    return _plain


def _bits(value: Any) -> str:
    written: str = value.to_bytes((value.bit_length() + 7) // 8, "little").hex()
    return f"\\\\x{written}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)


def _plain(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
