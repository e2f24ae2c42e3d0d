"""Answers sent after the session has ended: kept for their learner, for a day, and nobody else can leave anything on the site by it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from django.utils import timezone

from accounts.privacy import export_records
from courses.models import CoursePage
from foundation.upkeep import CHORES
from learning.models import Attempt, Enrolment, HeldAnswers
from learning.services.hold_answers import HELD_FOR, LARGEST, hold_answers, sign_form, take_held_answers
from learning.services.start_attempt import start_attempt
from learning.services.submit_attempt import submit_attempt
from tests.factories import assessment_of, enrol_in, make_course, right_answers, wrong_answers

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def course() -> CoursePage:
    return make_course(lessons=1, assessments=1)


@pytest.fixture
def enrolment(course: CoursePage) -> Enrolment:
    return enrol_in(course)


@pytest.fixture
def attempt(course: CoursePage, enrolment: Enrolment) -> Attempt:
    return start_attempt(learner=enrolment.learner, course_key=course.key, step_key=assessment_of(course).key, language="es")


@pytest.fixture
def sent(course: CoursePage, attempt: Attempt) -> dict[str, Any]:
    """What the browser sends of a paper that was drawn for its learner, all questions answered."""
    answers = {f"q-{question}": options for question, options in right_answers(assessment_of(course)).items()}
    return {**answers, "action": "send", "form": sign_form(learner=attempt.enrolment.learner, attempt_id=attempt.pk)}


def address(course: CoursePage, attempt: Attempt) -> str:
    return f"/es/learning/{course.key}/steps/{attempt.step_key}/attempts/{attempt.pk}/"


def as_sets(answers: dict[str, list[str]]) -> dict[str, set[str]]:
    return {question: set(options) for question, options in answers.items()}


def test_the_form_of_an_open_paper_carries_who_it_was_drawn_for(course: CoursePage, attempt: Attempt, client: Client) -> None:
    client.force_login(attempt.enrolment.learner, backend="django.contrib.auth.backends.ModelBackend")
    (carried,) = re.findall(r'name="form" value="([^"]+)"', client.get(address(course, attempt)).content.decode())
    assert hold_answers(form=carried, attempt_id=attempt.pk, answers={})


def test_who_comes_back_finds_the_answers_whatever_the_device(course: CoursePage, attempt: Attempt, sent: dict[str, Any]) -> None:
    answer = Client().post(address(course, attempt), sent)
    assert answer["Location"].startswith("/accounts/login/?next=")
    attempt.refresh_from_db()
    assert (attempt.answers, attempt.submitted_at) == ({}, None), "nobody knows yet who sent them"
    another = Client()
    another.force_login(attempt.enrolment.learner, backend="django.contrib.auth.backends.ModelBackend")
    shown = another.get(address(course, attempt)).content.decode()
    assert shown.count(" checked") == 5
    attempt.refresh_from_db()
    assert as_sets(attempt.answers) == as_sets(right_answers(assessment_of(course)))
    assert attempt.submitted_at is None, "sending them stays the learner's act"
    assert not HeldAnswers.objects.exists()


def test_they_are_never_given_to_another_person(course: CoursePage, attempt: Attempt, sent: dict[str, Any], client: Client) -> None:
    Client().post(address(course, attempt), sent)
    other = enrol_in(course).learner
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address(course, attempt)).status_code == 404
    assert not take_held_answers(learner=other, attempt_id=attempt.pk)
    attempt.refresh_from_db()
    assert attempt.answers == {}


def test_strangers_leave_nothing_on_the_site_however_often_they_send(course: CoursePage, attempt: Attempt, sent: dict[str, Any]) -> None:
    forged = ["", "x", sent["form"][:-1], signing.dumps([attempt.enrolment.learner_id, attempt.pk], salt="another"),
              signing.dumps("nothing", salt="learning.attempt"), "\0", sent["form"] * 50]  # fmt: skip
    for form in [*forged, *["made-up"] * 20]:
        answer = Client().post(address(course, attempt), {**sent, "form": form, "q-x": "a" * 40_000})
        assert answer.status_code == 302
        assert settings.SESSION_COOKIE_NAME not in answer.cookies
    assert not HeldAnswers.objects.exists()
    assert not Session.objects.exists()


def test_a_form_counts_for_its_own_attempt_only(course: CoursePage, attempt: Attempt, sent: dict[str, Any]) -> None:
    other = enrol_in(course)
    theirs = start_attempt(learner=other.learner, course_key=course.key, step_key=attempt.step_key, language="es")
    Client().post(address(course, theirs), sent)
    assert not HeldAnswers.objects.exists()


def test_nor_for_another_attempt_of_the_same_person(attempt: Attempt, sent: dict[str, Any]) -> None:
    other_course = make_course()
    enrolment = enrol_in(other_course, attempt.enrolment.learner)
    other = start_attempt(learner=enrolment.learner, course_key=other_course.key, step_key=assessment_of(other_course).key, language="es")
    assert not hold_answers(form=sent["form"], attempt_id=other.pk, answers={})
    assert not HeldAnswers.objects.exists()


def test_of_an_attempt_the_last_is_held_and_no_more_than_a_paper_can_hold(
    course: CoursePage, attempt: Attempt, sent: dict[str, Any]
) -> None:
    for answers in (wrong_answers(assessment_of(course)), right_answers(assessment_of(course))):
        Client().post(address(course, attempt), {**{f"q-{key}": value for key, value in answers.items()}, "form": sent["form"]})
    assert as_sets(HeldAnswers.objects.get().answers) == as_sets(right_answers(assessment_of(course)))
    assert not hold_answers(form=sent["form"], attempt_id=attempt.pk, answers={"a": ["x" * LARGEST]})
    assert HeldAnswers.objects.count() == 1


def test_after_a_day_they_are_gone(attempt: Attempt, sent: dict[str, Any], course: CoursePage) -> None:
    now, learner = timezone.now(), attempt.enrolment.learner
    hold_answers(form=sent["form"], attempt_id=attempt.pk, answers=right_answers(assessment_of(course)), now=now)
    late = now + HELD_FOR + timedelta(seconds=1)
    assert CHORES["held answers"].run(now) == 0
    assert not take_held_answers(learner=learner, attempt_id=attempt.pk, now=late)
    attempt.refresh_from_db()
    assert attempt.answers == {}
    hold_answers(form=sent["form"], attempt_id=attempt.pk, answers={}, now=now)
    assert CHORES["held answers"].run(late) == 1
    assert not HeldAnswers.objects.exists()


def test_what_was_sent_before_the_attempt_was_graded_changes_nothing_afterwards(
    attempt: Attempt, sent: dict[str, Any], course: CoursePage, client: Client
) -> None:
    learner = attempt.enrolment.learner
    hold_answers(form=sent["form"], attempt_id=attempt.pk, answers=right_answers(assessment_of(course)))
    submit_attempt(learner=learner, attempt_id=attempt.pk, answers={})
    client.force_login(learner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address(course, attempt)).status_code == 200
    assert not take_held_answers(learner=learner, attempt_id=attempt.pk)
    assert not hold_answers(form=sent["form"], attempt_id=attempt.pk, answers={}), "the attempt is closed"
    attempt.refresh_from_db()
    assert (attempt.score, attempt.answers) == (0, {})


def test_what_does_not_fit_the_paper_is_let_go(attempt: Attempt, sent: dict[str, Any], client: Client, course: CoursePage) -> None:
    hold_answers(form=sent["form"], attempt_id=attempt.pk, answers={"no-question": ["x"]})
    client.force_login(attempt.enrolment.learner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address(course, attempt)).status_code == 200
    attempt.refresh_from_db()
    assert attempt.answers == {}
    assert not HeldAnswers.objects.exists()


def test_their_learner_is_given_them_with_all_that_is_held(attempt: Attempt, sent: dict[str, Any]) -> None:
    hold_answers(form=sent["form"], attempt_id=attempt.pk, answers={"a": ["b"]})
    (held,) = export_records(attempt.enrolment.learner)["learning.HeldAnswers"]
    assert held["answers"] == {"a": ["b"]}
