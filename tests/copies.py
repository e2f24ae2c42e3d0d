"""Rows made once the long way, and copies of them with keys of their own.

A course of three steps costs 600 statements when an author makes it: each page is saved, revised, published, logged and
indexed. Hundreds of tests need one and look at none of that. So the first course of a kind is made the author's way and
its rows are remembered; the next ones are those rows again, in one statement a table. `tests/test_copies.py` compares a
copy with a course made the long way, over every table there is, so that the two can't drift apart.

Nothing of a copy is shared with what it was copied from: primary keys, UUIDs, paths and addresses are new, and moments
lie as far from now as they did. That matters where the process itself remembers something by key.
"""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models import F, Max
from django.db.models.sql import InsertQuery
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from modelsearch.backends import get_search_backend
from wagtail.blocks import StreamValue
from wagtail.models import Locale, Page, Revision

from core.generation import content_changed
from core.models import ContentChange, ContentGeneration

Model = type[models.Model]
Words = Callable[[str], str]
Row = dict[str, Any]

# The year in which moments lie that are none (django_tasks_db: a task that may run at once).
NEVER = 9999
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
# Which text holds the key of a row of any table, and which column says the table.
ANY_ROW = {"object_id": "content_type_id", "to_object_id": "to_content_type_id"}
# What stands for itself under another number in another database: the number is looked up, not copied.
FOUND_BY_NAME: tuple[Model, ...] = (ContentType, Locale)
# Kept by the search backend and by the content generation, each in its own way: see `Rows._tell`.
TOLD = {ContentChange, ContentGeneration, *(model for model in apps.get_models() if "IndexEntry" in model.__name__)}


def tables() -> list[Model]:
    """Every model that has a table of its own and whose rows can be copied."""
    return [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy and model not in TOLD]


def keys() -> dict[Model, set[Any]]:
    """The primary keys of all rows there are."""
    return {model: set(model._base_manager.values_list("pk", flat=True)) for model in tables()}


def columns(model: Model) -> list[models.Field[Any, Any]]:
    """The columns of the model's own table: without those of a parent's."""
    return list(model._meta.local_concrete_fields)


def _root(model: Model) -> Model:
    """The model in whose table the primary key is given: of a page's class, Page."""
    parent = next((parent for parent, link in model._meta.parents.items() if link is not None and link.primary_key), None)
    return _root(parent) if parent else model


class Rows:
    """The rows that making a page has added, in every table."""

    def __init__(self, make: Callable[[], Page]) -> None:
        """Make the page the long way (`made`), and remember its rows.

        Raises:
            LookupError: a row points at one that is neither new nor can be found by its name: copies would share it.
        """
        before = keys()
        self.at = timezone.now()
        self.made = make()
        self.path, self.url_path = self.made.path, self.made.get_parent().url_path
        self.rows: dict[Model, list[Row]] = {}
        for model, known in before.items():
            new = model._base_manager.exclude(pk__in=known).order_by("pk").values(*(field.attname for field in columns(model)))
            if found := [{field.attname: _plain(row[field.attname]) for field in columns(model)} for row in new]:
                self.rows[model] = found
        self.keys = {(_root(model), row[model._meta.pk.attname]) for model, rows in self.rows.items() for row in rows}
        self.names = {ContentType: {}, Locale: {}}
        for model, row in self._each():
            for field in columns(model):
                self._check(field, row[field.attname])

    def _each(self) -> Iterator[tuple[Model, Row]]:
        return ((model, row) for model, rows in self.rows.items() for row in rows)

    def _check(self, field: models.Field[Any, Any], value: Any) -> None:
        """See that a foreign key leads to a row that is copied, or to one that can be found again."""
        if value is None or not isinstance(field, models.ForeignKey):
            return
        target = _root(field.related_model)
        if (target, value) in self.keys:
            return
        if target not in FOUND_BY_NAME:
            raise LookupError(f"{field} leads to {target.__name__} {value}, which is not part of what was made.")
        self.names[target][value] = _name(target._base_manager.get(pk=value))

    def copy(self, parent: Page, words: Words) -> int:
        """Put a copy below a page, with its texts changed by `words`; returns the key of the topmost page."""
        with transaction.atomic():
            copy = _Copy(self, parent, words)
            for model, rows in self.rows.items():
                insert_rows(model, [copy.row(model, row) for row in rows])
            Page.objects.filter(pk=parent.pk).update(numchild=F("numchild") + 1)
            self._tell(copy)
        return int(copy.keys[Page, self.made.pk])

    def _tell(self, copy: _Copy) -> None:
        """Say to the search backend and to the content generation what is new, as publishing does."""
        backend = get_search_backend()
        for model, rows in self.rows.items():
            if issubclass(model, Page) and model is not Page:
                pages = model._default_manager.filter(pk__in=[copy.keys[Page, row["page_ptr_id"]] for row in rows])
                backend.add_bulk(model, pages)
        content_changed()


