"""A race that is lost once in a thousand is lost: the same moments over and over. Only on PostgreSQL.

TRIALS=1000 for the long form (`make faults`); otherwise a hundred.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from courses.models import CoursePage, CourseRun
from courses.services.publish_structure import newest_outline
from credentials.models import Credential, CredentialHolder
from learning.bitset import slots
from learning.models import Enrolment, Progressed, StepStat
from learning.services.aggregate_progress import aggregate_progress
from learning.services.record_progress import record_progress
from tests.factories import done, lessons_of, make_course, make_user

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("concurrency"), pytest.mark.database]

TRIALS = int(os.environ.get("TRIALS", "100"))
SECONDS = 30


def enrolments_in(course: CoursePage, number: int) -> list[Enrolment]:
    """As many people, each enrolled: one for each trial."""
    run, outline = CourseRun.objects.get(course_key=course.key), newest_outline(course.key)
    assert outline is not None
    return Enrolment.objects.bulk_create(
        Enrolment(learner=make_user(), course_key=course.key, run=run, outline=outline, language="es") for _trial in range(number)
    )


def race(writers: int, act: Callable[[int, Enrolment], Any], enrolments: list[Enrolment]) -> list[list[Any]]:
    """Let writers, each with its connection, do something to one enrolment after another, each time let go together."""
    gate = threading.Barrier(writers, timeout=SECONDS)

    def write(writer: int) -> list[Any]:
        try:
            results = []
            for enrolment in enrolments:
                gate.wait()
                results.append(act(writer, enrolment))
            return results
        except BaseException:
            gate.abort()
            raise
        finally:
            connections.close_all()

    with ThreadPoolExecutor(writers) as pool:
        return list(zip(*pool.map(write, range(writers)), strict=True))  # type: ignore[arg-type]


def counted() -> dict[tuple[int, int], int]:
    """How many have done each step, as reports will read it: what is folded, and what is not yet."""
    sums: Counter[tuple[int, int]] = Counter()
    for run, slot, number in StepStat.objects.values_list("run_id", "slot", "completions"):
        sums[run, slot] += number
    for run, slot, delta in Progressed.objects.values_list("run_id", "slot", "delta"):
        sums[run, slot] += delta
    return {key: number for key, number in sums.items() if number}


def by_bits() -> dict[tuple[int, int], int]:
    return dict(Counter((run, slot) for run, bits in Enrolment.objects.values_list("run_id", "done_bits") for slot in slots(int(bits))))


def test_four_writers_lose_nothing_in_any_trial() -> None:
    """Four devices save a step each of the same course at the same moment; somebody folds the counts meanwhile."""
    course = make_course(lessons=4, assessments=0)
    steps = [lesson.key for lesson in lessons_of(course)]
    enrolments = enrolments_in(course, TRIALS)
    over = threading.Event()

    def fold() -> None:
        try:
            while not over.wait(0.05):
                aggregate_progress(batch=50)
        finally:
            connections.close_all()

    folding = threading.Thread(target=fold, daemon=True)
    folding.start()
    try:
        results = race(
            4,
            lambda writer, enrolment: (
                record_progress(learner=enrolment.learner, course_key=course.key, events=[done(steps[writer])]).completed
            ),
            enrolments,
        )
    finally:
        over.set()
        folding.join(SECONDS)
    # One of the four completed the course, each time.
    assert {sum(completed) for completed in results} == {1}
    assert set(Enrolment.objects.values_list("done_bits", flat=True)) == {0b1111}
    assert not Enrolment.objects.filter(completed_at=None).exists()
    assert sorted(Credential.objects.values_list("enrolment_id", flat=True)) == sorted(enrolment.pk for enrolment in enrolments)
    assert CredentialHolder.objects.count() == TRIALS
    assert counted() == by_bits() == dict.fromkeys(by_bits(), TRIALS)
    aggregate_progress()
    assert not Progressed.objects.exists()
    assert counted() == by_bits()


def test_the_last_step_done_twice_at_once_completes_once_in_every_trial() -> None:
    """Two tabs send the same last step: one of them finishes the course, and there is one certificate."""
    course = make_course(lessons=2, assessments=0)
    first, last = (lesson.key for lesson in lessons_of(course))
    enrolments = enrolments_in(course, TRIALS)
    for enrolment in enrolments:
        record_progress(learner=enrolment.learner, course_key=course.key, events=[done(first)])

    def finish(_writer: int, enrolment: Enrolment) -> bool:
        return record_progress(learner=enrolment.learner, course_key=course.key, events=[done(last)]).completed

    results = race(2, finish, enrolments)
    assert {sum(completed) for completed in results} == {1}
    assert Credential.objects.count() == CredentialHolder.objects.count() == Enrolment.objects.exclude(completed_at=None).count() == TRIALS
    assert len(set(Credential.objects.values_list("enrolment_id", flat=True))) == TRIALS
    assert counted() == by_bits() == dict.fromkeys(by_bits(), TRIALS)
