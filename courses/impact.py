"""The registry of questions about an edit, "whom would it affect?", which the floors above answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Impact:
    """How many records belong to a course: people still taking it, open attempts, certificates already earned."""

    open_enrolments: int = 0
    open_attempts: int = 0
    certificates: int = 0


StepCounts = Callable[[UUID, Collection[UUID]], Mapping[UUID, int]]

_answers: list[Callable[[UUID], Impact]] = []
_step_counts: list[StepCounts] = []


def register(answer: Callable[[UUID], Impact]) -> None:
    """Add an app's answer about a course; called from its `ready()`."""
    if answer not in _answers:
        _answers.append(answer)


def register_steps(answer: StepCounts) -> None:
    """Add an app's answer to "how many people have done each of these steps of a course?"; called from its `ready()`."""
    if answer not in _step_counts:
        _step_counts.append(answer)


def of_course(course_key: UUID) -> Impact:
    """Return the sum of all answers about a course."""
    answers = [answer(course_key) for answer in _answers]
    return Impact(
        open_enrolments=sum(answer.open_enrolments for answer in answers),
        open_attempts=sum(answer.open_attempts for answer in answers),
        certificates=sum(answer.certificates for answer in answers),
    )


def of_steps(course_key: UUID, step_keys: Collection[UUID]) -> dict[UUID, int] | None:
    """Return how many people have done each of some steps of a course; None while no app can say."""
    if not _step_counts:
        return None
    answers = [answer(course_key, step_keys) for answer in _step_counts]
    return {key: sum(answer.get(key, 0) for answer in answers) for key in step_keys}
