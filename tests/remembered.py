"""What many tests begin with, made once a process the long way, and put in again as it was for each of them.

For what begins on the bare site (tests/bare_site.py): a page of each class, a text under review, the demo. Making it costs
thousands of statements; putting its rows in again, one a table. Unlike a copy (tests/copies.py) it has the very keys that it
had: nothing else may have been made before it in the same test, or the database refuses the second row with a key.
`tests/test_remembered.py` compares what is put in with what was made, over every table there is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.db import models, transaction
from modelsearch.backends import get_search_backend
from modelsearch.index import Indexed
from wagtail.blocks import StreamValue
from wagtail.models import Page

from core.generation import content_changed
from tests.copies import TOLD, columns, insert_rows

Model = type[models.Model]
Table = dict[Any, dict[str, Any]]
Result = TypeVar("Result")


def tables() -> list[Model]:
    """Every model that has a table of its own, with those that only tie two others together."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy and model not in TOLD]


class Remembered(Generic[Result]):
    """Makes something on the bare site; the second time, puts in its rows. Returns what `make` has returned: keys, no objects."""

    def __init__(self, make: Callable[[], Result]) -> None:
        self.make = make
        self.added: dict[Model, list[dict[str, Any]]] | None = None
        self.changed: list[tuple[Model, Any, dict[str, Any]]] = []

    def __call__(self) -> Result:
        if self.added is None:
            self._make_and_remember()
        else:
            self._put_in(self.added)
        return self.result

    def _make_and_remember(self) -> None:
        before = _everything()
        self.result = self.make()
        added = {}
        for model, rows in _everything().items():
            known = before[model]
            assert known.keys() <= rows.keys(), f"rows of {model._meta.label} went away"
            if new := [row for key, row in rows.items() if key not in known]:
                added[model] = [{name: _plain(value) for name, value in row.items()} for row in new]
            self.changed += [(model, key, by) for key, row in rows.items() if key in known and (by := _difference(known[key], row))]
        self.added = added

    def _put_in(self, added: dict[Model, list[dict[str, Any]]]) -> None:
        with transaction.atomic():
            for model, rows in added.items():
                insert_rows(model, rows)
            for model, key, by in self.changed:
                model._base_manager.filter(pk=key).update(**by)
            self._tell(added)

    def _tell(self, added: dict[Model, list[dict[str, Any]]]) -> None:
        """Say to the search backend and to the content generation what is new, as saving does."""
        backend = get_search_backend()
        for model, rows in added.items():
            # Of a page, only as its own class.
            if issubclass(model, Indexed) and model is not Page:
                backend.add_bulk(model, model.get_indexed_objects().filter(pk__in=[row[model._meta.pk.attname] for row in rows]))
        content_changed()


def _everything() -> dict[Model, Table]:
    return {
        model: {row[model._meta.pk.attname]: row for row in model._base_manager.order_by("pk").values(*(f.attname for f in columns(model)))}
        for model in tables()
    }


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if _plain(value) != _plain(before[name])}


def _plain(value: Any) -> Any:
    """A value that belongs to no page: of a stream, its JSON as it is stored."""
    return list(value.raw_data) if isinstance(value, StreamValue) else value
