"""What follows when a course is completed: its certificate is awarded, in the same transaction."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from credentials.services.award_credential import AlreadyRevoked, award_to
from learning.events import course_completed
from learning.models import Enrolment


def connect() -> None:
    """Connect the receivers of this app. Called from `ready()`."""
    course_completed.connect(_course_completed, sender=Enrolment, dispatch_uid="credentials-course-completed")


def _course_completed(sender: object, enrolment: Enrolment, **kwargs: Any) -> None:
    # One that was issued by hand before, and revoked, is not issued again; what was done is kept all the same.
    with suppress(AlreadyRevoked):
        award_to(enrolment)
