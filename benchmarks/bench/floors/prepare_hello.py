"""Prepare the bare Django project: people with sessions, and a table with one row for each of them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from benchmarks.bench.people import sign_in
from benchmarks.bench.plans import get, post, task

CROWD = """
INSERT INTO auth_user (username, password, first_name, last_name, email, is_superuser, is_staff, is_active, date_joined)
SELECT 'crowd' || n, '!', '', '', '', false, false, true, now() FROM generate_series(%s::int, %s::int) n
"""


def make(sizes: dict[str, Any]) -> dict[str, Any]:
    """Make the people who act, and say how they are greeted."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_upsert (person bigint PRIMARY KEY, value bigint NOT NULL, at timestamptz NOT NULL)")
    people = User.objects.bulk_create(User(username=f"actor{n}", password="!") for n in range(sizes["actors"]))
    sessions = sign_in(people)
    ids = [person.pk for person in people]
    upsert = task(
        [[post("/upsert", session, {})] for session in sessions],
        reset=["UPDATE bench_upsert SET value = 0, at = 'epoch' WHERE person = ANY(%(ids)s)"],
        check="SELECT count(*) FROM bench_upsert WHERE person = ANY(%(ids)s) AND at > 'epoch'",
        ids=ids,
    )
    return {
        "hello": {"": task([[get("/hello")]])},
        "signed in": {"": task([[get("/signed-in", session)] for session in sessions])},
        "upsert": {"": upsert},
    }


def grow(learners: int) -> None:
    """Add other people."""
    with connection.cursor() as cursor:
        cursor.execute(CROWD, [User.objects.filter(username__startswith="crowd").count() + 1, learners])
