"""Joining, leaving and coming back; what is accepted from a browser, and what is refused."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import CourseRun
from credentials.models import Credential
from learning.errors import EnrolmentClosed, NotEnrolled, RunClosed, StepNotSelfReported, StepUnknown
from learning.models import Enrolment
from learning.services.course_state import course_state
from learning.services.enrol import enrol
from learning.services.mark_done import mark_done
from learning.services.record_progress import record_progress
from learning.services.withdraw import withdraw
from tests.factories import assessment_of, done, enrol_in, lessons_of, make_course, make_user, pass_assessment, resume

pytestmark = pytest.mark.django_db


def close_run(course_key: uuid.UUID, *, days_ago: float, late_days: int = 30) -> None:
    CourseRun.objects.filter(course_key=course_key).update(closes_at=timezone.now() - timedelta(days=days_ago), late_days=late_days)


def test_every_course_is_born_with_one_self_paced_run_that_never_closes() -> None:
    course = make_course()
    run = CourseRun.objects.get(course_key=course.key)
    assert (run.slug, run.opens_at, run.closes_at) == ("self-paced", None, None)


def test_enrolling_twice_is_enrolling_once() -> None:
    course, learner = make_course(), make_user()
    assert enrol_in(course, learner).pk == enrol_in(course, learner).pk
    assert Enrolment.objects.count() == 1


def test_someone_new_is_pinned_to_the_newest_outline() -> None:
    enrolment = enrol_in(make_course())
    assert (enrolment.outline.version, enrolment.done_bits, enrolment.state, enrolment.completed_at) == (1, 0, "active", None)


def test_the_name_is_kept_on_the_account() -> None:
    course, learner = make_course(), make_user(printed_name="")
    enrol(learner=learner, course_key=course.key, language="es", printed_name="Łódź Nguyễn")
    learner.refresh_from_db()
    assert learner.printed_name == "Łódź Nguyễn"


def test_no_name_leaves_the_name_that_is_known() -> None:
    course, learner = make_course(), make_user(printed_name="Kreyòl")
    enrol(learner=learner, course_key=course.key, language="es", printed_name=None)
    learner.refresh_from_db()
    assert learner.printed_name == "Kreyòl"


@pytest.mark.parametrize("what", ["no structure", "unpublished", "not open yet", "closed", "unknown"])
def test_a_closed_course_takes_nobody(what: str) -> None:
    course, learner = make_course(publish=what != "no structure"), make_user(printed_name="")
    key = course.key
    if what == "unpublished":
        course.unpublish()
    elif what == "not open yet":
        CourseRun.objects.update(opens_at=timezone.now() + timedelta(days=1))
    elif what == "closed":
        close_run(key, days_ago=1)
    elif what == "unknown":
        key = uuid.uuid4()
    with pytest.raises(EnrolmentClosed):
        enrol(learner=learner, course_key=key, language="es", printed_name="New Name")
    assert not Enrolment.objects.exists()
    learner.refresh_from_db()
    assert learner.printed_name == ""


def test_leaving_and_coming_back_keeps_every_bit() -> None:
    course = make_course(lessons=3)
    enrolment = enrol_in(course)
    first, second, _third = lessons_of(course)
    record_progress(learner=enrolment.learner, course_key=course.key, events=[done(first.key), done(second.key)])
    withdraw(learner=enrolment.learner, course_key=course.key)
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.done_bits) == ("withdrawn", 0b11)
    again = enrol_in(course, enrolment.learner, "en")
    again.refresh_from_db()
    assert (again.pk, again.state, again.done_bits, again.resume_step, again.language) == (
        enrolment.pk,
        "active",
        0b11,
        enrolment.resume_step,
        "en",
    )


def test_leaving_twice_or_without_having_come_is_no_error() -> None:
    course = make_course()
    enrolment = enrol_in(course)
    withdraw(learner=enrolment.learner, course_key=course.key)
    withdraw(learner=enrolment.learner, course_key=course.key)
    withdraw(learner=make_user(), course_key=course.key)
    assert Enrolment.objects.get().state == "withdrawn"


def test_leaving_a_finished_course_takes_nothing_back() -> None:
    course = make_course(lessons=1, assessments=0)
    enrolment = enrol_in(course)
    mark_done(learner=enrolment.learner, course_key=course.key, step_key=lessons_of(course)[0].key)
    finished = Enrolment.objects.get().completed_at
    withdraw(learner=enrolment.learner, course_key=course.key)
    assert finished
    assert Enrolment.objects.get().completed_at == finished
    assert Credential.objects.live().count() == 1


def test_after_leaving_nothing_is_recorded() -> None:
    course = make_course()
    enrolment = enrol_in(course)
    withdraw(learner=enrolment.learner, course_key=course.key)
    with pytest.raises(NotEnrolled):
        record_progress(learner=enrolment.learner, course_key=course.key, events=[done(lessons_of(course)[0].key)])
    enrolment.refresh_from_db()
    assert (enrolment.done_bits, enrolment.resume_step) == (0, None)


def test_without_having_enrolled_nothing_is_recorded() -> None:
    course = make_course()
    with pytest.raises(NotEnrolled):
        record_progress(learner=make_user(), course_key=course.key, events=[done(lessons_of(course)[0].key)])
    assert not Enrolment.objects.exists()


# Events, one by one


def test_each_event_is_judged_on_its_own() -> None:
    course, other = make_course(lessons=2), make_course(lessons=1)
    enrolment = enrol_in(course)
    lesson, foreign, graded = lessons_of(course)[1], lessons_of(other)[0], assessment_of(course)
    good, unknown = done(lesson.key), done(uuid.uuid4())
    events = [unknown, done(foreign.key), done(graded.key), good]
    result = record_progress(learner=enrolment.learner, course_key=course.key, events=events)
    assert result.accepted == (good.id,)
    assert [(refusal.id, type(refusal.error)) for refusal in result.refused] == [
        (unknown.id, StepUnknown),
        (events[1].id, StepUnknown),
        (events[2].id, StepNotSelfReported),
    ]
    enrolment.refresh_from_db()
    assert (enrolment.done_bits, enrolment.resume_step) == (0b10, lesson.key)


def test_being_at_an_assessment_is_remembered_but_does_not_do_it() -> None:
    course = make_course()
    enrolment, graded = enrol_in(course), assessment_of(course)
    result = record_progress(learner=enrolment.learner, course_key=course.key, events=[resume(graded.key)])
    assert not result.refused
    enrolment.refresh_from_db()
    assert (enrolment.done_bits, enrolment.resume_step) == (0, graded.key)


def test_marking_an_assessment_on_its_page_is_refused_too() -> None:
    course = make_course()
    enrolment = enrol_in(course)
    with pytest.raises(StepNotSelfReported):
        mark_done(learner=enrolment.learner, course_key=course.key, step_key=assessment_of(course).key)
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 0


def test_a_batch_of_refused_events_changes_nothing() -> None:
    course = make_course()
    enrolment = enrol_in(course)
    record_progress(learner=enrolment.learner, course_key=course.key, events=[resume(uuid.uuid4()), done(uuid.uuid4())])
    enrolment.refresh_from_db()
    assert (enrolment.done_bits, enrolment.resume_step, enrolment.resume_at) == (0, None, None)


def test_events_of_one_person_never_touch_another() -> None:
    course = make_course()
    one, two = enrol_in(course), enrol_in(course)
    mark_done(learner=one.learner, course_key=course.key, step_key=lessons_of(course)[0].key)
    two.refresh_from_db()
    assert two.done_bits == 0


# Runs


def test_after_the_run_has_closed_late_work_is_accepted_for_some_days() -> None:
    course = make_course()
    enrolment = enrol_in(course)
    close_run(course.key, days_ago=29)
    mark_done(learner=enrolment.learner, course_key=course.key, step_key=lessons_of(course)[0].key)
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 1


def test_after_the_days_of_grace_every_event_is_refused_with_its_reason() -> None:
    course = make_course()
    enrolment = enrol_in(course)
    close_run(course.key, days_ago=31)
    events = [done(lesson.key) for lesson in lessons_of(course)]
    result = record_progress(learner=enrolment.learner, course_key=course.key, events=events)
    assert not result.accepted
    assert [(r.id, type(r.error)) for r in result.refused] == [(event.id, RunClosed) for event in events]
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 0


# What the record says


def test_order_does_not_matter_for_finishing() -> None:
    course = make_course(lessons=2, assessments=1)
    enrolment = enrol_in(course)
    pass_assessment(enrolment, assessment_of(course))
    for lesson in reversed(lessons_of(course)):
        result = mark_done(learner=enrolment.learner, course_key=course.key, step_key=lesson.key)
    assert result.completed
    state = course_state(learner=enrolment.learner, course_key=course.key, language="es")
    assert state
    assert (state.percent, state.is_completed, state.done_count, state.total_count) == (100, True, 3, 3)


def test_optional_steps_are_not_needed() -> None:
    from courses.services.publish_structure import publish_structure
    from tests.factories import make_lesson, module_of

    course = make_course(lessons=1, assessments=0)
    make_lesson(module_of(course), required=False)
    publish_structure(course=course)
    enrolment = enrol_in(course)
    result = mark_done(learner=enrolment.learner, course_key=course.key, step_key=lessons_of(course)[0].key)
    assert result.completed
