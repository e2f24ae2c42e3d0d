"""Find a person's enrolment in a course, in SQL written by hand (`foundation.statements`): every request of a learner needs it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from courses.models import CourseRun
from foundation.statements import Statement, scalar
from learning.models import Enrolment

SELECT = (
    "SELECT {e}, {r}, "
    "(SELECT {string_agg}(CAST(w.step_key AS text), ',') FROM courses_stepwaiver w"
    " WHERE w.course_key = e.course_key AND w.ended_at IS NULL), "
    "EXISTS (SELECT 1 FROM accounts_user_groups g WHERE g.user_id = e.learner_id)"
    " OR EXISTS (SELECT 1 FROM accounts_user_user_permissions o WHERE o.user_id = e.learner_id) "
    "FROM learning_enrolment e JOIN courses_courserun r ON r.id = e.run_id "
)
NEWEST = Statement(SELECT + "WHERE e.learner_id = %s AND e.course_key = %s ORDER BY e.id DESC LIMIT 1", e=Enrolment, r=CourseRun)
ALL = Statement(SELECT + "WHERE e.learner_id = %s ORDER BY e.id DESC", e=Enrolment, r=CourseRun)
TAKES = "SELECT 1 FROM learning_enrolment WHERE learner_id = %s AND course_key = %s AND state = 'active' LIMIT 1"


def own_enrolment(learner_id: int, course_key: UUID) -> Enrolment | None:
    """Return a person's newest enrolment in a course, with its run, its waivers, and as `may_be_staff` whether they have any right.

    One statement; None if they never enrolled.
    """
    row = NEWEST.first(learner_id, course_key)
    return _enrolment(row) if row else None


def own_enrolments(learner_id: int) -> list[Enrolment]:
    """Return all of a person's enrolments, newest first, each as `own_enrolment` does. One statement."""
    return [_enrolment(row) for row in ALL.all(learner_id)]


def lock_own_enrolment(learner_id: int, course_key: UUID) -> Enrolment | None:
    """Lock it as well, as `EnrolmentQuerySet.lock_first` does. Call inside a transaction."""
    lock = " FOR UPDATE OF e" if connection.features.has_select_for_update_of else ""
    row = NEWEST.first(learner_id, course_key, ending=lock)
    return _enrolment(row) if row else None


def takes_part(learner_id: int, course_key: UUID) -> bool:
    """Whether a person takes part in a course now."""
    return scalar(TAKES, learner_id, course_key) is not None


def _enrolment(row: tuple[Any, ...]) -> Enrolment:
    enrolment: Enrolment = row[0]
    enrolment.run, waived, enrolment.may_be_staff = row[1:]  # type: ignore[attr-defined] # read with it
    enrolment.read_waived = {UUID(key) for key in waived.split(",")} if waived else set()  # type: ignore[attr-defined]
    return enrolment
