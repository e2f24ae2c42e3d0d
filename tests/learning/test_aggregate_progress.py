"""The counts that reports read: every done step once, whoever folds and however often; nobody who is erased."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction

from learning.bitset import slots
from learning.models import Enrolment, Progressed, StepStat
from learning.services.aggregate_progress import aggregate_progress
from learning.services.mark_done import mark_done
from tests.factories import enrol_in, finish_course, lessons_of, make_course

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def in_the_record() -> Counter[tuple[int, int]]:
    """What the counts must be: the bits of everyone who is in the record."""
    bits = Enrolment.objects.values_list("run_id", "done_bits")
    return Counter((run, slot) for run, done_bits in bits for slot in slots(done_bits))


def counted() -> Counter[tuple[int, int]]:
    return Counter({(run, slot): n for run, slot, n in StepStat.objects.values_list("run_id", "slot", "completions") if n})


def some_learners(number: int = 4) -> list[Enrolment]:
    course = make_course(lessons=3, assessments=0)
    enrolments = [enrol_in(course) for _learner in range(number)]
    for place, enrolment in enumerate(enrolments):
        for lesson in lessons_of(course)[: place + 1]:
            mark_done(learner=enrolment.learner, course_key=course.key, step_key=lesson.key)
    return enrolments


@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_what_is_counted_is_what_the_record_holds(batch: int) -> None:
    some_learners()
    finish_course(make_course(lessons=2, assessments=1))
    waiting = Progressed.objects.count()
    assert aggregate_progress(batch=batch) == waiting == sum(in_the_record().values())
    assert counted() == in_the_record()
    assert not Progressed.objects.exists()


def test_nothing_is_counted_twice() -> None:
    enrolments = some_learners()
    aggregate_progress()
    assert aggregate_progress() == 0
    course_key = enrolments[0].course_key
    step = enrolments[0].outline.document.steps[1].key
    for _again in range(2):
        mark_done(learner=enrolments[0].learner, course_key=course_key, step_key=step)
    assert aggregate_progress() == 1
    assert counted() == in_the_record()


@pytest.mark.parametrize("when", ["before", "between", "after"])
def test_who_is_erased_is_not_counted(when: str) -> None:
    """Whether their steps were folded already, in part, or not yet."""
    enrolments = some_learners()
    if when == "after":
        aggregate_progress()
    if when == "between":
        fold_progress_of(2)
    for enrolment in enrolments[1:3]:
        enrolment.learner.delete()
    aggregate_progress()
    assert counted() == in_the_record()
    assert sum(counted().values()) == 1 + 3


def fold_progress_of(rows: int) -> None:
    from learning.services.aggregate_progress import _fold_one

    _fold_one(rows)


def test_a_failure_while_folding_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    some_learners()
    waiting = Progressed.objects.count()

    def breaks(**anything: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as storm:
        storm.setattr("learning.services.aggregate_progress.add_completions", breaks)
        with pytest.raises(RuntimeError):
            aggregate_progress()
    assert Progressed.objects.count() == waiting
    assert not counted()
    aggregate_progress()
    assert counted() == in_the_record()


@pytest.mark.postgres
@pytest.mark.xdist_group("concurrency")
@pytest.mark.django_db(transaction=True)
def test_two_who_fold_at_once_share_the_work() -> None:
    some_learners(8)
    expected, waiting = in_the_record(), Progressed.objects.count()
    start = threading.Barrier(4)
    folded: list[int] = []
    errors: list[BaseException] = []

    def fold(batch: int) -> Callable[[], None]:
        def run() -> None:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '20s'")
                start.wait(timeout=20)
                folded.append(aggregate_progress(batch=batch))
            except BaseException as error:
                errors.append(error)
            finally:
                connections.close_all()

        return run

    threads = [threading.Thread(target=fold(batch), daemon=True) for batch in (1, 2, 3, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []
    assert sum(folded) == waiting
    assert counted() == expected


@pytest.mark.postgres
@pytest.mark.xdist_group("concurrency")
@pytest.mark.django_db(transaction=True)
def test_rows_that_another_is_folding_are_passed_over() -> None:
    some_learners(2)
    found: list[int] = []
    with transaction.atomic():
        list(Progressed.objects.select_for_update().order_by("pk")[:2])

        def fold() -> None:
            try:
                found.append(aggregate_progress())
            finally:
                connections.close_all()

        other = threading.Thread(target=fold, daemon=True)
        other.start()
        other.join(timeout=30)
        assert not other.is_alive()
    assert found == [1]
    assert aggregate_progress() == 2
    assert counted() == in_the_record()
