"""Leave a course. What was done is kept, so that coming back loses nothing."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from accounts.models import User
from learning.errors import NotEnrolled
from learning.models import Enrolment
from learning.services.advance import lock_enrolment


def withdraw(*, learner: User, course_key: UUID) -> None:
    """Withdraw a person from a course; a second time changes nothing."""
    with transaction.atomic():
        try:
            enrolment = lock_enrolment(learner.pk, course_key)
        except NotEnrolled:
            return
        enrolment.state = Enrolment.State.WITHDRAWN
        enrolment.save(update_fields=["state"])
