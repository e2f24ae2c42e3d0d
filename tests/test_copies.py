"""A course that is copied is a course that was made: row by row, in every table there is."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.utils import timezone
from django_tasks_db.models import get_date_max
from wagtail.blocks import StreamValue
from wagtail.models import Page

from courses.models import CoursePage
from tests import factories
from tests.copies import UUID, _later
from tests.factories import lessons_of, make_course, write_course

pytestmark = pytest.mark.database

Found = dict[str, list[dict[str, Any]]]
# A copy raises the content generation once and is indexed once; how much room a title takes among all depends on how many there are.
HOW_OFTEN = {"core.ContentChange", "core.ContentGeneration"}
APPROXIMATE = {"title_norm"}


def _everything() -> dict[type[models.Model], list[dict[str, Any]]]:
    """Every row of every table, by what the database holds and not by what somebody listed."""
    return {model: list(model._base_manager.order_by("pk").values()) for model in apps.get_models() if model._meta.managed}


def _difference(before: Any, after: Any) -> tuple[Found, Found]:
    """Rows that are new, and rows that were changed, by the model's label."""
    added: Found = {}
    changed: Found = {}
    for model, rows in after.items():
        key = model._meta.pk.attname
        known = {row[key]: row for row in before[model]}
        label = model._meta.label
        added[label] = [row for row in rows if row[key] not in known]
        changed[label] = [by for row in rows if row[key] in known and (by := _changed_by(known[row[key]], row))]
        assert known.keys() <= {row[key] for row in rows}, f"rows of {label} went away"
    return {k: v for k, v in added.items() if v}, {k: v for k, v in changed.items() if v}


def _changed_by(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What of a row is another, and of a number by how much."""
    return {
        name: value - before[name] if isinstance(value, int) else value
        for name, value in after.items()
        if _raw(value) != _raw(before[name])
    }


MOMENT = r"datetime\.datetime\([^)]*\)|\d{4}-\d\d-\d\dT[\d:.]+Z"
PATH = r"\b(?:0001)(?:[0-9A-Z]{4})+\b"
MADE_UP = re.compile(rf"(?P<moment>{MOMENT})|UUID\('{UUID.pattern}'\)|{UUID.pattern}|{PATH}|\b\d{{7,}}\b")


def _alike(text: str) -> list[str]:
    """The lines, with each key, UUID and path replaced by how many others came before it: what is the same stays the same."""
    names: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        key = found[0].removeprefix("UUID('").removesuffix("')")
        return "<moment>" if found["moment"] else names.setdefault(key, f"<{len(names)}>")

    return MADE_UP.sub(name, text).splitlines()


@pytest.fixture
def far_numbers(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """Keys of no two tables are alike, nor like any other number: a key in the wrong place can't be right by chance."""
    monkeypatch.setattr(factories, "_numbers", itertools.count(900_000_000))
    monkeypatch.setattr(factories, "_courses", {})
    with connection.cursor() as cursor:
        for number, model in enumerate(apps.get_models(), start=1):
            if not isinstance(model._meta.pk, models.AutoField):
                continue
            table, column, first = model._meta.db_table, model._meta.pk.column, number * 1_000_000
            if connection.vendor == "postgresql":
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [f'"{table}"', column, first])
            else:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, first])


def _written(found: Found) -> str:
    """All rows in one text, a line a row, to be compared as a whole: which key stands where must agree, too."""
    lines = []
    for label, rows in sorted(found.items()):
        if label in HOW_OFTEN:
            lines.append(f"{label}: changed")
            continue
        lines += [f"{label} { ({name: _raw(value) for name, value in row.items() if name not in APPROXIMATE})!r}" for row in rows]
    return "\n".join(lines)


def _raw(value: Any) -> Any:
    return list(value.raw_data) if isinstance(value, StreamValue) else value


KINDS: list[dict[str, Any]] = [
    {},
    {"lessons": 1, "assessments": 0},
    {"publish": False},
    {"lessons": 0, "assessments": 0},
    {"access": CoursePage.Access.ENROLLED, "topic": "health"},
    {"title": 'Él dice "sí" & <b>no</b> \\ 12'},
]


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.usefixtures("far_numbers")
def test_a_copied_course_is_row_by_row_what_its_author_would_have_made(kind: dict[str, Any]) -> None:
    make_course(**kind)
    start = _everything()
    make_course(**kind)
    between = _everything()
    write_course(**kind)
    end = _everything()
    copied, written = _difference(start, between), _difference(between, end)
    assert copied[0]
    assert written[0]
    for which in (0, 1):
        assert _alike(_written(copied[which])) == _alike(_written(written[which]))
    assert Page.find_problems() == ([], [], [], [], [])


@pytest.mark.django_db
def test_copies_share_no_key_with_one_another() -> None:
    first, second = make_course(), make_course()
    found = [set(UUID.findall(repr(_rows_of(course)))) for course in (first, second)]
    # Five pages; four questions with three options each.
    assert [len(keys) for keys in found] == [5 + 4 + 12] * 2
    assert found[0].isdisjoint(found[1])
    assert {lesson.slug for lesson in lessons_of(first)}.isdisjoint(lesson.slug for lesson in lessons_of(second))
    assert first.slug != second.slug


def _rows_of(course: CoursePage) -> list[Any]:
    pages = course.get_descendants(inclusive=True).specific()
    return [(page.translation_key, page.latest_revision.content) for page in pages]


def test_a_moment_that_is_none_stays_where_it_is() -> None:
    """A task that may run at once lies in the year 9999; moved by a second, it would wait until then."""
    at_once, began = get_date_max(), timezone.now()
    assert _later(at_once, timedelta(seconds=1)) == at_once
    assert _later(began, timedelta(seconds=1)) == began + timedelta(seconds=1)
