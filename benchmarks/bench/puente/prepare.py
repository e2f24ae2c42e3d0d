"""Prepare Puente's courses, people and visits."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from datetime import date, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.allauth_internals import session_with_records
from accounts.models import User
from benchmarks.bench.people import sign_in
from benchmarks.bench.plans import FEW_WORKS, Visit, get, post, task
from benchmarks.bench.puente.content import copy_work
from benchmarks.bench.puente.crowd import make_crowd
from core.site import ensure_site
from courses.models import CataloguePage, CoursePage, CourseRun, LessonPage, ModulePage
from courses.outline import OutlineStep
from courses.services.publish_structure import publish_structure
from knowledge.models import Edition, EditionFile, LibraryPage, PublicationPage
from learning.models import Enrolment

IN_A_MODULE = 50
# The pages that are no task of a course's own.
OTHERS = ("T9", "T10", "T11", "T11/part", "T12", "T13", "T14")
TASKS = ("T1", "T2", "T3", "T3/enrolled", "T4", "T5", "T6", "T7", "T7/state", "T8", "T8/listing", *OTHERS)
BODY = json.dumps([{"type": "rich_text", "id": str(uuid.uuid4()), "value": "<p>" + "A lesson of the benchmark. " * 20 + "</p>"}])
EVENTS = "/learning/api/events"
MADE_UP, PDF_BYTES = 2000, 154_000


def make(sizes: dict[str, Any]) -> dict[str, Any]:
    """Make an open course of each length and one for enrolled people only, and the people who act in them."""
    call_command("collectstatic", interactive=False, verbosity=0)
    ensure_site()
    staff = User.objects.create(email="staff@actors.example", is_superuser=True, printed_name="Staff", language="es")
    Authenticator.objects.create(user=staff, type=Authenticator.Type.TOTP, data={"secret": ""})
    plan: dict[str, Any] = {name: {} for name in TASKS}
    for steps in sizes["steps"]:
        people = User.objects.bulk_create(
            User(email=f"actor{steps}-{n}@actors.example", password="!", printed_name=f"Ana Quispe {n}", language="es")
            for n in range(sizes["actors"])
        )
        sessions = sign_in_listed(people)
        course = make_course(steps)
        for name, found in _visits(course, people, sessions, staff).items():
            plan[name][str(steps)] = found
        plan["healthz"] = {"": task([[get("/healthz")]])}
        plan["T3/enrolled"][str(steps)] = _gated(make_course(steps, access=CoursePage.Access.ENROLLED), people, sessions)
    return plan


def make_course(steps: int, **fields: Any) -> CoursePage:
    """Make a course of lessons in modules of at most fifty, and publish its structure."""
    catalogue = CataloguePage.objects.get(locale__language_code="es")
    fields.setdefault("slug", f"course-{steps}-{fields.get('access', 'open')}")
    course = CoursePage(title=f"Course of {steps}", summary="A course.", locale=catalogue.locale, **fields)
    catalogue.add_child(instance=course)
    course.save_revision().publish()
    for first in range(0, steps, IN_A_MODULE):
        module = course.add_child(instance=ModulePage(title=f"Module {first}", slug=f"module-{first}", locale=catalogue.locale))
        for n in range(first, min(first + IN_A_MODULE, steps)):
            module.add_child(
                instance=LessonPage(
                    title=f"Lesson {n}", slug=f"lesson-{n}", locale=catalogue.locale, minutes=7, body=BODY, lead="A lesson."
                )
            )
    publish_structure(course=course)
    found: CoursePage = CoursePage.objects.get(pk=course.pk)
    return found


def _enrol(course: CoursePage, people: list[User]) -> tuple[list[Enrolment], list[OutlineStep]]:
    from courses.services.publish_structure import newest_outline

    outline, run = newest_outline(course.key), CourseRun.objects.get(course_key=course.key)
    assert outline is not None
    steps = list(outline.document.steps)
    made = Enrolment.objects.bulk_create(
        Enrolment(learner=person, course_key=course.key, run=run, outline=outline, language="es", done_bits=0) for person in people
    )
    return made, steps


def _gated(course: CoursePage, people: list[User], sessions: list[str]) -> dict[str, Any]:
    _enrol(course, people)
    lesson = LessonPage.objects.descendant_of(course).order_by("path")[0].get_url()
    return task([[get(lesson, session)] for session in sessions])


def _bits(steps: list[OutlineStep]) -> str:
    """Return the set of these steps as PostgreSQL reads bytes."""
    bits = sum(1 << step.slot for step in steps)
    return f"'\\x{bits.to_bytes((bits.bit_length() + 7) // 8, 'little').hex()}'::bytea"


def _back(done: list[OutlineStep]) -> list[str]:
    """Return what resets the record to these steps done, at no place, without certificate. The triggers are off for it."""
    credentials = "SELECT id FROM credentials_credential WHERE enrolment_id = ANY(%(ids)s)"
    return [
        "SET session_replication_role = replica",
        f"DELETE FROM credentials_credentialholder WHERE credential_id IN ({credentials})",
        "DELETE FROM credentials_credential WHERE enrolment_id = ANY(%(ids)s)",
        "SET session_replication_role = DEFAULT",
        f"UPDATE learning_enrolment SET done_bits = {_bits(done)}, completed_at = NULL, resume_step = NULL, resume_at = NULL, "
        "resume_event = NULL WHERE id = ANY(%(ids)s)",
        "DELETE FROM learning_progressed",
    ]


def _event(kind: str, step: OutlineStep) -> dict[str, str]:
    return {"id": str(uuid.uuid4()), "type": kind, "step": str(step.key), "at": timezone.now().isoformat()}


def _visits(course: CoursePage, people: list[User], sessions: list[str], staff: User) -> dict[str, Any]:
    enrolments, steps = _enrol(course, people)
    ids = [enrolment.pk for enrolment in enrolments]
    address, lesson = course.get_url(), LessonPage.objects.descendant_of(course).order_by("path")[0].get_url()
    half, four, last = steps[: len(steps) // 2], steps[2:6], steps[-1]

    def sends(*events: tuple[str, OutlineStep]) -> list[Visit]:
        return [
            [post(EVENTS, session, {"course": str(course.key), "events": [_event(kind, step) for kind, step in events]})]
            for session in sessions
        ]

    count = "SELECT count(*) FROM learning_enrolment e WHERE e.id = ANY(%(ids)s) AND"
    at_half = _back(half)
    state = f"/learning/api/state/{course.key}"
    record = reverse("record_enrolments:record", args=[ids[0]])
    of_staff = _showing(staff, ids[0])
    certified = "e.completed_at IS NOT NULL AND EXISTS (SELECT 1 FROM credentials_credential c JOIN credentials_credentialholder h ON "
    certified += "h.credential_id = c.id WHERE c.enrolment_id = e.id AND c.revoked_at IS NULL AND h.learner_id = e.learner_id)"
    return {
        "T1": task([[get(address)]]),
        "T2": task([[get(address, session), get(state, session)] for session in sessions], reset=at_half, ids=ids),
        "T3": task([[get(lesson, session)] for session in sessions]),
        "T4": task(sends(("resume", steps[1])), once=True, reset=at_half, check=f"{count} e.resume_step = '{steps[1].key}'", ids=ids),
        "T5": task(
            sends(*[("done", step) for step in four]),
            once=True,
            reset=_back(steps[:2]),
            check=f"{count} e.done_bits = {_bits(steps[:6])}",
            ids=ids,
        ),
        "T6": task(sends(("done", last)), once=True, reset=_back(steps[:-1]), check=f"{count} {certified}", ids=ids),
        "T7": task([[get(reverse("learning:course", args=[course.key]), session)] for session in sessions], reset=at_half, ids=ids),
        "T7/state": task([[get("/learning/api/state", session)] for session in sessions], reset=at_half, ids=ids),
        "T8": task([[get(record, of_staff)]]),
        "T8/listing": task([[get(reverse("record_enrolments:index"), of_staff)]]),
        **_others(course, sessions, steps[0], of_staff),
    }


def _others(course: CoursePage, sessions: list[str], step: OutlineStep, of_staff: str) -> dict[str, Any]:
    """Return the tasks that are not about a course's own pages. No made-up address comes twice."""
    library = LibraryPage.objects.get(locale__language_code="es")
    pdf, part = _publication_pdf(library), {"Range": f"bytes=0-{64 * 1024 - 1}"}
    catalogue = course.get_parent().get_url()
    here = reverse("learning:step", args=[course.key, step.key])
    return {
        "T9": task([[get(f"{catalogue}nothing-{number}/", status=404)] for number in range(MADE_UP)]),
        "T10": task([[get(f"{catalogue}?utm_source={number}")] for number in range(MADE_UP)]),
        "T11": task([[get(pdf)]]),
        "T11/part": task([[get(pdf, status=206, headers=part)]]),
        "T12": task([[get(here, session)] for session in sessions]),
        "T13": task([[get(reverse("learning:index"), session)] for session in sessions]),
        "T14": task([[get(reverse("wagtailadmin_explore", args=[library.pk]), of_staff)]]),
    }


