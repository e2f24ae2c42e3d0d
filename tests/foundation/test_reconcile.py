"""What a killed worker or a dead mail server left undone, one run of `manage.py reconcile` does, and a second does nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from courses.models import CoursePage, OutlineMove, StepWaiver
from courses.services.publish_structure import Who, publish_structure
from credentials.models import CredentialHold
from credentials.services import notify_hold
from foundation.mail import MailNotSent
from foundation.services.reconcile import reconcile
from foundation.services.retry_tasks import retry_tasks
from foundation.upkeep import CHORES
from learning import tasks
from learning.models import Enrolment
from learning.services import move_to_outline
from learning.services.mark_done import mark_done
from tests.factories import enrol_in, finish_course, lessons_of, make_course, make_lesson, make_user, module_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def run() -> dict[str, int]:
    return reconcile(now=timezone.now())


def nothing() -> dict[str, int]:
    return {chore.name: 0 for chore in CHORES}


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks are stored, and the worker that should run them is killed."""
    for task in (tasks.move_to_outline, tasks.complete_covered):
        monkeypatch.setattr(type(task), "enqueue", lambda self, *args, **kwargs: None)


def publish_for_everyone(course: CoursePage) -> Any:
    return publish_structure(course=course, who=Who.EVERYONE_UNFINISHED)


def moved_to(outline: Any) -> set[int]:
    return set(Enrolment.objects.filter(outline=outline).values_list("pk", flat=True))


# Moves


def test_a_move_whose_worker_died_is_made(no_worker: None) -> None:
    course = make_course(lessons=2, assessments=0)
    enrolment = enrol_in(course)
    make_lesson(module_of(course))
    outline = publish_for_everyone(course)
    assert moved_to(outline) == set()
    assert run()["moves"] == 1
    assert moved_to(outline) == {enrolment.pk}
    assert OutlineMove.objects.get().done_at is not None
    assert run() == nothing()


