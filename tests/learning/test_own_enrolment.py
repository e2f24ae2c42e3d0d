"""Statements written by hand read and write what the models would, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import models, transaction
from django.utils import timezone

from courses.models import CoursePage, CourseRun, StepWaiver
from foundation.statements import insert_rows, update_row
from learning.models import Enrolment, Progressed
from learning.own_enrolment import lock_own_enrolment, own_enrolment, own_enrolments, takes_part
from learning.services.withdraw import withdraw
from tests.factories import enrol_in, finish_course, lessons_of, make_course

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def course(db: None) -> CoursePage:
    return make_course()


def values(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_it_is_the_row_that_the_models_read(course: CoursePage) -> None:
    CourseRun.objects.update(opens_at=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC), closes_at=timezone.now() + timedelta(days=3))
    enrolment = finish_course(course)
    Enrolment.objects.update(resume_event=uuid.uuid4(), moved_on=timezone.localdate())
    found = own_enrolment(enrolment.learner_id, course.key)
    assert found is not None
    assert values(found) == values(Enrolment.objects.get())
    assert values(found.run) == values(CourseRun.objects.get())


def test_it_is_the_newest_of_the_right_person_and_course(course: CoursePage) -> None:
    other = enrol_in(make_course())
    mine = enrol_in(course, other.learner)
    enrol_in(course)
    run = CourseRun.objects.create(course_key=course.key, slug="again")
    newer = Enrolment.objects.create(learner=mine.learner, course_key=course.key, run=run, outline=mine.outline, language="es")
    assert own_enrolment(mine.learner_id, course.key) == newer
    assert own_enrolment(mine.learner_id, uuid.uuid4()) is None
    assert own_enrolment(0, course.key) is None


def test_all_of_a_person_are_theirs_and_newest_first(course: CoursePage) -> None:
    first = enrol_in(course)
    second = enrol_in(make_course(), first.learner)
    enrol_in(course)
    StepWaiver.objects.create(course_key=course.key, step_key=lessons_of(course)[0].key)
    found = own_enrolments(first.learner_id)
    assert [(values(row), row.waived) for row in found] == [(values(second), set()), (values(first), {lessons_of(course)[0].key})]


def test_it_brings_the_waivers_in_force_and_asks_no_more(course: CoursePage, django_assert_num_queries: Any) -> None:
    enrolment = enrol_in(course)
    keys = [lesson.key for lesson in lessons_of(course)]
    assert own_enrolment(enrolment.learner_id, course.key).waived == set()  # type: ignore[union-attr]
    for key in keys:
        StepWaiver.objects.create(course_key=course.key, step_key=key)
    StepWaiver.objects.create(course_key=course.key, step_key=uuid.uuid4(), ended_at=timezone.now())
    StepWaiver.objects.create(course_key=uuid.uuid4(), step_key=uuid.uuid4())
    with django_assert_num_queries(1):
        found = own_enrolment(enrolment.learner_id, course.key)
        assert found is not None
        assert found.waived == set(keys)
    assert Enrolment.objects.get().waived == set(keys)


def test_it_says_who_may_have_rights(course: CoursePage) -> None:
    alone = enrol_in(course)
    alone.learner.user_permissions.add(Permission.objects.first())
    assert own_enrolment(alone.learner_id, course.key).may_be_staff  # type: ignore[union-attr]
    enrolment = enrol_in(course)
    assert not own_enrolment(enrolment.learner_id, course.key).may_be_staff  # type: ignore[union-attr]
    enrolment.learner.groups.add(Group.objects.create(name="Staff"))
    assert own_enrolment(enrolment.learner_id, course.key).may_be_staff  # type: ignore[union-attr]


def test_who_has_left_takes_no_part(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    assert takes_part(enrolment.learner_id, course.key)
    assert not takes_part(enrolment.learner_id, uuid.uuid4())
    withdraw(learner=enrolment.learner, course_key=course.key)
    assert not takes_part(enrolment.learner_id, course.key)


def test_what_is_written_is_what_the_models_would_write(course: CoursePage) -> None:
    enrolment = enrol_in(course)
    with transaction.atomic():
        locked = lock_own_enrolment(enrolment.learner_id, course.key)
        assert locked is not None
        locked.done_bits = (1 << 900) | 5
        locked.completed_at = locked.resume_at = datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
        locked.resume_step, locked.resume_event = uuid.uuid4(), uuid.uuid4()
        update_row(locked, "done_bits", "completed_at", "resume_step", "resume_at", "resume_event")
    assert values(Enrolment.objects.get()) == values(locked)
    locked.completed_at = None
    locked.save()
    assert own_enrolment(enrolment.learner_id, course.key).completed_at is None  # type: ignore[union-attr]


def test_rows_are_inserted_as_the_models_would(course: CoursePage) -> None:
    run, today = CourseRun.objects.get(course_key=course.key), timezone.localdate()
    insert_rows(Progressed, ("run", "slot", "day", "delta"), [(run.pk, slot, today, 1) for slot in range(200)])
    Progressed.objects.create(run=run, slot=200)
    assert list(Progressed.objects.order_by("slot").values_list("run", "slot", "day", "delta")) == [
        (run.pk, slot, today, 1) for slot in range(201)
    ]
