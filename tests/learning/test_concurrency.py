"""Many writers at once, on real connections: nothing is lost, and nothing exists twice. Only on PostgreSQL."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.services.erase_account import erase_account
from courses.models import CoursePage, Outline, SlotCounter, StepSlot
from courses.services.publish_structure import StructureUnchanged, _allocate, publish_structure
from credentials.errors import CredentialOver
from credentials.models import Credential, CredentialHolder, CredentialNotice
from credentials.services.claim_credential import claim_credential
from credentials.services.issue_by_hand import issue_by_hand
from credentials.services.make_pdf import CredentialNameless
from credentials.services.replace_credential import replace_credential
from credentials.services.revoke_credential import revoke_credential
from learning.models import Attempt, Enrolment, Progressed
from learning.services.enrol import enrol
from learning.services.mark_done import mark_done
from learning.services.record_progress import record_progress
from learning.services.start_attempt import start_attempt
from learning.services.submit_attempt import submit_attempt
from tests.factories import (
    assessment_of,
    done,
    enrol_in,
    event_json,
    finish_course,
    lessons_of,
    make_course,
    make_lesson,
    make_long_outline,
    make_user,
    module_of,
    resume,
    right_answers,
)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("concurrency"), pytest.mark.database]


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts in as many threads, each on its own connection, let go together. Returns results, or the errors they raised."""
    gate = threading.Barrier(len(acts), timeout=20)

    def run(act: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return act()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts, timeout=60))


def each(act: Callable[..., Any], *values: Any, name: str, **given: Any) -> list[Callable[[], Any]]:
    """One act for each value of the argument `name`."""
    return [partial(act, **{name: value}, **given) for value in values]


def no_errors(results: list[Any]) -> None:
    assert not [result for result in results if isinstance(result, Exception)]


def test_eight_writers_lose_nothing() -> None:
    course = make_course(lessons=1, assessments=0)
    outline = make_long_outline(course, 400)
    enrolment = enrol_in(course)
    steps = [step.key for step in outline.document.steps]

    def writer(number: int) -> Callable[[], None]:
        def write() -> None:
            mine = steps[number::8]
            for start in range(0, len(mine), 5):
                record_progress(learner=enrolment.learner, course_key=course.key, events=[done(step) for step in mine[start : start + 5]])

        return write

    no_errors(at_once(*[writer(number) for number in range(8)]))
    enrolment.refresh_from_db()
    assert enrolment.done_bits == (1 << 400) - 1
    assert enrolment.completed_at
    assert Credential.objects.count() == 1
    # Each step is told to the reports once, whoever did it.
    assert sorted(Progressed.objects.values_list("slot", flat=True)) == list(range(400))


def test_writers_of_the_same_steps_end_in_one_place() -> None:
    course = make_course(lessons=4, assessments=1)
    enrolment = enrol_in(course)
    events = [resume(lesson.key) for lesson in lessons_of(course)] + [done(lesson.key) for lesson in lessons_of(course)]
    last = max(events, key=lambda event: (event.at, event.id))

    def send(batch: list[Any]) -> Callable[[], Any]:
        return lambda: record_progress(learner=enrolment.learner, course_key=course.key, events=batch)

    no_errors(at_once(*[send(events[i:] + events[:i]) for i in range(8)]))
    enrolment.refresh_from_db()
    assert (enrolment.done_bits, enrolment.resume_step, enrolment.resume_event) == (0b1111, last.step, last.id)
    assert Progressed.objects.count() == 4


def test_two_tabs_make_one_enrolment() -> None:
    course, learner = make_course(), make_user()
    results = at_once(*[lambda: enrol(learner=learner, course_key=course.key, language="es")] * 6)
    no_errors(results)
    assert len({enrolment.pk for enrolment in results}) == 1
    assert Enrolment.objects.count() == 1


