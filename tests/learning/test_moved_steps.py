"""A step that was moved to another course: what learners of the old course can still do with it, and who is counted."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from courses import impact
from learning.errors import AssessmentUnavailable
from learning.models import Attempt
from learning.services.aggregate_progress import aggregate_progress
from learning.services.mark_done import mark_done
from learning.services.start_attempt import start_attempt
from learning.services.submit_attempt import submit_attempt
from tests.factories import assessment_of, enrol_in, lessons_of, make_course, module_of, right_answers

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_moved_assessment_is_not_started_from_its_old_course(client: Client, django_capture_on_commit_callbacks: Any) -> None:
    old, new = make_course(), make_course()
    page, enrolment = assessment_of(old), enrol_in(old)
    with django_capture_on_commit_callbacks(execute=True):
        page.move(module_of(new), pos="last-child")
    with pytest.raises(AssessmentUnavailable):
        start_attempt(learner=enrolment.learner, course_key=old.key, step_key=page.key, language="es")
    client.force_login(enrolment.learner)
    assert client.post(reverse("learning:step", args=[old.key, page.key])).status_code < 500
    assert not Attempt.objects.exists()


def test_a_paper_that_was_open_when_its_assessment_moved_can_be_sent(django_capture_on_commit_callbacks: Any) -> None:
    old, new = make_course(), make_course()
    page, enrolment = assessment_of(old), enrol_in(old)
    attempt = start_attempt(learner=enrolment.learner, course_key=old.key, step_key=page.key, language="es")
    with django_capture_on_commit_callbacks(execute=True):
        page.move(module_of(new), pos="last-child")
    assert start_attempt(learner=enrolment.learner, course_key=old.key, step_key=page.key, language="es") == attempt
    assert submit_attempt(learner=enrolment.learner, attempt_id=attempt.pk, answers=right_answers(page)).passed


def test_impact_counts_who_has_done_a_step() -> None:
    course = make_course(lessons=2)
    first, second = lessons_of(course)
    for _person in range(2):
        mark_done(learner=enrol_in(course).learner, course_key=course.key, step_key=first.key)
    aggregate_progress()
    assert impact.of_steps(course.key, [first.key, second.key]) == {first.key: 2, second.key: 0}
