"""Counts are proved against the bits of everyone in the record, and mended rightly whatever is written meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.models import F
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from accounts.models import User
from benchmarks.synthetic.courses import find_courses
from benchmarks.synthetic.load import load_synthetic
from courses.models import CoursePage
from learning import tasks
from learning.bitset import SlotCounts, slots
from learning.models import CountsMended, Enrolment, Progressed, RunStat, StepStat
from learning.services.aggregate_progress import aggregate_progress
from learning.services.check_counts import AlreadyMended, check_counts, mend_counts
from learning.services.count_steps import count_steps
from learning.services.mark_done import mark_done
from learning.services.withdraw import withdraw
from learning.tasks import request_count
from tests.factories import enrol_in, finish_course, lessons_of, make_course

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def some(learners: int = 4) -> CoursePage:
    """A course with learners, the first of whom has done one step, the second two, and so on."""
    course = make_course(lessons=3, assessments=0)
    for place in range(learners):
        enrolment = enrol_in(course)
        for lesson in lessons_of(course)[: place + 1]:
            mark_done(learner=enrolment.learner, course_key=course.key, step_key=lesson.key)
    return course


def wrong() -> dict[int, int]:
    """By slot, how many too many are counted."""
    return {found.slot: found.counted - found.true for found in check_counts().drift}


@pytest.mark.parametrize("folded", ["nothing", "some", "all"])
def test_what_is_right_is_found_right_however_much_is_folded(folded: str) -> None:
    some()
    if folded == "some":
        from learning.services.aggregate_progress import _fold_one

        _fold_one(3)
    if folded == "all":
        aggregate_progress()
    compared = check_counts()
    assert compared.drift == ()
    assert (compared.enrolments, compared.slots) == (4, 3)


def test_an_erasure_leaves_no_drift_folded_or_not() -> None:
    some()
    aggregate_progress()
    Enrolment.objects.order_by("pk")[1].learner.delete()
    assert wrong() == {}
    aggregate_progress()
    assert wrong() == {}


@pytest.mark.parametrize("by", [-2, -1, 1, 5])
@pytest.mark.parametrize("folded", [True, False])
def test_drift_in_either_direction_is_found_and_mended(by: int, folded: bool) -> None:
    some()
    run = Enrolment.objects.values_list("run_id", flat=True)[0]
    if folded:
        aggregate_progress()
        StepStat.objects.filter(run=run, slot=1).update(completions=F("completions") + by)
    else:
        Progressed.objects.create(run_id=run, slot=1, delta=by)
    assert wrong() == {1: by}
    mend_counts(compared=check_counts())
    assert wrong() == {}
    aggregate_progress()
    assert wrong() == {}
    assert CountsMended.objects.get().slots == 1


def test_a_lost_outbox_row_and_a_count_of_nobody_are_mended() -> None:
    course = some()
    Progressed.objects.filter(slot=0).delete()
    run = Enrolment.objects.values_list("run_id", flat=True)[0]
    StepStat.objects.create(run_id=run, slot=40, completions=3)
    assert wrong() == {0: -4, 40: 3}
    mend_counts(compared=check_counts())
    aggregate_progress()
    assert wrong() == {}
    assert dict(StepStat.objects.filter(run__course_key=course.key).values_list("slot", "completions")) == {0: 4, 1: 3, 2: 2, 40: 0}


def test_a_difference_stays_right_whatever_is_written_after_it_was_found() -> None:
    course = some()
    aggregate_progress()
    StepStat.objects.filter(slot=0).update(completions=F("completions") + 7)
    compared = check_counts()
    finish_course(course)
    Enrolment.objects.order_by("pk")[2].learner.delete()
    aggregate_progress()
    finish_course(course)
    mend_counts(compared=compared)
    assert wrong() == {}


def test_two_who_mend_the_same_do_not_mend_it_twice() -> None:
    some()
    aggregate_progress()
    StepStat.objects.filter(slot=0).update(completions=1)
    first, second = check_counts(), check_counts()
    mend_counts(compared=first)
    with pytest.raises(AlreadyMended):
        mend_counts(compared=second)
    assert wrong() == {}


def test_bits_are_counted_as_bits_over_many_sets_and_long_ones() -> None:
    sets = [(1, 0), (1, 1 << 999 | 1), (1, 0b1011), (2, 1 << 8), (1, 0b1011), (2, (1 << 1000) - 1)]
    counts = SlotCounts()
    counts.add(sets[:3])
    counts.add(sets[3:])
    expected: dict[tuple[int, int], int] = {}
    for run, bits in sets:
        for slot in slots(bits):
            expected[run, slot] = expected.get((run, slot), 0) + 1
    assert counts.totals() == expected


def test_synthetic_learners_are_counted_rightly() -> None:
    course = make_course(lessons=4, assessments=1)
    load_synthetic(plans=find_courses([str(course.key)]), learners=60, seed=1)
    assert check_counts().drift == ()
    assert RunStat.objects.get().enrolled == 60


def test_the_command_ends_with_an_error_when_a_count_is_wrong_and_mends_when_asked() -> None:
    some()
    aggregate_progress()
    out = StringIO()
    call_command("check_counts", stdout=out)
    assert "3 count(s) with 4 enrolment(s)" in out.getvalue()
    assert ": 0 wrong." in out.getvalue()
    StepStat.objects.filter(slot=2).update(completions=9)
    with pytest.raises(CommandError, match="Counts are wrong"):
        call_command("check_counts", stdout=out)
    assert "slot 2: counted 9, in the record 2" in out.getvalue()
    call_command("check_counts", "--mend", stdout=out)
    assert "Mended 1 count(s)." in out.getvalue()
    call_command("check_counts", stdout=StringIO())


def test_people_of_a_run_are_counted_with_the_steps() -> None:
    course = some(3)
    leaver = Enrolment.objects.order_by("pk")[0]
    withdraw(learner=leaver.learner, course_key=course.key)
    now = timezone.now()
    assert count_steps(now=now) == 6
    stat = RunStat.objects.get(run=leaver.run)
    assert (stat.enrolled, stat.finished, stat.withdrawn, stat.counted_at) == (3, 1, 1, now)
    for enrolment in Enrolment.objects.all():
        enrolment.learner.delete()
    later = timezone.now()
    count_steps(now=later)
    stat.refresh_from_db()
    assert (stat.enrolled, stat.finished, stat.withdrawn, stat.counted_at) == (0, 0, 0, later)


def test_two_who_count_at_once_leave_nobody_uncounted(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that began earlier writes its rows while the other, which began later, looks for runs that nobody is in."""
    some(3)
    earlier, later = timezone.now() - timedelta(seconds=5), timezone.now()
    write = RunStat.objects.bulk_create

    def crossed(*args: Any, **kwargs: Any) -> Any:
        written = write(*args, **kwargs)
        RunStat.objects.update(counted_at=earlier)
        return written

    monkeypatch.setattr(RunStat.objects, "bulk_create", crossed)
    count_steps(now=later)
    assert RunStat.objects.get().enrolled == 3


