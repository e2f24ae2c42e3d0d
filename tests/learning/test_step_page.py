"""The private page of a step: drawn once for all who take the course, and each sees their own."""

from __future__ import annotations

import re
import uuid
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from courses.models import CoursePage, StepWaiver
from courses.outline import OutlineStep
from learning.models import Attempt, Enrolment
from learning.services.course_state import course_state, result_from
from learning.services.record_progress import record_progress
from learning.services.start_attempt import start_attempt
from learning.services.withdraw import withdraw
from learning.views import step_page
from tests.factories import (
    assessment_of,
    done,
    enrol_in,
    lessons_of,
    make_course,
    make_lesson,
    make_long_outline,
    make_user,
    module_of,
    pass_assessment,
    sign_in,
    take_assessment,
    wrong_answers,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(db: None) -> CoursePage:
    return make_course(lessons=3, assessments=1)


def address_of(enrolment: Enrolment, number: int | uuid.UUID = 0, language: str = "en") -> str:
    key = number if isinstance(number, uuid.UUID) else enrolment.document.steps[number].key
    return f"/{language}/learning/{enrolment.course_key}/steps/{key}/"


def client_of(enrolment: Enrolment) -> Client:
    client = Client()
    sign_in(client, enrolment.learner)
    return client


def see(enrolment: Enrolment, number: int | uuid.UUID = 0, query: str = "", language: str = "en") -> str:
    answer = client_of(enrolment).get(address_of(enrolment, number, language) + query)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    return answer.content.decode()


def assessment(enrolment: Enrolment) -> uuid.UUID:
    return next(step.key for step in enrolment.document.steps if step.rule)


def do(enrolment: Enrolment, number: int) -> None:
    key = enrolment.document.steps[number].key
    record_progress(learner=enrolment.learner, course_key=enrolment.course_key, events=[done(key)])


def test_everyone_sees_whether_they_have_done_it_and_their_own_name_and_token(course: CoursePage) -> None:
    one, other = enrol_in(course), enrol_in(course)
    do(one, 0)
    pages = [see(one), see(other), see(one)]
    assert ["This step is done" in page for page in pages] == [True, False, True]
    assert ["Mark as done and continue" in page for page in pages] == [False, True, False]
    assert [person.learner.email in page for page in pages for person in (one, other)] == [True, False, False, True, True, False]
    tokens = {re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', see(enrolment, 1))[1] for enrolment in (one, other)}  # type: ignore[index]
    assert len(tokens) == 2


def test_the_token_of_the_page_is_the_readers(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    see(enrol_in(course))
    strict = Client(enforce_csrf_checks=True)
    sign_in(strict, enrolment.learner)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', strict.get(address_of(enrolment)).content.decode())[1]  # type: ignore[index]
    assert strict.post(address_of(enrolment)).status_code == 403
    assert strict.post(address_of(enrolment), {"csrfmiddlewaretoken": token}).status_code == 302
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 1 << enrolment.document.steps[0].slot


def test_without_a_form_no_token_is_sent(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    client = client_of(enrolment)
    client.cookies.pop("csrftoken", None)
    do(enrolment, 0)
    assert "csrftoken" not in client.get(address_of(enrolment)).cookies
    assert "csrftoken" in client.get(address_of(enrolment, 1)).cookies


@pytest.mark.database
def test_it_is_drawn_once_for_all_who_stand_alike(course: CoursePage) -> None:
    people = [enrol_in(course) for _number in range(4)]
    do(people[3], 0)
    with patch.object(step_page, "_draw", wraps=step_page._draw) as draw:
        for person in [*people, *people]:
            see(person)
    assert draw.call_count == 2, "as one who has done it, and as one who has not"


@pytest.mark.database
def test_what_is_kept_knows_nobody(course: CoursePage) -> None:
    person = enrol_in(course, make_user("very.recognisable@example.org", printed_name="Very Recognisable"))
    start_attempt(learner=person.learner, course_key=course.key, step_key=assessment(person), language="en")
    for key in (0, 1, assessment(person)):
        see(person, key)
    kept = repr([(key, sheet.form._parts) for key, sheet in step_page._sheets._found.items()])
    assert str(course.key) in kept
    assert "ecognisable" not in kept
    assert f"/{Attempt.objects.get().pk}/" not in kept


def statements(enrolment: Enrolment, number: int | uuid.UUID) -> int:
    client, address = client_of(enrolment), address_of(enrolment, number)
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("length", [12, 1000])
def test_three_statements_at_any_length_and_one_for_attempts(length: int) -> None:
    """Session and person, the enrolment, the content generation; and the attempts at an assessment."""
    long = make_course(lessons=2, assessments=1)
    make_long_outline(long, length)
    enrolment = enrol_in(long)
    key = assessment_of(long).key
    assert statements(enrolment, length - 1) == 3
    assert statements(enrolment, key) == 4
    start_attempt(learner=enrolment.learner, course_key=long.key, step_key=key, language="en")
    assert statements(enrolment, key) == 4


def test_an_assessment_says_what_was_tried(course: CoursePage) -> None:
    one, other = enrol_in(course), enrol_in(course)
    key = assessment(one)
    assert "Start the assessment" in see(one, key)
    start_attempt(learner=one.learner, course_key=course.key, step_key=key, language="en")
    assert "Go on with the assessment" in see(one, key)
    assert "Start the assessment" in see(other, key)
    pass_assessment(other, assessment_of(course))
    page = see(other, key)
    assert "You have passed this assessment" in page
    assert "Attempt 1" in page
    assert "This step is done" in page
    assert "Attempt 1" not in see(one, key)


# What is kept ends with what it was drawn from


def test_another_title_and_another_course_title_are_seen_at_once(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    see(enrolment, language="es")
    lesson = lessons_of(course)[0]
    for page in (lesson, course):
        page.title = f"Quite <another> title of {page.pk}"
        page.save_revision().publish()
    shown = see(enrolment, language="es")
    assert all(escape(page.title) in shown for page in (lesson, course))


def test_a_waiver_leads_past_the_step(course: CoursePage) -> None:
    enrolment, first = enrol_in(course), lessons_of(course)
    do(enrolment, 0)
    assert first[1].title in see(enrolment, language="es")
    StepWaiver.objects.create(course_key=course.key, step_key=enrolment.document.steps[1].key)
    assert first[2].title in see(enrolment, language="es")


def test_a_lesson_that_is_gone_says_so(course: CoursePage) -> None:
    enrolment, lesson = enrol_in(course), lessons_of(course)[0]
    assert "Read the lesson" in see(enrolment)
    lesson.unpublish()
    assert "This lesson can no longer be opened" in see(enrolment)
    assert lesson.title in see(enrolment, language="es")


@pytest.mark.database
def test_a_query_is_not_kept(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    see(enrolment)
    kept = set(step_page._sheets._found)
    assert "utm=1" in see(enrolment, query="?utm=1"), "the links to the other languages repeat it, as before"
    assert set(step_page._sheets._found) == kept


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_step_of_no_outline_is_not_there(course: CoursePage, method: str) -> None:
    enrolment = enrol_in(course)
    answer = getattr(client_of(enrolment), method)(address_of(enrolment, uuid.uuid4()))
    assert answer.status_code == 404


def test_a_step_that_is_newer_than_ones_outline_is_shown(course: CoursePage) -> None:
    from courses.services.publish_structure import publish_structure

    enrolment = enrol_in(course)
    newer = make_lesson(module_of(course), title="Newer")
    publish_structure(course=course)
    enrolment = Enrolment.objects.get(pk=enrolment.pk)
    assert "Newer" in see(enrolment, newer.key, language="es")
    record_progress(learner=enrolment.learner, course_key=course.key, events=[done(newer.key)])
    assert "This step is done" in see(enrolment, newer.key)


def test_who_has_left_is_sent_to_join(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    see(enrolment)
    withdraw(learner=enrolment.learner, course_key=course.key)
    answer = client_of(enrolment).get(address_of(enrolment))
    assert (answer.status_code, answer["Location"]) == (302, f"/en/learning/{course.key}/")


def test_a_stranger_and_a_course_that_is_not_there(course: CoursePage) -> None:
    client = Client()
    sign_in(client, make_user())
    assert client.get(f"/en/learning/{course.key}/steps/{uuid.uuid4()}/").status_code == 302
    assert client.get(f"/en/learning/{uuid.uuid4()}/steps/{uuid.uuid4()}/").status_code == 404


def test_results_from_attempts_are_what_the_record_says(course: CoursePage) -> None:
    enrolment, page = enrol_in(course), assessment_of(course)
    step: OutlineStep = enrolment.document.by_key[page.key]
    assert step.rule is not None

    def both() -> tuple[object, object]:
        state = course_state(learner=enrolment.learner, course_key=course.key, language="en")
        assert state is not None
        assert step.rule is not None
        return result_from(step.rule, list(Attempt.objects.filter(enrolment=enrolment))), state.result_of(page.key)

    found = [both()]
    take_assessment(enrolment, page, wrong_answers(page))
    found.append(both())
    start_attempt(learner=enrolment.learner, course_key=course.key, step_key=page.key, language="en")
    found.append(both())
    pass_assessment(enrolment, page)
    found.append(both())
    assert [result for result, _said in found] == [said for _result, said in found]
    assert len({repr(result) for result, _said in found}) == 4
