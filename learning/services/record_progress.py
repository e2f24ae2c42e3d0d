"""Record a batch of events from a browser: one transaction, one locked row, the same queries for 1 event or 200."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses.models import StepSlot
from learning import policies
from learning.errors import LearningError, RunClosed, StepNotSelfReported, StepUnknown
from learning.models import Enrolment
from learning.services.advance import advance, lock_enrolment, waived_steps
from learning.services.step_kinds import kinds_of


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
class Refusal:
    """An event that was not accepted, and why."""

    id: UUID
    error: LearningError


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of a batch."""

    accepted: tuple[UUID, ...]
    refused: tuple[Refusal, ...]
    completed: bool
    enrolment: Enrolment
    waived: set[UUID]


def record_progress(*, learner: User, course_key: UUID, events: Sequence[Event], now: datetime | None = None) -> BatchResult:
    """Record events of one enrolment. Order, repetition and delay do not matter.

    Raises:
        NotEnrolled: the learner takes no part in this course, or has left it.
    """
    now = now or timezone.now()
    with transaction.atomic():
        enrolment = lock_enrolment(learner.pk, course_key)
        accepted, refused = _sort(enrolment, events, now)
        slots = _slots(course_key, {event.step for event in accepted})
        bits = 0
        for event in accepted:
            if event.type is EventType.DONE:
                bits |= 1 << slots[event.step]
            _remember_place(enrolment, event, now)
        waived = waived_steps(course_key)
        completed = advance(enrolment, bits, waived=waived) if accepted else False
    return BatchResult(tuple(event.id for event in accepted), tuple(refused), completed, enrolment, waived)


def _slots(course_key: UUID, steps: set[UUID]) -> dict[UUID, int]:
    return dict(StepSlot.objects.filter(course_key=course_key, step_key__in=steps).values_list("step_key", "slot")) if steps else {}


def _sort(enrolment: Enrolment, events: Sequence[Event], now: datetime) -> tuple[list[Event], list[Refusal]]:
    if not policies.takes_events(enrolment.run, now):
        return [], [Refusal(event.id, RunClosed()) for event in events]
    kinds = kinds_of(enrolment, {event.step for event in events})
    accepted, refused = [], []
    for event in events:
        kind = kinds.get(event.step)
        if kind is None:
            refused.append(Refusal(event.id, StepUnknown()))
        elif event.type is EventType.DONE and not kind.is_self_reported:
            refused.append(Refusal(event.id, StepNotSelfReported()))
        else:
            accepted.append(event)
    return accepted, refused


def _remember_place(enrolment: Enrolment, event: Event, now: datetime) -> None:
    """Keep the latest place: the greatest (time capped at the server's, event id), whatever order they come in."""
    at = min(event.at, now)
    kept = (enrolment.resume_at, enrolment.resume_event)
    if enrolment.resume_at is None or (at, event.id) > kept:  # type: ignore[operator]
        enrolment.resume_step, enrolment.resume_at, enrolment.resume_event = event.step, at, event.id