def test_two_tabs_make_one_attempt_and_one_result() -> None:
    course = make_course()
    enrolment, page = enrol_in(course), assessment_of(course)
    learner, key = enrolment.learner, course.key
    started = at_once(*[lambda: start_attempt(learner=learner, course_key=key, step_key=page.key, language="es")] * 6)
    no_errors(started)
    assert len({attempt.pk for attempt in started}) == 1
    number, answers = started[0].pk, right_answers(page)
    some = dict(list(answers.items())[:1])
    sent = at_once(*each(submit_attempt, *[answers, some] * 3, name="answers", learner=learner, attempt_id=number))
    no_errors(sent)
    assert len({(attempt.score, attempt.submitted_at) for attempt in sent}) == 1
    assert Attempt.objects.count() == 1


def test_the_last_two_steps_at_once_give_one_completion_and_one_credential() -> None:
    course = make_course(lessons=1, assessments=1)
    enrolment, page, lesson = enrol_in(course), assessment_of(course), lessons_of(course)[0]
    learner, answers = enrolment.learner, right_answers(page)
    attempt = start_attempt(learner=learner, course_key=course.key, step_key=page.key, language="es")
    results = at_once(
        lambda: mark_done(learner=learner, course_key=course.key, step_key=lesson.key),
        lambda: submit_attempt(learner=learner, attempt_id=attempt.pk, answers=answers),
        lambda: mark_done(learner=learner, course_key=course.key, step_key=lesson.key),
    )
    no_errors(results)
    enrolment.refresh_from_db()
    assert (enrolment.done_bits, bool(enrolment.completed_at)) == (0b11, True)
    assert (Credential.objects.count(), CredentialHolder.objects.count()) == (1, 1)
    assert Credential.objects.get().snapshot["grade"] == 100


def test_two_browsers_through_the_api_lose_nothing_and_finish_once() -> None:
    course = make_course(lessons=8, assessments=0)
    enrolment = enrol_in(course)

    def browser(steps: list[uuid.UUID]) -> Callable[[], list[int]]:
        client = Client()
        client.force_login(enrolment.learner)

        def send() -> list[int]:
            bodies = [{"course": str(course.key), "events": [event_json(done(step))]} for step in steps]
            return [client.post("/learning/api/events", body, content_type="application/json").status_code for body in bodies]

        return send

    steps = [lesson.key for lesson in lessons_of(course)]
    results = at_once(browser(steps), browser(steps[::-1]))
    no_errors(results)
    assert {status for statuses in results for status in statuses} == {200}
    enrolment.refresh_from_db()
    assert (enrolment.done_bits, bool(enrolment.completed_at)) == (0xFF, True)
    assert Credential.objects.count() == 1


def test_a_certificate_claimed_in_two_tabs_is_one() -> None:
    course = make_course(lessons=1, assessments=0)
    enrolment = enrol_in(course, make_user(printed_name=""))
    mark_done(learner=enrolment.learner, course_key=course.key, step_key=lessons_of(course)[0].key)
    names = ["Ana Paz", "Eva Sol"] * 2
    claimed = at_once(*each(claim_credential, *names, name="printed_name", learner=enrolment.learner, course_key=course.key))
    no_errors(claimed)
    assert len({credential.pk for credential in claimed}) == 1
    assert Credential.objects.count() == 1


WHY = "Asked for by the ministry."


def test_administrators_at_once_make_one_certificate_and_one_entry() -> None:
    enrolment = enrol_in(make_course(lessons=2, assessments=0))
    actors = [make_user() for _person in range(4)]
    results = at_once(*each(issue_by_hand, *actors, name="actor", enrolment_id=enrolment.pk, reason=WHY, override=True))
    no_errors(results)
    assert {credential.pk for credential in results} == {Credential.objects.get().pk}
    assert (CredentialHolder.objects.count(), AuditEntry.objects.count(), CredentialNotice.objects.count()) == (1, 1, 1)


