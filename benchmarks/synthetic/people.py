"""Invent synthetic learners and what they did from a seed. Pure: the same seed gives the same people.

Two courses each where there are two, about ten steps done in each (the record was planned for 102 million in 10.2
million enrolments; fewer in a short course), some finished, some with attempts, some withdrawn. Everything keeps the laws of the
record: an assessment is done only by an attempt that passed, and whoever is covered has completed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from courses.outline import AssessmentRule, OutlineDocument, OutlineStep
from credentials.models import CODE_ALPHABET, CODE_LENGTH
from learning import policies
from learning.grading import course_grade, is_honours

DOMAIN = "synthetic.invalid"
FIRST_DAY, DAYS = date(2023, 1, 1), 1095
MEAN_STEPS = 9
LANGUAGES = ("es", "es", "es", "es", "es", "es", "pt", "pt", "en", "fr")
FIRST_NAMES = (
    "María José",
    "Ana",
    "José",
    "Fátima",
    "Jean-Luc",
    "Zoë",
    "Ñusta",
    "Inês",
    "Mohamed",
    "Luz",
    "Carlos",
    "Rosa",
    "João",
    "Lucía",
)
LAST_NAMES = ("Núñez", "García-López", "da Conceição", "Lefèvre", "Quispe Mamani", "Smith", "Peña", "Souza", "Pérez", "Rojas", "Baptiste")

Row = dict[str, Any]


@dataclass(frozen=True)
class CoursePlan:
    """What must be known of a course to draw people who take it."""

    course_key: UUID
    run_id: int
    outline_id: UUID
    outline_version: int
    document: OutlineDocument
    waived: frozenset[UUID] = frozenset()
    # What every certificate of the course says: see credentials.services.award_credential.snapshot_of.
    printed: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def steps(self) -> tuple[OutlineStep, ...]:
        """The steps that a learner can do, in order."""
        return tuple(step for step in self.document.steps if step.key not in self.waived)

    @cached_property
    def prefixes(self) -> tuple[int, ...]:
        """The bits of the first n steps, for every n."""
        found = [0]
        for step in self.steps:
            found.append(found[-1] | 1 << step.slot)
        return tuple(found)

    @cached_property
    def needed(self) -> int:
        """The bits that finish the course."""
        return policies.required_mask(self.document, self.waived)

    @cached_property
    def graded(self) -> dict[int, AssessmentRule]:
        """The places of the assessments, and what each asks."""
        return {place: step.rule for place, step in enumerate(self.steps) if step.rule}

    @cached_property
    def finishers(self) -> float:
        """The share of those who do everything: fewer in a long course."""
        return min(0.12, 3 / max(1, len(self.steps)))


@dataclass(slots=True)
class DrawnEnrolment:
    """An enrolment with what hangs on it; rows as columns, without the numbers that the database gives."""

    row: Row
    attempts: list[Row] = field(default_factory=list)
    credential: Row | None = None


@dataclass(slots=True)
class Person:
    """A person and their enrolments."""

    row: Row
    enrolments: list[DrawnEnrolment]


def email_of(number: int, seed: int) -> str:
    """Return the address of a synthetic person: of a domain that can never exist (RFC 2606)."""
    return f"learner{number:07d}.s{seed}@{DOMAIN}"


def draw_people(plans: Sequence[CoursePlan], learners: int, seed: int) -> Iterator[Person]:
    """Yield that many people. The first ones are the same however many are asked for."""
    draw = random.Random(seed)  # noqa: S311 - made-up people, not secrets
    for number in range(learners):
        yield _person(plans, number, seed, draw)


def _person(plans: Sequence[CoursePlan], number: int, seed: int, draw: random.Random) -> Person:
    day = FIRST_DAY + timedelta(days=int(draw.random() * DAYS))
    language = LANGUAGES[int(draw.random() * len(LANGUAGES))]
    first = int(draw.random() * len(plans))
    chosen = [plans[first]]
    if len(plans) > 1:
        chosen.append(plans[(first + 1 + int(draw.random() * (len(plans) - 1))) % len(plans)])
    enrolments = [_enrolment(plan, day + timedelta(days=index * 40), language, draw) for index, plan in enumerate(chosen)]
    completed = any(enrolment.row["completed_at"] for enrolment in enrolments)
    names = FIRST_NAMES[int(draw.random() * len(FIRST_NAMES))], LAST_NAMES[int(draw.random() * len(LAST_NAMES))]
    name = " ".join(names) if draw.random() < (0.96 if completed else 0.6) else ""
    joined = _moment(day, draw)
    row = {
        "email": email_of(number, seed),
        "printed_name": name,
        "show_name": draw.random() < 0.2,
        "language": language,
        "date_joined": joined,
        "last_login": joined + timedelta(days=int(draw.random() * 200)),
    }
    if name:
        _certify(chosen, enrolments, draw)
    return Person(row, enrolments)


def _moment(day: date, draw: random.Random) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=int(draw.random() * 86_400))


def _key(draw: random.Random) -> str:
    """Return a random UUID of version 4, as text."""
    return str(UUID(int=draw.getrandbits(128), version=4))


def _enrolment(plan: CoursePlan, day: date, language: str, draw: random.Random) -> DrawnEnrolment:
    length, chance = len(plan.steps), draw.random()
    reached = 0
    if chance < plan.finishers:
        reached = length
    elif chance > 0.15:
        reached = min(max(0, length - 1), 1 + int(draw.expovariate(1 / MEAN_STEPS)))
    bits, attempts = plan.prefixes[reached], [row for place in plan.graded if place < reached for row in _passed(plan, place, day, draw)]
    if 1 < reached < length and draw.random() < 0.1:
        skipped = plan.steps[int(draw.random() * reached)]
        bits &= ~(0 if skipped.rule else 1 << skipped.slot)
    completed = _moment(day + timedelta(days=3 + int(draw.random() * 60)), draw) if policies.is_covered(bits, plan.needed) else None
    withdrawn = draw.random() < (0.01 if completed else 0.09)
    if reached in plan.graded and completed is None and not withdrawn and draw.random() < 0.3:
        attempts.append(_attempt(plan, reached, 1, None, day, draw))
    row: Row = {
        "course_key": plan.course_key,
        "run_id": plan.run_id,
        "outline_id": plan.outline_id,
        "language": language,
        "state": "withdrawn" if withdrawn else "active",
        "done_bits": bits,
        "enrolled_on": day,
        "completed_at": completed,
    }
    if reached and draw.random() < 0.8:
        at = plan.steps[min(reached, length - 1)].key
        row |= {"resume_step": at, "resume_at": _moment(day + timedelta(days=1), draw), "resume_event": _key(draw)}
    return DrawnEnrolment(row, attempts)


def _passed(plan: CoursePlan, place: int, day: date, draw: random.Random) -> Iterator[Row]:
    """Yield the attempts at an assessment that was passed: sometimes the second."""
    rule, number = plan.graded[place], 1
    if rule.pass_mark and rule.attempts_allowed != 1 and draw.random() < 0.2:
        yield _attempt(plan, place, number, int(draw.random() * rule.pass_mark), day, draw)
        number = 2
    yield _attempt(plan, place, number, rule.pass_mark + int(draw.random() * (101 - rule.pass_mark)), day, draw)


def _attempt(plan: CoursePlan, place: int, number: int, score: int | None, day: date, draw: random.Random) -> Row:
    """Return an attempt whose paper has no questions: a real one is a hundred times as large, and no list reads it."""
    rule = plan.graded[place]
    started = _moment(day + timedelta(days=number), draw)
    return {
        "step_key": plan.steps[place].key,
        "number": number,
        "paper": {"schema": 1, "seed": 0, "language": "es", "rule": asdict(rule), "questions": []},
        "started_at": started,
        "score": score,
        "passed": None if score is None else score >= rule.pass_mark,
        "submitted_at": None if score is None else started + timedelta(minutes=25),
    }


def _certify(plans: Sequence[CoursePlan], enrolments: Sequence[DrawnEnrolment], draw: random.Random) -> None:
    """Give those that are completed their certificate; one in two hundred was revoked."""
    for plan, enrolment in zip(plans, enrolments, strict=True):
        completed = enrolment.row["completed_at"]
        if completed is None:
            continue
        best = {row["step_key"]: row["score"] for row in enrolment.attempts if row["passed"]}
        marks = [(best[step.key], step.rule.honours_mark) for step in plan.steps if step.rule and step.key in best]
        revoked = draw.random() < 0.005
        enrolment.credential = {
            "id": _key(draw),
            "code": "".join(CODE_ALPHABET[int(draw.random() * len(CODE_ALPHABET))] for _place in range(CODE_LENGTH)),
            "subject_key": f"{plan.course_key}:{plan.run_id}",
            "snapshot": {
                **plan.printed,
                "grade": course_grade([score for score, _mark in marks]),
                "honours": is_honours(marks),
                "completed_on": completed.date().isoformat(),
                "language": enrolment.row["language"],
                # Says on every page that it certifies nothing; and only then does the database let it go (credentials.db_triggers).
                "demo": True,
            },
            "issued_at": completed,
            "revoked_at": completed + timedelta(days=30) if revoked else None,
            "reason": "data" if revoked else "",
        }