class _Copy:
    """The keys, moments and texts of one copy."""

    def __init__(self, of: Rows, parent: Page, words: Words) -> None:
        self.of, self.words = of, words
        self.later = timezone.now() - of.at
        self.keys: dict[tuple[Model, Any], Any] = {}
        self.uuids: dict[uuid.UUID, uuid.UUID] = defaultdict(uuid.uuid4)
        self.names = {(model, name): found for model in FOUND_BY_NAME for name, found in _found_by_name(model, of.names[model]).items()}
        self.path, self.url_path = _next_path(parent), parent.url_path
        for model, rows in of.rows.items():
            if model is _root(model):
                olds = [row[model._meta.pk.attname] for row in rows]
                self.keys |= {(model, old): new for old, new in zip(olds, self._new_keys(model, olds), strict=True)}

    def _new_keys(self, model: Model, olds: list[Any]) -> list[Any]:
        if isinstance(model._meta.pk, models.UUIDField):
            return [self.uuids[old] for old in olds]
        if isinstance(model._meta.pk, models.ForeignKey):
            return [self.key(_root(model._meta.pk.related_model), old) for old in olds]
        return _free_numbers(model, len(olds))

    def row(self, model: Model, row: Row) -> Row:
        """A row as the copy has it."""
        new = {field.attname: self._value(field, row[field.attname]) for field in columns(model)}
        for key, table in ANY_ROW.items():
            if key in row and table in row:
                new[key] = self._key_in_any_table(row[table], row[key])
        if issubclass(model, Page) and "path" in row:
            new |= self._place(row)
        if model is Revision:
            new["content"] = self._content(row)
        return new

    def key(self, table: Model, old: Any) -> Any:
        """The key of a row: its copy's, or today's of one that is found by name."""
        return self.keys[table, old] if (table, old) in self.of.keys else self.names[table, old]

    def _value(self, field: models.Field[Any, Any], value: Any) -> Any:
        if value is None:
            return None
        if isinstance(field, models.ForeignKey):
            return self.key(_root(field.related_model), value)
        if field.primary_key:
            return self.keys[field.model, value]
        if isinstance(field, models.DateTimeField):
            return _later(value, self.later)
        return self._text(value)

    def _text(self, value: Any) -> Any:
        """Texts however deep in a JSON value, with the UUIDs and words of the copy."""
        match value:
            case uuid.UUID():
                return self.uuids[value]
            case str():
                return UUID.sub(lambda found: str(self.uuids[uuid.UUID(found[0])]), self.words(value))
            case list():
                return [self._text(item) for item in value]
            case dict():
                return {self._text(name): self._text(item) for name, item in value.items()}
        return value

    def _key_in_any_table(self, content_type: int, key: str) -> str:
        model = ContentType.objects.get_by_natural_key(*self.of.names[ContentType][content_type]).model_class()
        assert model is not None
        field = _root(model)._meta.pk
        old = field.to_python(key)
        new = self.keys.get((_root(model), old), old)
        return str(new)

    def _place(self, row: Row) -> Row:
        """Where a page stands in the tree, and its address."""
        return {
            "path": self.path + row["path"].removeprefix(self.of.path),
            "url_path": self.url_path + self._text(row["url_path"].removeprefix(self.of.url_path)),
        }

    def _content(self, revision: Row) -> Row:
        """The page that a revision holds: every field by its kind, as its row."""
        content = revision["content"]
        model = ContentType.objects.get_by_natural_key(*self.of.names[ContentType][revision["content_type_id"]]).model_class()
        assert model is not None
        fields = {field.name: field for field in model._meta.concrete_fields}
        new = {name: self._in_content(fields.get(name), value) for name, value in content.items()}
        return new | self._place(content) | {"pk": self.keys[_root(model), content["pk"]]}

    def _in_content(self, field: models.Field[Any, Any] | None, value: Any) -> Any:
        if value is not None and isinstance(field, models.ForeignKey):
            return self.key(_root(field.related_model), value)
        if isinstance(field, models.DateTimeField) and (moment := parse_datetime(value or "")):
            return DjangoJSONEncoder().default(_later(moment, self.later))
        return self._text(value)


def _later(moment: datetime, distance: timedelta) -> datetime:
    """A moment as far from now as it was; that which means "never", or "at once" of a task, is no moment and stays."""
    return moment if moment.year == NEVER else moment + distance


def _plain(value: Any) -> Any:
    """A value that belongs to no page: of a stream, its JSON as it is stored."""
    return list(value.raw_data) if isinstance(value, StreamValue) else value


def _name(row: models.Model) -> Any:
    return row.natural_key() if isinstance(row, ContentType) else row.language_code


def _found_by_name(model: Model, names: dict[Any, Any]) -> dict[Any, Any]:
    """Today's keys of rows, by the keys they had."""
    if model is ContentType:
        return {old: ContentType.objects.get_by_natural_key(*name).pk for old, name in names.items()}
    today = dict(Locale.objects.values_list("language_code", "pk"))
    return {old: today[name] for old, name in names.items()}


def _next_path(parent: Page) -> str:
    """The path of the next child of a page."""
    last = Page.objects.child_of(parent).aggregate(last=Max("path"))["last"]
    return str(Page(path=last)._inc_path() if last else Page._get_path(parent.path, parent.depth + 1, 1))


def _free_numbers(model: Model, how_many: int) -> list[int]:
    """Take numbers that the database would have given to the next rows of a table."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [f'"{table}"', column, how_many])
            return [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        (last,) = cursor.fetchone() or (0,)
        return [last + 1 + i for i in range(how_many)]


def insert_rows(model: Model, rows: list[Row]) -> None:
    """Insert rows as they are, without signals and without what a field does before it is saved."""
    fields = columns(model)
    objects = [SimpleNamespace(**row) for row in rows]
    size = connection.ops.bulk_batch_size(fields, objects)
    for start in range(0, len(objects), size):
        query = InsertQuery(model)
        query.insert_values(fields, objects[start : start + size], raw=True)
        query.get_compiler(connection=connection).execute_sql()
