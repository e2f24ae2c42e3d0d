"""Mark one step as done, from the page that needs no JavaScript."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from learning.services.record_progress import BatchResult, Event, EventType, record_progress


def mark_done(*, learner: User, course_key: UUID, step_key: UUID) -> BatchResult:
    """Record that a step is done, now.

    Raises:
        Refused: why it was refused.
    """
    now = timezone.now()
    event = Event(uuid.uuid4(), EventType.DONE, step_key, now)
    result = record_progress(learner=learner, course_key=course_key, events=[event], now=now)
    if result.refused:
        raise result.refused[0].error
    return result