def test_issuing_by_hand_while_the_last_step_is_done_makes_one() -> None:
    course = make_course(lessons=1, assessments=0)
    enrolment, actor = enrol_in(course), make_user()
    step = lessons_of(course)[0].key
    results = at_once(
        lambda: issue_by_hand(actor=actor, enrolment_id=enrolment.pk, reason=WHY, override=True),
        lambda: mark_done(learner=enrolment.learner, course_key=course.key, step_key=step),
    )
    no_errors(results)
    enrolment.refresh_from_db()
    assert enrolment.completed_at
    assert Credential.objects.count() == 1


def test_revoking_and_replacing_at_once_one_wins_and_the_others_are_told() -> None:
    for _round in range(3):
        enrolment = finish_course(make_course(lessons=1, assessments=0))
        credential = Credential.objects.get(enrolment=enrolment)
        given: dict[str, Any] = {"actor": make_user(), "credential_id": credential.pk, "reason": WHY}
        results = at_once(
            lambda given=given: revoke_credential(**given, public_reason="error"),  # type: ignore[misc]
            lambda given=given: replace_credential(**given, printed_name="Ana Núñez"),  # type: ignore[misc]
            lambda given=given: replace_credential(**given, printed_name="Ana Ñandú"),  # type: ignore[misc]
            lambda given=given: revoke_credential(**given, public_reason="data"),  # type: ignore[misc]
        )
        assert sorted(type(result).__name__ for result in results) == ["Credential", *["CredentialOver"] * 3]
        assert sum(isinstance(result, CredentialOver) for result in results) == 3
        credential.refresh_from_db()
        assert credential.revoked_at
        assert Credential.objects.live().filter(enrolment=enrolment).count() == (credential.replaced_by_id is not None)
        assert AuditEntry.objects.filter(subject_key=str(credential.pk)).count() == 1


def test_replacing_while_the_account_is_erased_never_locks_for_ever() -> None:
    for _round in range(3):
        enrolment = finish_course(make_course(lessons=1, assessments=0))
        credential = Credential.objects.get(enrolment=enrolment)
        learner, actor = enrolment.learner, make_user()
        given: dict[str, Any] = {"actor": actor, "credential_id": credential.pk, "reason": WHY, "printed_name": "Ana Núñez"}
        results = at_once(
            lambda given=given: replace_credential(**given),  # type: ignore[misc]
            lambda learner=learner: erase_account(user=learner, now=timezone.now()),  # type: ignore[misc]
        )
        assert results[1] is None
        assert isinstance(results[0], Credential | CredentialNameless)
        assert not CredentialHolder.objects.filter(credential=credential).exists()
        assert not CredentialHolder.objects.exists()


def test_two_publishers_never_give_a_slot_twice() -> None:
    course = make_course(lessons=2, assessments=1)
    for _new in range(5):
        make_lesson(module_of(course))
    found = CoursePage.objects.get(pk=course.pk)
    results = at_once(*[lambda: publish_structure(course=found)] * 4)
    # One publishes; the others find nothing left to publish.
    assert {type(result) for result in results} <= {Outline, StructureUnchanged}
    assert sum(isinstance(result, Outline) for result in results) == 1
    assert list(Outline.objects.order_by("version").values_list("version", flat=True)) == [1, 2]
    assert sorted(StepSlot.objects.values_list("slot", flat=True)) == list(range(8))
    assert SlotCounter.objects.get(course_key=course.key).next_slot == 8


def test_slots_of_different_steps_given_at_once_never_meet() -> None:
    course = make_course(lessons=1, assessments=0)
    no_errors(at_once(*[lambda: make_slots(course)] * 6))
    slots = list(StepSlot.objects.filter(course_key=course.key).values_list("slot", flat=True))
    assert sorted(slots) == list(range(1 + 6 * 20))


def make_slots(course: CoursePage) -> None:
    for _round in range(4):
        with transaction.atomic():
            _allocate(course.key, [uuid.uuid4() for _step in range(5)])
