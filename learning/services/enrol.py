"""Enrol a person in the self-paced run of a course."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.shown import shown
from courses.models import CoursePage, CourseRun
from courses.services.publish_structure import newest_outline
from learning import policies
from learning.errors import EnrolmentClosed
from learning.models import Enrolment
from learning.services.advance import advance


def enrol(*, learner: User, course_key: UUID, language: str, printed_name: str | None = None, now: datetime | None = None) -> Enrolment:
    """Enrol, or come back after leaving: every bit is kept. A second time changes nothing.

    Args:
        printed_name: the name for certificates, already cleaned (accounts.names); None leaves what is known.

    Raises:
        EnrolmentClosed: the course is not live, has no published structure, or its run is not open.
    """
    now = now or timezone.now()
    with transaction.atomic():
        # Against a move to another outline at this moment. Not a full lock: whoever tells the outbox of a step of this
        # run holds an enrolment and needs the run's key, and would wait for a move that waits for the enrolment.
        run = CourseRun.objects.select_for_update(no_key=True).filter(course_key=course_key, slug=CourseRun.SELF_PACED).first()
        outline = newest_outline(course_key)
        is_live = shown(CoursePage.objects.filter(translation_key=course_key), now).exists()
        if run is None or outline is None or not is_live or not policies.takes_enrolments(run, now):
            raise EnrolmentClosed
        if printed_name is not None and printed_name != learner.printed_name:
            learner.printed_name = printed_name
            learner.save(update_fields=["printed_name"])
        enrolment, created = Enrolment.objects.select_for_update(of=("self",)).get_or_create(
            learner=learner, run=run, defaults={"course_key": course_key, "outline": outline, "language": language}
        )
        if not created and enrolment.state != Enrolment.State.ACTIVE:
            _come_back(enrolment, language)
    return enrolment


def _come_back(enrolment: Enrolment, language: str) -> None:
    enrolment.state = Enrolment.State.ACTIVE
    enrolment.language = language
    enrolment.save(update_fields=["state", "language"])
    # A step may have been waived while they were away.
    advance(enrolment, 0)
