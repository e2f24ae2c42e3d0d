"""Record a batch of events from a browser: one transaction, one locked row, the same three statements for 1 event or 200."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses.outline import OutlineStep
from foundation.errors import Refused
from learning import policies
from learning.errors import RunClosed, StepNotSelfReported, StepUnknown
from learning.models import Enrolment
from learning.services.advance import advance, lock_enrolment
from learning.services.known_steps import known_steps

# No device did anything here before; and a database has no year 0.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class EventType(StrEnum):
    """What a browser may say."""

    DONE = "done"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened on a device. `at` is the device's clock; it is never trusted beyond the server's."""

    id: UUID
    type: EventType
    step: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """An event that was not accepted, and why."""

    id: UUID
    error: Refused


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of a batch."""

    accepted: tuple[UUID, ...]
    refused: tuple[RefusedEvent, ...]
    completed: bool
    enrolment: Enrolment


def record_progress(*, learner: User, course_key: UUID, events: Sequence[Event], now: datetime | None = None) -> BatchResult:
    """Record events of one enrolment. Order, repetition and delay do not matter.

    Raises:
        NotEnrolled: the learner takes no part in this course, or has left it.
    """
    now = now or timezone.now()
    with transaction.atomic():
        enrolment = lock_enrolment(learner.pk, course_key)
        accepted, refused = _sort(enrolment, events, now)
        bits = 0
        for event, step in accepted:
            if event.type is EventType.DONE:
                bits |= 1 << step.slot
            _remember_place(enrolment, event, now)
        completed = advance(enrolment, bits) if accepted else False
    return BatchResult(tuple(event.id for event, _step in accepted), tuple(refused), completed, enrolment)


def _sort(enrolment: Enrolment, events: Sequence[Event], now: datetime) -> tuple[list[tuple[Event, OutlineStep]], list[RefusedEvent]]:
    """Part events into those that count, each with its step, and those that do not. A step's slot is the ledger's: an outline copies it."""
    if not policies.takes_events(enrolment.run, now):
        return [], [RefusedEvent(event.id, RunClosed()) for event in events]
    steps = known_steps(enrolment=enrolment, keys={event.step for event in events})
    accepted: list[tuple[Event, OutlineStep]] = []
    refused: list[RefusedEvent] = []
    for event in events:
        step = steps.get(event.step)
        if step is None:
            refused.append(RefusedEvent(event.id, StepUnknown()))
        elif event.type is EventType.DONE and not step.kind.is_self_reported:
            refused.append(RefusedEvent(event.id, StepNotSelfReported()))
        else:
            accepted.append((event, step))
    return accepted, refused


def _remember_place(enrolment: Enrolment, event: Event, now: datetime) -> None:
    """Keep the latest place: the greatest (time, event id), whatever order they come in.

    A device's clock is taken at its word only between EARLIEST and the server's own time: one that runs ahead would
    otherwise hold the place for years.
    """
    place = (max(EARLIEST, min(event.at, now)), event.id)
    if enrolment.resume_at is None or enrolment.resume_event is None or place > (enrolment.resume_at, enrolment.resume_event):
        enrolment.resume_step, enrolment.resume_at, enrolment.resume_event = event.step, *place
