"""Different acts at the same moment, on real connections: a move and progress, a save and a submission, leaving and coming back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections

from accounts.models import User
from courses.models import CoursePage
from courses.services.publish_structure import Who, publish_structure
from credentials.models import Credential, CredentialHolder
from credentials.services.claim_credential import claim_credential
from learning.errors import AttemptClosed
from learning.frozen_paper import from_json
from learning.grading import grade
from learning.models import Enrolment
from learning.services.enrol import enrol
from learning.services.move_to_outline import move_to_outline
from learning.services.record_progress import record_progress
from learning.services.save_answers import save_answers
from learning.services.start_attempt import start_attempt
from learning.services.submit_attempt import submit_attempt
from learning.services.withdraw import withdraw
from tests.factories import (
    assessment_of,
    done,
    enrol_in,
    finish_course,
    lessons_of,
    make_course,
    make_lesson,
    make_user,
    module_of,
    right_answers,
)

pytestmark = [
    pytest.mark.database,
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("concurrency"),
]


def together(*works: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment, and return what each returned, in order; what one raises is raised. No wait lasts for ever."""
    start = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)
    errors: list[BaseException] = []

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '20s'")
            start.wait(timeout=20)
            results[place] = work()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    if errors:
        raise errors[0]
    return results


def steps_of(course: CoursePage) -> list[UUID]:
    return [lesson.key for lesson in lessons_of(course)]


def sender(enrolment: Enrolment, steps: list[UUID]) -> Callable[[], None]:
    """A device that sends its steps one by one."""

    def send() -> None:
        for step in steps:
            record_progress(learner=enrolment.learner, course_key=enrolment.course_key, events=[done(step)])

    return send


def test_moving_everyone_while_they_work_loses_nothing() -> None:
    course = make_course(lessons=12, assessments=0)
    enrolments = [enrol_in(course) for _learner in range(5)]
    steps = steps_of(course)
    make_lesson(module_of(course))
    outline = publish_structure(course=course, who=Who.NEW_LEARNERS)

    def move() -> int:
        return move_to_outline(outline_id=outline.pk)

    *_sent, one, two = together(*[sender(enrolment, steps) for enrolment in enrolments], move, move)
    for found in Enrolment.objects.all():
        assert found.done_bits == (1 << len(steps)) - 1
        # Whoever had finished before the move has finished; whoever had not now needs the new step, too.
        assert (found.outline_id == outline.pk) is (found.completed_at is None)
    assert one + two == Enrolment.objects.filter(outline=outline).count()
    assert Credential.objects.count() == Enrolment.objects.filter(completed_at__isnull=False).count()


def test_who_enrols_while_everyone_is_moved_is_not_left_behind() -> None:
    course = make_course(lessons=2, assessments=0)
    learners = [make_user() for _learner in range(6)]
    make_lesson(module_of(course))

    def join(learner: User) -> Callable[[], Any]:
        return lambda: enrol(learner=learner, course_key=course.key, language="es")

    def publish() -> None:
        found = publish_structure(course=CoursePage.objects.get(pk=course.pk), who=Who.NEW_LEARNERS)
        move_to_outline(outline_id=found.pk)

    together(*[join(learner) for learner in learners], publish)
    assert set(Enrolment.objects.values_list("outline__version", flat=True)) == {2}
    assert Enrolment.objects.count() == len(learners)


def test_submitting_while_everyone_is_moved_is_no_unknown_attempt() -> None:
    course = make_course(lessons=1)
    page = assessment_of(course)
    enrolments = [enrol_in(course) for _learner in range(5)]
    attempts = [start_attempt(learner=e.learner, course_key=course.key, step_key=page.key, language="es") for e in enrolments]
    make_lesson(module_of(course))
    outline = publish_structure(course=course, who=Who.NEW_LEARNERS)
    key = right_answers(page)

    def submit(place: int) -> Callable[[], Any]:
        def save_and_submit() -> bool | None:
            for question, chosen in key.items():
                save_answers(learner=enrolments[place].learner, attempt_id=attempts[place].pk, answers={question: chosen})
            return submit_attempt(learner=enrolments[place].learner, attempt_id=attempts[place].pk).passed

        return save_and_submit

    *passed, moved = together(*[submit(n) for n in range(5)], lambda: move_to_outline(outline_id=outline.pk))
    assert (passed, moved) == ([True] * 5, 5)
    assert set(Enrolment.objects.values_list("done_bits", "outline")) == {(0b10, outline.pk)}


def test_coming_back_in_two_tabs_while_another_device_sends_ends_well() -> None:
    course = make_course(lessons=4, assessments=0)
    enrolment = enrol_in(course)
    steps = steps_of(course)
    sender(enrolment, steps[:1])()
    withdraw(learner=enrolment.learner, course_key=course.key)

    def come_back() -> None:
        enrol(learner=User.objects.get(pk=enrolment.learner_id), course_key=course.key, language="en", printed_name="Another Name")

    come_back()
    together(come_back, sender(enrolment, steps), come_back, sender(enrolment, steps[::-1]))
    found = Enrolment.objects.get()
    assert (found.state, found.done_bits) == ("active", 0b1111)
    assert Credential.objects.count() == 1


def test_two_tabs_keep_the_answers_of_both() -> None:
    course = make_course()
    enrolment, page = enrol_in(course), assessment_of(course)
    attempt = start_attempt(learner=enrolment.learner, course_key=course.key, step_key=page.key, language="es")
    key = right_answers(page)

    def save(question: str) -> Callable[[], Any]:
        return lambda: save_answers(learner=enrolment.learner, attempt_id=attempt.pk, answers={question: key[question]})

    together(*[save(question) for question in key])
    attempt.refresh_from_db()
    assert {question: set(chosen) for question, chosen in attempt.answers.items()} == {q: set(chosen) for q, chosen in key.items()}


def test_an_answer_that_comes_while_the_paper_is_graded_is_graded_or_refused() -> None:
    course = make_course()
    enrolment, page = enrol_in(course), assessment_of(course)
    attempt = start_attempt(learner=enrolment.learner, course_key=course.key, step_key=page.key, language="es")
    key = right_answers(page)

    def save(question: str) -> Callable[[], bool]:
        def attempt_to_save() -> bool:
            try:
                save_answers(learner=enrolment.learner, attempt_id=attempt.pk, answers={question: key[question]})
            except AttemptClosed:
                return False
            return True

        return attempt_to_save

    *kept, _sent = together(*[save(question) for question in key], lambda: submit_attempt(learner=enrolment.learner, attempt_id=attempt.pk))
    attempt.refresh_from_db()
    assert set(attempt.answers) == {question for question, was_kept in zip(key, kept, strict=True) if was_kept}
    assert attempt.score == grade(from_json(attempt.paper), attempt.answers).score


def test_claiming_while_another_tab_enrols_again_with_another_name_ends_with_one_certificate() -> None:
    course = make_course(lessons=1, assessments=0)
    learner = finish_course(course, make_user(printed_name="")).learner

    def claim() -> Any:
        return claim_credential(learner=User.objects.get(pk=learner.pk), course_key=course.key, printed_name="Ana Núñez")

    def join() -> Any:
        return enrol(learner=User.objects.get(pk=learner.pk), course_key=course.key, language="es", printed_name="Ana María Núñez")

    together(claim, join, claim, join, claim, join)
    assert Credential.objects.count() == CredentialHolder.objects.count() == 1
