"""Make many pages beside one that is there: copies of its rows, made by the database, because thousands of saves would take minutes."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import connection
from django.db.models import Max, Model
from wagtail.models import Page, Revision


def copy_page(page: Page, number: int) -> list[Page]:
    """Make so many published copies of a page beside it, each with a version of its own, and return them.

    Args:
        page: a specific page without pages below it, published by a version. Rows of other tables that point to it are not copied.
        number: how many.
    """
    parent = page.get_parent()
    first_id = _next_id(Page)
    first_step = int(page.get_siblings().last().path[-Page.steplen :], 36) + 1
    ids = range(first_id, first_id + number)
    made: dict[str, list[Any]] = {
        "id": list(ids),
        "path": [Page._get_path(parent.path, parent.depth + 1, first_step + n) for n in range(number)],
        "slug": [f"{page.slug}-{key}" for key in ids],
        "url_path": [f"{parent.url_path}{page.slug}-{key}/" for key in ids],
        "title": [f"{page.title} {key}" for key in ids],
        "draft_title": [f"{page.title} {key}" for key in ids],
        "translation_key": [uuid.uuid4() for _ in range(number)],
    }
    first_revision = _next_id(Revision)
    revisions = list(range(first_revision, first_revision + number))
    of_pages = {"id": revisions, "object_id": [str(key) for key in made["id"]]}
    _copy(Revision, page.latest_revision_id, of_pages)
    _copy(Page, page.pk, made | {"latest_revision_id": revisions, "live_revision_id": revisions})
    for model in (model for model in [*type(page)._meta.get_parent_list()[::-1], type(page)] if model is not Page):
        _copy(model, page.pk, {model._meta.pk.column: made["id"]})
    Page.objects.filter(pk=parent.pk).update(numchild=parent.numchild + number)
    return list(type(page).objects.filter(pk__in=made["id"]).order_by("path"))


def _next_id(model: type[Model]) -> int:
    return int(model._default_manager.aggregate(last=Max("pk"))["last"]) + 1


def _copy(model: type[Model], key: Any, changed: dict[str, list[Any]]) -> None:
    """Copy one row of a model's own table once for each value of `changed`, which names the columns that differ."""
    meta, quote = model._meta, connection.ops.quote_name
    fields = [field for field in meta.local_concrete_fields if field.column]
    columns = [field.column for field in fields]
    types = {field.column: field.rel_db_type(connection) or field.db_type(connection) for field in fields}
    read = ", ".join(f"made.{quote(column)}" if column in changed else f"source.{quote(column)}" for column in columns)
    arrays = ", ".join(f"%s::{types[column]}[]" for column in changed)
    names = ", ".join(map(quote, changed))
    statement = (
        f"INSERT INTO {quote(meta.db_table)} ({', '.join(map(quote, columns))}) SELECT {read} "
        f"FROM {quote(meta.db_table)} source, unnest({arrays}) AS made ({names}) WHERE source.{quote(meta.pk.column)} = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*changed.values(), key])
        if meta.pk.get_internal_type().endswith("AutoField"):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max({quote(meta.pk.column)}) FROM {quote(meta.db_table)}))",
                [meta.db_table, meta.pk.column],
            )