def _publication_pdf(library: LibraryPage) -> str:
    """Return the address of a publication's PDF; the first time, publish it and others beside it.

    The bytes of the PDF stand for a file of that size: nobody reads them.
    """
    if not PublicationPage.objects.filter(slug="work").exists():
        page = PublicationPage(title="Work", slug="work", abstract="What it says.", locale=library.locale, published_on=date(2026, 1, 2))
        library.add_child(instance=page)
        page.save_revision().publish()
        path = default_storage.save("editions/work.pdf", ContentFile(b"%PDF" * (PDF_BYTES // 4)))
        edition = Edition.objects.get(work=page.work_id, language="es")
        EditionFile.objects.create(edition=edition, path=path, size=PDF_BYTES, sha256=hashlib.sha256(path.encode()).hexdigest())
        copy_work(FEW_WORKS - 1)
    return reverse("knowledge:edition_pdf", args=["work"])


def _showing(person: User, enrolment: int) -> str:
    """Open a session in which staff have shown their second factor, and opened one record with a reason, for the whole run."""
    extra = {
        **session_with_records(person, [{"method": "mfa", "at": time.time() + 3600, "id": 1, "type": "totp"}]),
        "opened_records": {str(enrolment): [person.pk, (timezone.now() + timedelta(days=1)).isoformat()]},
    }
    return sign_in_listed([person], extra)[0]


def sign_in_listed(people: list[User], extra: dict[str, Any] | None = None) -> list[str]:
    """Open sessions as signing in does: each is also in its person's list of sessions."""
    sessions = sign_in(people, extra)
    listed = [
        UserSession(user=person, session_key=session, ip="192.0.2.1", user_agent="Firefox/127.0")
        for person, session in zip(people, sessions, strict=True)
    ]
    UserSession.objects.bulk_create(listed)
    return sessions


def grow(learners: int) -> None:
    """Add other learners, in the open courses."""
    make_crowd(learners, list(CoursePage.objects.filter(access=CoursePage.Access.OPEN).values_list("slug", flat=True)))


def fill(works: int, courses: int) -> None:
    """Add works and courses, up to that many."""
    copy_work(works - PublicationPage.objects.count())
    for number in range(courses - CoursePage.objects.count()):
        make_course(2, slug=f"other-{number}")
