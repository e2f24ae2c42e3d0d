"""What a request costs in queries: never more for a longer course, for more events or for more courses."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courses.models import CoursePage, StepWaiver
from learning.models import Enrolment
from learning.services.start_attempt import start_attempt
from tests.factories import (
    assessment_of,
    done,
    enrol_in,
    event_json,
    finish_course,
    lessons_of,
    make_course,
    make_long_outline,
    make_user,
    resume,
    sign_in,
    slots_of,
    take_assessment,
    wrong_answers,
)

pytestmark = pytest.mark.django_db
AtMost = Callable[[int], AbstractContextManager[None]]

LENGTHS = pytest.mark.parametrize("length", [12, 1000])


def course_of(length: int) -> CoursePage:
    """A course whose outline has that many steps; three of them have pages."""
    course = make_course(lessons=2, assessments=1)
    make_long_outline(course, length)
    return course


def signed_in(client: Client, course: CoursePage) -> Enrolment:
    enrolment = enrol_in(course)
    sign_in(client, enrolment.learner)
    return enrolment


def without_transaction_ends(queries: CaptureQueriesContext) -> int:
    """How many queries: inside a test the two ends of a transaction are a savepoint and its release, and no queries of the batch."""
    return len([query for query in queries.captured_queries if "SAVEPOINT" not in query["sql"]])


def send(client: Client, course: CoursePage, events: list[Any]) -> Any:
    body = json.dumps({"course": str(course.key), "events": [event_json(event) for event in events]})
    return client.post("/learning/api/events", body, content_type="application/json")


@LENGTHS
@pytest.mark.parametrize("events", [1, 200])
def test_a_batch_of_events_costs_four(client: Client, length: int, events: int) -> None:
    course = course_of(length)
    enrolment = signed_in(client, course)
    keys = [step.key for step in enrolment.document.steps if step.kind.is_self_reported]
    batch = [done(keys[i % len(keys)]) for i in range(events)]
    with CaptureQueriesContext(connection) as queries:
        answer = send(client, course, batch)
    assert len(answer.json()["accepted"]) == events
    # The session with the person; the enrolment locked, its bits set, the outbox told.
    assert without_transaction_ends(queries) == 4, [query["sql"] for query in queries.captured_queries]
    with CaptureQueriesContext(connection) as again:
        assert send(client, course, batch).status_code == 200
    assert without_transaction_ends(again) <= without_transaction_ends(queries)


@LENGTHS
def test_refused_and_waived_and_newer_steps_cost_two_more_at_most(client: Client, length: int) -> None:
    course = course_of(length)
    enrolment = signed_in(client, course)
    newer = make_long_outline(course, length + 30).document.steps[length:]
    StepWaiver.objects.create(course_key=course.key, step_key=enrolment.document.steps[5].key)
    batch = [done(uuid.uuid4()), done(assessment_of(course).key), *[done(step.key) for step in newer], resume(newer[0].key)]
    with CaptureQueriesContext(connection) as queries:
        answer = send(client, course, batch)
    # One more to look for newer outlines, and one to read those that this process has not seen.
    assert without_transaction_ends(queries) <= 6
    assert (len(answer.json()["accepted"]), len(answer.json()["refused"])) == (31, 2)


def test_finishing_costs_the_same_at_any_length(client: Client) -> None:
    counts = []
    for length in (12, 1000):
        course = make_course(lessons=1, assessments=0)
        make_long_outline(course, length)
        enrolment = signed_in(client, course)
        steps = [step.key for step in enrolment.document.steps]
        for start in range(1, length, 200):
            send(client, course, [done(step) for step in steps[start : start + 200]])
        with CaptureQueriesContext(connection) as queries:
            assert send(client, course, [done(steps[0])]).json()["state"]["enrolment"]["completed"]
        counts.append(without_transaction_ends(queries))
    # The batch is four; and in the same transaction what is printed, the certificate and whose it is.
    assert counts == [4 + 3, 4 + 3]


@LENGTHS
def test_a_lesson_and_its_state_cost_at_most_three(
    client: Client, length: int, django_assert_num_queries: AtMost, django_assert_max_num_queries: AtMost
) -> None:
    course = course_of(length)
    signed_in(client, course)
    lesson = lessons_of(course)[0]
    send(client, course, [resume(lesson.key)])
    client.get(lesson.get_url())
    with django_assert_num_queries(1):
        assert client.get(lesson.get_url()).status_code == 200
    with django_assert_max_num_queries(2):
        answer = client.get(f"/learning/api/state/{course.key}")
    assert answer.json()["enrolment"]["summary"]["total"] == length
    assert answer.json()["enrolment"]["resume"]


@LENGTHS
def test_the_state_of_someone_with_newer_steps_done_costs_no_more(
    client: Client, length: int, django_assert_max_num_queries: AtMost
) -> None:
    course = course_of(length)
    signed_in(client, course)
    newer = make_long_outline(course, length + 10).document.steps[-1]
    send(client, course, [done(newer.key), done(lessons_of(course)[0].key)])
    client.get(f"/learning/api/state/{course.key}")
    with django_assert_max_num_queries(2):
        done_slots = client.get(f"/learning/api/state/{course.key}").json()["enrolment"]["done"]
    assert done_slots == slots_of(course, newer.key, lessons_of(course)[0].key)


def test_an_enrolled_only_lesson_costs_the_rule_more(client: Client, django_assert_max_num_queries: AtMost) -> None:
    course = make_course(access=CoursePage.Access.ENROLLED)
    signed_in(client, course)
    lesson = lessons_of(course)[0]
    client.get(lesson.get_url())
    # The generation, the session with the person, and the enrolment.
    with django_assert_max_num_queries(3):
        assert client.get(lesson.get_url()).status_code == 200


def count(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_all_states_and_my_learning_cost_the_same_for_one_course_and_for_fifteen(client: Client) -> None:
    person = make_user()
    sign_in(client, person)
    found = {}
    for total in (1, 15):
        while Enrolment.objects.count() < total:
            enrol_in(make_course(), person)
        client.get("/es/learning/")  # Wagtail keeps its list of root pages for an hour
        found[total] = [count(client, address) for address in ("/learning/api/state", "/es/learning/")]
    assert found[15] == found[1]
    assert found[15][0] == 2
    assert found[15][1] <= 7


@LENGTHS
@pytest.mark.parametrize(
    ("page", "budget"),
    [("", 12), ("steps/LESSON/", 14), ("steps/GRADED/", 13), ("steps/GRADED/attempts/OPEN/", 7), ("steps/GRADED/attempts/SENT/", 13)],
)
def test_private_pages_have_a_budget_at_any_length(
    client: Client, length: int, page: str, budget: int, django_assert_max_num_queries: AtMost
) -> None:
    course = course_of(length)
    enrolment = signed_in(client, course)
    graded = assessment_of(course)
    sent = [take_assessment(enrolment, graded, wrong_answers(graded)) for _number in range(2)][-1]
    opened = start_attempt(learner=enrolment.learner, course_key=course.key, step_key=graded.key, language="es")
    for word, value in (("LESSON", lessons_of(course)[0].key), ("GRADED", graded.key), ("OPEN", opened.pk), ("SENT", sent.pk)):
        page = page.replace(word, str(value))
    with django_assert_max_num_queries(budget):
        assert client.get(f"/es/learning/{course.key}/{page}").status_code == 200


def test_the_page_of_having_finished_has_a_budget(client: Client, django_assert_max_num_queries: AtMost) -> None:
    course = make_course()
    sign_in(client, finish_course(course).learner)
    with django_assert_max_num_queries(15):
        assert client.get(f"/es/learning/{course.key}/finish/").status_code == 200


@LENGTHS
def test_joining_and_the_public_pages_of_a_long_course_have_a_budget(
    client: Client, length: int, django_assert_max_num_queries: AtMost
) -> None:
    course = course_of(length)
    with django_assert_max_num_queries(16):
        assert client.get(f"/es/learning/{course.key}/").status_code == 200
    with django_assert_max_num_queries(24):
        assert client.get(course.get_url()).status_code == 200
    with django_assert_max_num_queries(1):
        assert client.get(course.get_url()).status_code == 200
