"""What is put in again is what was made: row by row, in every table there is, and search finds the same."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from wagtail.models import Page

from tests.architecture.conftest import _publish_one_of_each
from tests.copies import TOLD
from tests.factories import make_user
from tests.remembered import Remembered, _plain

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table; of what the search backend and the content generation keep in their own way, how much."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy and model not in TOLD:
            rows = model._base_manager.order_by("pk").values()
            found[model._meta.label] = [{name: _plain(value) for name, value in row.items()} for row in rows]
    return found


def indexed() -> set[tuple[Any, ...]]:
    """What the search backend knows, whatever the keys of its rows."""
    entries = apps.get_model("wagtailsearch", "IndexEntry")._base_manager
    texts = ("sqliteftsindexentry__title", "sqliteftsindexentry__body") if connection.vendor == "sqlite" else ("title", "body")
    return set(entries.values_list("content_type", "object_id", *texts))


def taken_back(make: Remembered[Any]) -> tuple[Any, Any, Any]:
    """What there is after making something, which is taken back."""
    with transaction.atomic():
        result = make()
        found = (result, everything(), indexed())
        transaction.set_rollback(True)
    return found


def test_what_is_put_in_again_is_what_was_made() -> None:
    one_of_each = Remembered(_publish_one_of_each)
    bare = everything()
    made, put_in = taken_back(one_of_each), taken_back(one_of_each)
    assert made[1] != bare
    assert made == put_in
    with transaction.atomic():
        one_of_each()
        assert Page.find_problems() == ([], [], [], [], [])


def test_it_is_read_as_it_was(client: Client) -> None:
    one_of_each = Remembered(_publish_one_of_each)
    taken_back(one_of_each)
    keys = one_of_each()
    for page in Page.objects.filter(pk__in=keys.values()):
        assert client.get(page.get_url()).status_code == 200, page
    assert "Nota" in client.get("/es/search/?q=nota").content.decode()


def test_it_begins_on_the_bare_site_or_fails() -> None:
    one_made = Remembered(lambda: make_user().pk)
    taken_back(one_made)
    # SQLite gives the next row that key by itself; PostgreSQL's numbers go on, whatever is rolled back.
    make_user(pk=one_made.result)
    with pytest.raises(IntegrityError), transaction.atomic():
        one_made()


def test_what_takes_rows_away_is_refused() -> None:
    def take_away() -> None:
        page: models.Model = Page.objects.filter(numchild=0, depth__gt=1)[0]
        page.delete()

    with pytest.raises(AssertionError, match="went away"):
        Remembered(take_away)()
