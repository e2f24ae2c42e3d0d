"""A crowd: many synthetic learners at once, as the tables of the record hold them. For lists, which must not care how many."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from accounts.models import User
from courses.models import CoursePage, CourseRun
from courses.services.publish_structure import newest_outline
from credentials.models import Credential, CredentialHolder
from learning.models import Attempt, Enrolment

FIRST = ("María José", "Ana", "José", "Fátima", "Jean-Luc", "李", "Zoë", "Łukasz", "O’Neil", "Ñandú", "Inês", "Mohamed")
LAST = ("Ñuñez", "García-López", "da Conceição", "Lefèvre", "小龍", "Øster", "Kowalski", "Quispe Mamani", "محمد", "Smith", "Peña", "Souza")
DAY = date(2026, 1, 1)
BATCH = 2000


def name_of(number: int) -> str:
    """The name of a learner of the crowd."""
    return f"{FIRST[number % 12]} {LAST[number // 12 % 12]} N{number}"


def make_crowd(courses: list[CoursePage], learners: int, *, start: int = 0) -> None:
    """Learners, each in one course; half with an attempt, a third with a certificate."""
    outlines = {course.key: newest_outline(course.key) for course in courses}
    runs = {course.key: CourseRun.objects.get(course_key=course.key) for course in courses}
    for low in range(start, start + learners, BATCH):
        numbers = range(low, min(low + BATCH, start + learners))
        people = User.objects.bulk_create(_people(numbers))
        enrolments = Enrolment.objects.bulk_create(
            Enrolment(
                learner=person,
                course_key=courses[number % len(courses)].key,
                run=runs[courses[number % len(courses)].key],
                outline=outlines[courses[number % len(courses)].key],
                language=("es", "pt", "fr", "en")[number % 4],
                state=Enrolment.State.WITHDRAWN if number % 10 == 9 else Enrolment.State.ACTIVE,
                done_bits=0b1 if number % 3 else 0b111,
                enrolled_on=DAY + timedelta(days=number % 300),
                completed_at=None if number % 3 else _at(number),
            )
            for number, person in zip(numbers, people, strict=True)
        )
        pairs = list(zip(numbers, enrolments, strict=True))
        Attempt.objects.bulk_create(_attempts(pairs, outlines))
        credentials = Credential.objects.bulk_create(_credentials([pair for pair in pairs if not pair[0] % 3], courses))
        holders = zip([pair for pair in pairs if not pair[0] % 3], credentials, strict=True)
        CredentialHolder.objects.bulk_create(
            CredentialHolder(credential=credential, learner_id=enrolment.learner_id, printed_name=name_of(number))
            for (number, enrolment), credential in holders
        )
    _learn_sizes()


def _learn_sizes() -> None:
    """Let PostgreSQL know that the tables have grown: in a transaction its own worker sees nothing, and plans for none."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in (User, Enrolment, Attempt, Credential, CredentialHolder):
                cursor.execute(f"ANALYZE {model._meta.db_table}")


def _at(number: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)


def _people(numbers: range) -> Iterator[User]:
    for number in numbers:
        yield User(
            email=f"learner{number}@crowd.example", password="!", printed_name=name_of(number), language="es", last_login=_at(number)
        )


def _attempts(pairs: list[tuple[int, Enrolment]], outlines: dict[Any, Any]) -> Iterator[Attempt]:
    for number, enrolment in pairs:
        if number % 2:
            continue
        graded = next((step.key for step in outlines[enrolment.course_key].document.steps if step.rule), uuid.uuid4())
        sent = {"score": number % 101, "passed": number % 101 >= 65, "submitted_at": _at(number + 30)} if number % 4 else {}
        yield Attempt(enrolment=enrolment, step_key=graded, number=1, paper={"schema": 1}, started_at=_at(number), **sent)


def _credentials(pairs: list[tuple[int, Enrolment]], courses: list[CoursePage]) -> Iterator[Credential]:
    titles = {course.key: {"es": course.title} for course in courses}
    for number, enrolment in pairs:
        yield Credential(
            enrolment=enrolment,
            subject_key=f"{enrolment.course_key}:{enrolment.run_id}",
            snapshot={"schema": 1, "titles": titles[enrolment.course_key], "language": "es", "demo": True, "minutes": 60},
            issued_at=_at(number),
            revoked_at=_at(number + 60) if number % 30 == 0 else None,
        )
