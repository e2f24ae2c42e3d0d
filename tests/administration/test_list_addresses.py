"""Addresses of the administrators' lists that nobody should send are answered, and a filter without a meaning shows nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.administration.lists import EACH, admin, rows
from tests.factories import finish_course, make_course

__all__ = ["admin"]  # a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(scope="module")
def finished(rows_of_module: None) -> None:
    """Somebody who has finished a course: there is a row in each list."""
    finish_course(make_course())


@EACH
@pytest.mark.parametrize(
    "query",
    [
        *("p=-1", "p=abc", "p=0", "p=999999999999999999999", "ordering=paper", "ordering=learner__password", "ordering=-", "ordering=?"),
        *(f"q={'x' * 10_000}", "q=%00", "q=%22", "q=%27", "q=%25", "q=_", "q=%F0%9F%98%80", "q=%EF%BF%BF", "unknown=1"),
    ],
)
def test_strange_addresses_are_answered(finished: None, admin: Client, name: str, query: str) -> None:
    answer = admin.get(f"/admin/{name}/?{query}")
    assert answer.status_code == 200
    assert len(answer.content) < 200_000


@pytest.mark.parametrize(
    "query",
    [
        *("course=00000000-0000-0000-0000-000000000000", "course=abc", "state=whatever", "learner=abc", "learner=99999999", "learner=-1"),
        *("learner=999999999999999999999999", "learner=٣", "enrolled_from=yesterday", "enrolled_to=2026-13-45", "enrolled_from=0000-00-00"),
        *("language=xx", "completed_from=10000000-01-01", "learner=%00", "course=%00"),
    ],
)
def test_a_filter_that_means_nothing_shows_nothing_never_everything(finished: None, admin: Client, query: str) -> None:
    answer = admin.get(f"/admin/enrolments/?{query}")
    assert answer.status_code == 200
    assert rows(answer) == []