def test_a_done_step_counts_nothing_itself() -> None:
    """What counts is the timer's and the task's work: the write path knows nothing of it."""
    course = make_course(lessons=3, assessments=0)
    enrolment = enrol_in(course)
    mark_done(learner=enrolment.learner, course_key=course.key, step_key=lessons_of(course)[0].key)
    assert not DBTaskResult.objects.exists()
    assert not RunStat.objects.exists()


def test_one_count_waits_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    enqueued: list[int] = []
    monkeypatch.setattr(type(tasks.count_steps), "enqueue", lambda self: enqueued.append(1))
    assert request_count()
    DBTaskResult.objects.create(
        task_path=tasks.count_steps.module_path,
        status=TaskResultStatus.READY,
        args_kwargs={"args": [], "kwargs": {}},
        backend_name="default",
        run_after=get_date_max(),
    )
    assert not request_count()
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING)
    assert request_count()
    assert len(enqueued) == 2


def test_the_trequest_counts() -> None:
    some()
    tasks.count_steps.call()
    assert RunStat.objects.get().enrolled == 4
    assert not Progressed.objects.exists()


class Workers:
    """Threads, each with a connection of its own; what goes wrong in one is kept."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []

    def start(self, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        thread.start()
        return thread

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            self.errors.append(error)
        finally:
            connections.close_all()


@pytest.mark.postgres
@pytest.mark.xdist_group("concurrency")
@pytest.mark.django_db(transaction=True)
def test_it_mends_while_people_learn_leave_and_are_counted() -> None:
    """Every look is at one moment: with writers at work no right count is ever found wrong, and no mend does harm."""
    course = make_course(lessons=12, assessments=0)
    keys = [lesson.key for lesson in lessons_of(course)]
    learners = [enrol_in(course).learner for _person in range(6)]
    StepStat.objects.create(run_id=Enrolment.objects.values_list("run_id", flat=True)[0], slot=2, completions=50)
    over, workers, found = threading.Event(), Workers(), list[dict[int, int]]()

    def learn(mine: list[User], *, leave: bool) -> None:
        for learner in mine:
            for key in keys:
                mark_done(learner=learner, course_key=course.key, step_key=key)
            if leave:
                learner.delete()

    def fold() -> None:
        while not over.is_set():
            aggregate_progress(batch=5)

    writers = [workers.start(lambda: learn(learners[:3], leave=False)), workers.start(lambda: learn(learners[3:], leave=True))]
    folder = workers.start(fold)
    while any(thread.is_alive() for thread in writers) or not found:
        compared = check_counts()
        found.append({drift.slot: drift.counted - drift.true for drift in compared.drift})
        mend_counts(compared=compared)
    over.set()
    for thread in (*writers, folder):
        thread.join(timeout=60)
    assert workers.errors == []
    assert found[0] == {2: 50}
    assert [later for later in found[1:] if later] == []
    aggregate_progress()
    assert check_counts().drift == ()
    assert {stat.completions for stat in StepStat.objects.filter(slot__lt=12)} == {3}
