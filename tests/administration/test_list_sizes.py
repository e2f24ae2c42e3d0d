"""No number of learners makes the administrators' lists large or slow."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from administration.lists.paginator import MOST
from tests.administration.lists import EACH, admin, cost, rows, text_of
from tests.crowd import make_crowd
from tests.factories import make_course

__all__ = ["admin"]  # a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def crowd(rows_of_module: None) -> None:
    """20,000 learners. 100,000 are in benchmarks/admin_lists.py."""
    make_crowd([make_course() for _course in range(3)], 20_000)


@pytest.mark.parametrize(
    "query", ["", "?p=200", "?p=100000", "?q=maria", "?q=learner1999", "?q=zzzz", "?ordering=email", "?ordering=enrolled_on"]
)
@EACH
def test_lists_of_20000_stay_small(crowd: None, admin: Client, name: str, query: str) -> None:
    queries, size = cost(admin, f"/admin/{name}/{query}")
    assert queries < 25
    assert size < 200_000


@pytest.mark.database
def test_who_wants_more_than_the_pages_hold_is_told_what_to_do(crowd: None, admin: Client) -> None:
    answer = admin.get("/admin/learners/?p=99999999")
    assert f"of {MOST // 50}" in text_of(answer).replace(",", "") or f"de {MOST // 50}" in text_of(answer)
    assert len(rows(answer)) == 50
    offsets = [query["sql"] for query in _queries(admin, "/admin/learners/?p=99999999") if "OFFSET" in query["sql"]]
    assert all(int(re.findall(r"OFFSET (\d+)", sql)[0]) < MOST for sql in offsets)
    counts = [query["sql"] for query in _queries(admin, "/admin/learners/") if "COUNT(" in query["sql"] and "accounts_user" in query["sql"]]
    assert all("LIMIT" in sql or "GROUP BY" in sql for sql in counts)


@pytest.mark.database
@pytest.mark.parametrize("name", ["learners", "enrolments", "attempts"])
def test_who_searches_for_nearly_everyone_is_asked_for_more(crowd: None, admin: Client, name: str) -> None:
    for query in ("learner", "n"):
        answer = admin.get(f"/admin/{name}/?q={query}")
        assert rows(answer) == []
        assert "More than 10,000 fit this search" in text_of(answer)
    assert rows(admin.get(f"/admin/{name}/?q=learner1234")) != []


def _queries(client: Client, address: str) -> list[dict[str, str]]:
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return list(queries.captured_queries)
