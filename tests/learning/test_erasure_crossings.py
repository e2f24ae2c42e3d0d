"""An account is erased at the very moment at which its owner does something: neither fails, nothing is left. Only on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.erase_account import erase_account
from courses.models import CoursePage
from credentials.models import Credential, CredentialHolder
from credentials.services.claim_credential import claim_credential
from learning.errors import NotEnrolled
from learning.models import Enrolment, Progressed
from learning.services.mark_done import mark_done
from tests.factories import enrol_in, finish_course, lessons_of, make_course, make_user
from tests.learning.test_concurrency import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("concurrency"), pytest.mark.database]

SECONDS = 20


def erase(learner: User) -> None:
    erase_account(user=learner, now=timezone.now())


def delete_in_the_admin(learner: User) -> None:
    """As Wagtail's admin deletes an account: without the service."""
    User.objects.get(pk=learner.pk).delete()


def finish(course: CoursePage, learner: User) -> bool:
    return mark_done(learner=learner, course_key=course.key, step_key=lessons_of(course)[-1].key).completed


def begin(pool: ThreadPoolExecutor, act: Callable[..., Any], *given: Any) -> Future[Any]:
    """Begin an act on another connection; return once it waits for a lock of ours."""
    pids: list[int] = []

    def run() -> Any:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '20s'")
                cursor.execute("SELECT pg_backend_pid()")
                pids.append(cursor.fetchone()[0])
            return act(*given)
        finally:
            connections.close_all()

    future = pool.submit(run)
    deadline = time.monotonic() + SECONDS
    while not (pids and waits(pids[0])):
        assert not future.done(), "it did not wait"
        assert time.monotonic() < deadline, "it neither waits nor ends"
        time.sleep(0.02)
    return future


def waits(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        return bool(cursor.fetchone()[0])


def left_over() -> list[int]:
    """Enrolments, holders of certificates, and steps counted."""
    return [Enrolment.objects.count(), CredentialHolder.objects.count(), sum(Progressed.objects.values_list("delta", flat=True))]


@pytest.mark.parametrize("delete", [erase, delete_in_the_admin])
def test_who_finishes_first_has_finished_and_is_then_erased(delete: Callable[[User], None]) -> None:
    """The certificate is written while the erasure waits. It used to hold the account, which the certificate needs at its commit."""
    course = make_course(lessons=1, assessments=0)
    learner = enrol_in(course).learner
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert finish(course, learner)
            erasure = begin(pool, delete, User.objects.get(pk=learner.pk))
        erasure.result(timeout=SECONDS)
    assert not User.objects.filter(pk=learner.pk).exists()
    assert left_over() == [0, 0, 0]
    assert Credential.objects.get().enrolment_id is None


@pytest.mark.parametrize("delete", [erase, delete_in_the_admin])
def test_who_is_erased_first_is_told_that_there_is_no_enrolment(delete: Callable[[User], None]) -> None:
    course = make_course(lessons=1, assessments=0)
    learner = enrol_in(course).learner
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            delete(User.objects.get(pk=learner.pk))
            last_step = begin(pool, finish, course, learner)
        with pytest.raises(NotEnrolled):
            last_step.result(timeout=SECONDS)
    assert left_over() == [0, 0, 0]
    assert not Credential.objects.exists()


def test_who_claims_a_certificate_while_the_account_is_erased_never_locks_for_ever() -> None:
    course = make_course(lessons=1, assessments=0)
    for claim_first in (True, False):
        learner = finish_course(course, make_user(printed_name="")).learner

        def claim(learner: User = learner) -> Any:
            return claim_credential(learner=learner, course_key=course.key, printed_name="Ana Núñez")

        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                if claim_first:
                    claim()
                    other = begin(pool, erase, User.objects.get(pk=learner.pk))
                else:
                    erase(User.objects.get(pk=learner.pk))
                    other = begin(pool, claim)
            if claim_first:
                other.result(timeout=SECONDS)
            else:
                with pytest.raises(NotEnrolled):
                    other.result(timeout=SECONDS)
        assert left_over() == [0, 0, 0]


def test_finishing_and_erasing_at_once_end_well_whoever_is_first() -> None:
    course = make_course(lessons=1, assessments=0)
    for delete in [erase, delete_in_the_admin] * 8:
        learner = enrol_in(course).learner
        account = User.objects.get(pk=learner.pk)
        finished, erased = at_once(
            lambda learner=learner: finish(course, learner),  # type: ignore[misc]
            lambda delete=delete, account=account: delete(account),  # type: ignore[misc]
        )
        assert erased is None
        assert finished is True or isinstance(finished, NotEnrolled)
        assert left_over() == [0, 0, 0]
