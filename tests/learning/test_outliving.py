"""The record outlives the page, and a tab that was opened earlier undoes nothing."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import User
from courses.models import CoursePage
from credentials.models import Credential
from learning.models import Attempt, Enrolment
from learning.services.mark_done import mark_done
from learning.services.save_answers import save_answers
from learning.services.start_attempt import start_attempt
from learning.services.submit_attempt import submit_attempt
from tests.factories import assessment_of, enrol_in, lessons_of, make_course, make_user, right_answers
from tests.learning.sending import send_paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> CoursePage:
    return make_course()


@pytest.fixture
def enrolment(course: CoursePage) -> Enrolment:
    return enrol_in(course, make_user(printed_name=""))


@pytest.fixture
def learner(client: Client, enrolment: Enrolment) -> Client:
    client.force_login(enrolment.learner)
    return client


def start(course: CoursePage, enrolment: Enrolment) -> Attempt:
    return start_attempt(learner=enrolment.learner, course_key=course.key, step_key=assessment_of(course).key, language="es")


def test_a_finished_learner_claims_the_certificate_of_a_course_that_is_gone(
    course: CoursePage, enrolment: Enrolment, learner: Client
) -> None:
    for lesson in lessons_of(course):
        mark_done(learner=enrolment.learner, course_key=course.key, step_key=lesson.key)
    submit_attempt(learner=enrolment.learner, attempt_id=start(course, enrolment).pk, answers=right_answers(assessment_of(course)))
    title, key = course.title, course.key
    course.delete()
    assert title in learner.get("/es/learning/").content.decode()
    assert title in learner.get(f"/es/learning/{key}/").content.decode()
    answer = learner.post(f"/es/learning/{key}/finish/", {"printed_name": "Łódź Nguyễn"}, follow=True)
    assert answer.status_code == 200
    assert Credential.objects.get().holder.printed_name == "Łódź Nguyễn"


def test_an_open_paper_can_be_sent_when_the_course_is_gone(course: CoursePage, enrolment: Enrolment, learner: Client) -> None:
    attempt = start(course, enrolment)
    answers = {f"q-{question}": chosen for question, chosen in right_answers(assessment_of(course)).items()}
    address = f"/es/learning/{course.key}/steps/{attempt.step_key}/attempts/{attempt.pk}/"
    course.delete()
    assert learner.get(address).status_code == 200
    assert send_paper(learner, address, answers).status_code == 200
    attempt.refresh_from_db()
    assert attempt.score == 100


def test_a_course_that_is_gone_does_not_exist_for_others(course: CoursePage, enrolment: Enrolment) -> None:
    key = course.key
    course.delete()
    stranger = Client()
    assert stranger.get(f"/es/learning/{key}/").status_code == 404
    stranger.force_login(User.objects.create_user("other@example.org"))
    assert stranger.get(f"/es/learning/{key}/").status_code == 404


def form_of(html: str) -> dict[str, list[str]]:
    """The fields of a paper as a browser would send them back untouched."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="((?:asked|was-[^"]+))"\s+value="([^"]*)"', html):
        fields.setdefault(name, []).append(value)
    for name, value in re.findall(r'name="(q-[^"]+)"\s+value="([^"]+)" checked', html):
        fields.setdefault(name, []).append(value)
    return fields


@pytest.mark.parametrize("action", ["keep", "send"])
def test_a_tab_opened_earlier_undoes_nothing_that_another_kept(
    course: CoursePage, enrolment: Enrolment, learner: Client, action: str
) -> None:
    attempt = start(course, enrolment)
    address = f"/es/learning/{course.key}/steps/{attempt.step_key}/attempts/{attempt.pk}/"
    old_tab = form_of(learner.get(address).content.decode())
    assert len(old_tab["asked"]) == 4
    answers = right_answers(assessment_of(course))
    save_answers(learner=enrolment.learner, attempt_id=attempt.pk, answers=answers)
    first = next(iter(answers))
    learner.post(address, {**old_tab, f"q-{first}": answers[first], "action": action})
    attempt.refresh_from_db()
    assert {question: sorted(chosen) for question, chosen in attempt.answers.items()} == {
        question: sorted(chosen) for question, chosen in answers.items()
    }
