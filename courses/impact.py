"""The registry of questions about an edit, "whom would it affect?", which the floors above answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from foundation.registry import Entry, Registry


@dataclass(frozen=True, slots=True)
class Impact:
    """How many records belong to a course: people still taking it, open attempts, certificates already earned."""

    open_enrolments: int = 0
    open_attempts: int = 0
    certificates: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactSource(Entry):
    """What one app knows: the impact on a course, and how many people have done each of some steps of it (None: it can't say)."""

    of_course: Callable[[UUID], Impact]
    of_steps: Callable[[UUID, Collection[UUID]], Mapping[UUID, int]] | None = None


SOURCES = Registry(ImpactSource)


def of_course(course_key: UUID) -> Impact:
    """Return the sum of all answers about a course."""
    answers = [source.of_course(course_key) for source in SOURCES]
    return Impact(
        open_enrolments=sum(answer.open_enrolments for answer in answers),
        open_attempts=sum(answer.open_attempts for answer in answers),
        certificates=sum(answer.certificates for answer in answers),
    )


def of_steps(course_key: UUID, step_keys: Collection[UUID]) -> dict[UUID, int] | None:
    """Return how many people have done each of some steps of a course; None while no app can say."""
    answers = [source.of_steps(course_key, step_keys) for source in SOURCES if source.of_steps]
    if not answers:
        return None
    return {key: sum(answer.get(key, 0) for answer in answers) for key in step_keys}