def test_a_move_that_died_half_way_is_finished(no_worker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    course = make_course(lessons=2, assessments=0)
    enrolments = [enrol_in(course) for _learner in range(5)]
    make_lesson(module_of(course))
    outline = publish_for_everyone(course)
    monkeypatch.setattr(move_to_outline, "BATCH", 2)
    with monkeypatch.context() as death:
        death.setattr(move_to_outline.Enrolment.objects, "filter", _dies_after(2, Enrolment.objects.filter))
        with pytest.raises(KeyboardInterrupt):
            move_to_outline.move_to_outline(outline_id=outline.pk)
    assert 0 < len(moved_to(outline)) < 5
    assert OutlineMove.objects.get().done_at is None
    run()
    assert moved_to(outline) == {enrolment.pk for enrolment in enrolments}
    assert OutlineMove.objects.get().done_at is not None


def _dies_after(calls: int, method: Any) -> Any:
    left = [calls]

    def call(*args: Any, **kwargs: Any) -> Any:
        if "pk__in" in kwargs:
            left[0] -= 1
            if not left[0]:
                raise KeyboardInterrupt
        return method(*args, **kwargs)

    return call


def test_the_wish_is_kept_when_the_structure_is_the_same(no_worker: None) -> None:
    course = make_course(lessons=1, assessments=0)
    enrolment = enrol_in(course)
    make_lesson(module_of(course))
    outline = publish_structure(course=course)
    assert not OutlineMove.objects.exists(), "new learners only: nobody is to be moved"
    assert publish_for_everyone(course) == outline
    run()
    assert moved_to(outline) == {enrolment.pk}


def test_who_is_covered_after_a_move_is_finished_by_it(no_worker: None) -> None:
    course = make_course(lessons=2, assessments=0)
    enrolment = enrol_in(course)
    first, second = lessons_of(course)
    mark_done(learner=enrolment.learner, course_key=course.key, step_key=first.key)
    second.required = False
    second.save_revision().publish()
    publish_for_everyone(course)
    assert run()["moves"] == 1
    enrolment.refresh_from_db()
    assert enrolment.completed_at is not None


def test_a_move_that_was_made_is_not_open(django_capture_on_commit_callbacks: Any) -> None:
    course = make_course(lessons=1, assessments=0)
    enrolment = enrol_in(course)
    make_lesson(module_of(course))
    with django_capture_on_commit_callbacks(execute=True):
        outline = publish_for_everyone(course)
    assert moved_to(outline) == {enrolment.pk}
    assert OutlineMove.objects.get().done_at is not None


# Waivers


def test_who_is_covered_by_a_waiver_is_finished(no_worker: None) -> None:
    course = make_course(lessons=2, assessments=0)
    covered, not_covered = enrol_in(course), enrol_in(course)
    first, second = lessons_of(course)
    mark_done(learner=covered.learner, course_key=course.key, step_key=first.key)
    second.unpublish()
    assert Enrolment.objects.unfinished().count() == 2
    assert run()["completions"] == 1
    assert list(Enrolment.objects.unfinished()) == [not_covered]
    assert run() == nothing()


def test_a_waiver_that_was_lost_begins(no_worker: None) -> None:
    course = make_course(lessons=2, assessments=0)
    lessons_of(course)[1].unpublish()
    StepWaiver.objects.all().delete()
    run()
    assert StepWaiver.objects.in_force().count() == 1


def test_those_who_are_not_covered_are_not_written(monkeypatch: pytest.MonkeyPatch, no_worker: None) -> None:
    course = make_course(lessons=3, assessments=0)
    for _learner in range(3):
        enrol_in(course)
    lessons_of(course)[2].unpublish()
    written: list[Any] = []
    monkeypatch.setattr("learning.services.complete_covered.advance", lambda *args, **kwargs: written.append(args))
    run()
    assert written == []


# Holds


@pytest.fixture
def hold() -> CredentialHold:
    make_user("admin@example.org", is_superuser=True, language="en")
    credential = finish_course(make_course(lessons=1, assessments=0)).credentials.get()
    opened = timezone.now() - timedelta(hours=2)
    return CredentialHold.objects.create(credential=credential, missing="李", opened_at=opened)


def test_administrators_hear_once_of_a_hold_that_nobody_told(hold: CredentialHold) -> None:
    assert run()["messages"] == 1
    assert run()["messages"] == 0
    notify_hold.notify_hold.call(hold.pk)
    assert [message.to for message in mail.outbox] == [["admin@example.org"]]


def test_a_mail_server_that_is_away_stops_nothing_else(hold: CredentialHold, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise MailNotSent

    with monkeypatch.context() as storm:
        storm.setattr(notify_hold, "send", away)
        done = run()
    assert (done["messages"], done["counts"]) == (0, 1)
    hold.refresh_from_db()
    assert hold.told_at is None
    assert run()["messages"] == 1


def test_a_hold_of_this_hour_is_left_to_its_own_task(hold: CredentialHold) -> None:
    CredentialHold.objects.update(opened_at=timezone.now())
    assert run()["messages"] == 0
    assert mail.outbox == []


# Tasks of any app


def stored(status: str, workers: int, **fields: Any) -> DBTaskResult[Any, Any]:
    values = {
        "status": status, "args_kwargs": {"args": [], "kwargs": {}}, "task_path": "learning.tasks.complete_covered",
        "worker_ids": [f"w{n}" for n in range(workers)], "backend_name": "default", "run_after": get_date_max(),
    }  # fmt: skip
    return DBTaskResult.objects.create(**values, **fields)


@pytest.mark.parametrize(
    ("status", "workers", "started", "expected", "retried"),
    [
        (TaskResultStatus.RUNNING, 1, timedelta(hours=2), TaskResultStatus.READY, 1),
        (TaskResultStatus.RUNNING, 1, timedelta(minutes=5), TaskResultStatus.RUNNING, 0),
        (TaskResultStatus.RUNNING, 2, timedelta(hours=2), TaskResultStatus.FAILED, 0),
        (TaskResultStatus.FAILED, 1, timedelta(minutes=5), TaskResultStatus.READY, 1),
        (TaskResultStatus.FAILED, 2, timedelta(hours=2), TaskResultStatus.FAILED, 0),
        (TaskResultStatus.SUCCESSFUL, 1, timedelta(hours=2), TaskResultStatus.SUCCESSFUL, 0),
        (TaskResultStatus.READY, 0, timedelta(hours=2), TaskResultStatus.READY, 0),
    ],
)
def test_a_task_in_limbo_has_one_more_go(status: str, workers: int, started: timedelta, expected: str, retried: int) -> None:
    result = stored(status, workers, started_at=timezone.now() - started)
    assert retry_tasks(now=timezone.now()) == retried
    result.refresh_from_db()
    assert result.status == expected
    assert retry_tasks(now=timezone.now()) == 0


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str], hold: CredentialHold) -> None:
    call_command("reconcile")
    assert "messages about certificates sent: 1, steps counted: 1" in capsys.readouterr().out
