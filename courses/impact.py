"""Whom would this edit touch? Questions that the floors above answer about a course or a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Impact:
    """How many records hang on a course: people still at it, open attempts, certificates already earned."""

    open_enrolments: int = 0
    open_attempts: int = 0
    certificates: int = 0


_answers: list[Callable[[UUID], Impact]] = []


def register(answer: Callable[[UUID], Impact]) -> None:
    """Add an app's answer; called from its `ready()`."""
    if answer not in _answers:
        _answers.append(answer)


def of_course(course_key: UUID) -> Impact:
    """Return the sum of all answers about a course."""
    answers = [answer(course_key) for answer in _answers]
    return Impact(
        open_enrolments=sum(answer.open_enrolments for answer in answers),
        open_attempts=sum(answer.open_attempts for answer in answers),
        certificates=sum(answer.certificates for answer in answers),
    )
