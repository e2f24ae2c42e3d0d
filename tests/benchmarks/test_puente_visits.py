"""What the benchmark asks of Puente is answered, and what it looks for in the database is there. On PostgreSQL, as the benchmark itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from wagtail.models import Page

from accounts.models import User
from benchmarks.bench.people import sign_in
from benchmarks.bench.plans import HOST
from benchmarks.bench.puente import prepare
from courses.models import CoursePage
from credentials.models import Credential
from knowledge.models import Edition, LibraryPage, PublicationPage
from learning.models import Enrolment
from tests.factories import make_site

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.database]
STEPS, PEOPLE = 8, 2


@pytest.fixture
def plan() -> dict[str, Any]:
    """The visits of two people in a course of eight steps."""
    make_site()
    staff = User.objects.create(email="staff@actors.example", is_superuser=True, language="es")
    people = User.objects.bulk_create(
        User(email=f"actor{n}@actors.example", password="!", printed_name=f"Ana Quispe {n}", language="es") for n in range(PEOPLE)
    )
    sessions = sign_in(people)
    found = prepare._visits(prepare.make_course(STEPS), people, sessions, staff)
    return found | {"T3/enrolled": prepare._gated(prepare.make_course(STEPS, access="enrolled"), people, sessions)}


def run_sql(statement: str, ids: list[int]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": ids} if "%(" in statement else None)
        return cursor.fetchone()[0] if cursor.description else None


def visit(requests: list[dict[str, Any]]) -> list[bytes]:
    bodies = []
    for request in requests:
        headers = {name: value for name, value in request["headers"].items() if name not in ("Accept-Encoding", "Content-Type")}
        answer = Client().generic(request["method"], request["path"], request["body"], "application/json", headers=headers)
        assert answer.status_code == request.get("status", 200), (request["path"], answer.status_code)
        bodies.append(b"".join(answer) if answer.streaming else answer.content)
    return bodies


@pytest.fixture(autouse=True)
def host() -> Any:
    with override_settings(ALLOWED_HOSTS=[HOST]):
        yield


def test_every_visit_is_answered_and_every_write_is_found(plan: dict[str, Any]) -> None:
    assert plan.keys() == set(prepare.TASKS)
    for name, task in plan.items():
        for _round in range(2):
            for statement in task["reset"]:
                run_sql(statement, task["ids"])
            if task["check"]:
                assert run_sql(task["check"], task["ids"]) == 0, name
            # Addresses that nobody made are many; a few of them say what all of them would.
            for requests in task["visits"][:PEOPLE]:
                visit(requests)
            if task["check"]:
                assert run_sql(task["check"], task["ids"]) == len(task["ids"]) == PEOPLE, name


def test_the_pages_are_those_that_are_meant(plan: dict[str, Any]) -> None:
    for statement in plan["T2"]["reset"]:
        run_sql(statement, plan["T2"]["ids"])
    page, state = visit(plan["T2"]["visits"][0])
    assert b"Lesson 3" in page
    assert b'"percent": 50' in state or b'"percent":50' in state
    [record] = visit(plan["T8"]["visits"][0])
    assert b"Lesson 3" in record, "the record is open: its reason was given"
    [progress] = visit(plan["T7"]["visits"][1])
    assert b"Lesson 3" in progress
    [summary] = visit(plan["T7/state"]["visits"][1])
    assert b'"total":' in summary


def test_completing_awards_one_certificate_each(plan: dict[str, Any]) -> None:
    for statement in plan["T6"]["reset"]:
        run_sql(statement, plan["T6"]["ids"])
    for requests in plan["T6"]["visits"]:
        visit(requests)
    assert Credential.objects.filter(enrolment_id__in=plan["T6"]["ids"]).count() == PEOPLE
    assert Enrolment.objects.filter(pk__in=plan["T6"]["ids"], completed_at__isnull=False).count() == PEOPLE


def test_many_pages_are_pages_that_wagtail_itself_would_have_made(plan: dict[str, Any]) -> None:
    library = LibraryPage.objects.get(locale__language_code="es")
    before = PublicationPage.objects.count()
    prepare.fill(before + 40, CoursePage.objects.count() + 1)
    works = list(PublicationPage.objects.child_of(library).order_by("path"))
    assert len(works) == before + 40 == Page.objects.get(pk=library.pk).numchild
    assert Page.find_problems() == ([], [], [], [], [])
    assert len({work.work_id for work in works}) == len({work.get_url() for work in works}) == len(works)
    last = works[-1]
    assert last.latest_revision.object_id == str(last.pk)
    assert Edition.objects.get(work=last.work_id).page_id == last.pk
    answer = Client().get(last.get_url(), headers={"host": HOST})
    assert (answer.status_code, last.title in answer.content.decode()) == (200, True)
    # Wagtail goes on from there.
    made = library.add_child(instance=PublicationPage(title="Another", slug="another", abstract="It says.", locale=library.locale))
    assert made.pk > last.pk
    assert Page.find_problems() == ([], [], [], [], [])
    [page] = visit(plan["T14"]["visits"][0])
    assert page.count(b"More options for") + page.count("Más opciones para".encode()) >= 50
