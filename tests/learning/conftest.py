"""A course, someone who takes it, and an assessment they have begun: what most tests of the record start from."""

from __future__ import annotations

import pytest
from django.test import Client

from courses.models import AssessmentPage, CoursePage
from learning.models import Attempt, Enrolment
from learning.services.start_attempt import start_attempt
from tests.factories import assessment_of, enrol_in, make_course


@pytest.fixture
def course(db: None) -> CoursePage:
    return make_course(lessons=2, assessments=1)


@pytest.fixture
def page(course: CoursePage) -> AssessmentPage:
    return assessment_of(course)


@pytest.fixture
def enrolment(course: CoursePage) -> Enrolment:
    return enrol_in(course)


@pytest.fixture
def learner(client: Client, enrolment: Enrolment) -> Client:
    client.force_login(enrolment.learner)
    return client


@pytest.fixture
def attempt(enrolment: Enrolment, page: AssessmentPage) -> Attempt:
    return start_attempt(learner=enrolment.learner, course_key=enrolment.course_key, step_key=page.key, language="es")
