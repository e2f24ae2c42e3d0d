"""A process beside the site, with its settings and its database: makes what the tests need, and looks what is stored.

It reads one JSON object a line and answers with one: {"do": name of a function below, …its arguments}. It keeps no connection
between two of them, since the database may have been killed meanwhile; and it does nothing of its own accord.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
import PIL.Image

django.setup()

from django.conf import settings  # noqa: E402 - after setup, as everything below
from django.core.files.base import ContentFile  # noqa: E402
from django.core.files.storage import default_storage  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.db.models import Count, Q  # noqa: E402
from django.middleware.csrf import _get_new_csrf_string  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_tasks.base import TaskResultStatus  # noqa: E402
from django_tasks_db.models import DBTaskResult  # noqa: E402

from accounts.models import User  # noqa: E402
from administration.models import RecordExport  # noqa: E402
from administration.services.request_export import request_export  # noqa: E402
from administration.services.write_export import write_export  # noqa: E402
from core.generation import current  # noqa: E402
from core.models import HomePage, SiteDocument, SiteImage, StandardPage  # noqa: E402
from courses.models import CoursePage, CourseRun, Outline, OutlineMove, StepSlot, StepWaiver  # noqa: E402
from courses.services.publish_structure import Who, newest_outline, publish_structure  # noqa: E402
from credentials.models import Credential, CredentialFile  # noqa: E402
from credentials.services.make_pdf import make_pdf  # noqa: E402
from foundation.services.reconcile import reconcile as run_reconcile  # noqa: E402
from foundation.services.retry_tasks import retry_tasks  # noqa: E402
from learning import policies  # noqa: E402
from learning.models import Enrolment, Progressed, StepStat  # noqa: E402
from learning.services.aggregate_progress import aggregate_progress  # noqa: E402
from learning.services.record_progress import record_progress  # noqa: E402
from scripts.archive import BackupRefused  # noqa: E402
from scripts.backup import back_up  # noqa: E402
from scripts.restore import restore as put_back  # noqa: E402
from scripts.uploads import names as upload_names  # noqa: E402
from tests.factories import done, enrol_in, finish_course, lessons_of, make_course, make_lesson, make_long_outline, make_user, module_of  # noqa: E402

LONG, SHORT_COURSES = 1000, 6


def prepare() -> dict[str, Any]:
    """Make tables, the site, one course of a thousand steps and some of two."""
    call_command("migrate", interactive=False, verbosity=0)
    if settings.CACHES["default"]["BACKEND"].endswith(".DatabaseCache"):
        call_command("createcachetable")
    courses = [make_course(lessons=2, assessments=0) for _course in range(SHORT_COURSES)]
    long = make_course(lessons=2, assessments=0)
    outline = make_long_outline(long, LONG)
    steps = {str(long.key): [str(step.key) for step in outline.document.steps]}
    for course in courses:
        steps[str(course.key)] = [str(lesson.key) for lesson in lessons_of(course)]
    pages = ["/es/", "/en/", courses[0].get_url(), lessons_of(courses[0])[0].get_url()]
    return {"long": str(long.key), "steps": steps, "pages": pages}


def pages(number: int, prefix: str) -> list[str]:
    """Make published pages; return their addresses."""
    home = HomePage.objects.get(locale__language_code="es")
    made = []
    for n in range(number):
        page = StandardPage(title=f"{prefix} {n}", slug=f"{prefix}-{n}", lead="A page.", locale=home.locale)
        made.append(home.add_child(instance=page).get_url())
    return made


def retitle(path: str, title: str) -> None:
    """Publish a page with another title, as an editor does."""
    page = StandardPage.objects.get(slug=path.rstrip("/").rpartition("/")[2])
    page.title = title
    page.save_revision().publish()


def learners(number: int, devices: int) -> list[dict[str, Any]]:
    """Make people who are enrolled everywhere and signed in on some devices each."""
    made = []
    places = [(key, run, newest_outline(key)) for key, run in CourseRun.objects.values_list("course_key", "pk")]
    for _person in range(number):
        learner = make_user(f"{uuid.uuid4().hex}@example.org")
        for key, run, outline in places:
            Enrolment.objects.create(learner=learner, course_key=key, run_id=run, outline=outline, language="es")
        cookies = []
        for _device in range(devices):
            client = Client()
            client.force_login(learner)
            csrf = _get_new_csrf_string()
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            cookies.append({"cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={csrf}", "csrf": csrf})
        made.append({"learner": learner.pk, "devices": cookies})
    return made


def look() -> dict[str, Any]:
    """Return what is stored, for tests.faults.invariant."""
    waived = {key: StepWaiver.objects.steps_of(key) for key in CourseRun.objects.values_list("course_key", flat=True)}
    needed: dict[Any, int] = {o.pk: policies.required_mask(o.document, waived.get(o.course_key, set())) for o in Outline.objects.all()}
    live = Count("credentials", filter=Q(credentials__revoked_at=None), distinct=True)
    found = Enrolment.objects.annotate(live=live, named=Count("credentials__holder", distinct=True))
    slots: dict[str, dict[str, int]] = {}
    for key, step, slot in StepSlot.objects.values_list("course_key", "step_key", "slot"):
        slots.setdefault(str(key), {})[str(step)] = slot
    waiting: Counter[tuple[int, int]] = Counter()
    for run, slot, delta in Progressed.objects.values_list("run_id", "slot", "delta"):
        waiting[run, slot] += delta
    return {
        "enrolments": [
            [
                e.learner_id,
                str(e.course_key),
                e.run_id,
                f"{e.done_bits:x}",
                f"{needed[e.outline_id]:x}",
                bool(e.completed_at),
                e.live,
                e.named,
            ]
            for e in found
        ],
        "slots": slots,
        "folded": [[run, slot, number] for run, slot, number in StepStat.objects.values_list("run_id", "slot", "completions")],
        "waiting": [[*key, number] for key, number in waiting.items()],
        "credentials": Credential.objects.count(),
    }


def fold(batch: int = 1000) -> int:
    """Fold the outbox."""
    return aggregate_progress(batch=batch)


def reconcile() -> dict[str, int]:
    """Do what the timer does every ten minutes."""
    result = run_reconcile(now=timezone.now())
    return {"moved": result["moves"], "completed": result["completions"], "folded": result["counts"]}


def an_hour_later() -> int:
    """Give tasks of dead workers one more go, as the timer does when they have been running for an hour."""
    return retry_tasks(now=timezone.now() + timedelta(hours=2))


def move(people: int, covered: int) -> dict[str, Any]:
    """Make a course of three lessons with a crowd in it, some of whom lack only the third; then take that out, for everyone.

    What follows is background work: the third step is waived and those who lack nothing else completed, and all others moved.
    """
    course = make_course(lessons=3, assessments=0)
    run, outline = CourseRun.objects.get(course_key=course.key), newest_outline(course.key)
    crowd = User.objects.bulk_create(
        User(email=f"{uuid.uuid4().hex}@example.org", password="!", printed_name="Ana Paz") for _p in range(people)
    )
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(
            learner=person, course_key=course.key, run=run, outline=outline, language="es", done_bits=0b11 if place < covered else 0b01
        )
        for place, person in enumerate(crowd)
    )
    Progressed.objects.bulk_create(Progressed(run=run, slot=slot) for e in enrolments for slot in range(e.done_bits.bit_length()))
    last = lessons_of(course)[-1]
    last.unpublish()
    make_lesson(module_of(course), required=False)
    new = publish_structure(course=CoursePage.objects.get(pk=course.pk), who=Who.EVERYONE_UNFINISHED)
    return {"course": str(course.key), "outline": str(new.pk), "enrolments": [e.pk for e in enrolments], "run": run.pk}


def carry_on(run: int) -> int:
    """Let those in a run who have done its first step do the second, and five more the first. Returns how many rows wait to be folded."""
    steps = [
        step.key for step in Outline.objects.filter(course_key=CourseRun.objects.get(pk=run).course_key).latest("version").document.steps
    ]
    for enrolment in Enrolment.objects.filter(run=run).select_related("learner"):
        if enrolment.done_bits == 0b01:
            record_progress(learner=enrolment.learner, course_key=enrolment.course_key, events=[done(steps[1])])
    for _person in range(5):
        learner = enrol_in(CoursePage.objects.get(translation_key=enrolment.course_key)).learner
        record_progress(learner=learner, course_key=enrolment.course_key, events=[done(steps[0])])
    return Progressed.objects.filter(run=run).count()


def idle() -> bool:
    """Say whether no task waits or runs."""
    return not DBTaskResult.objects.filter(status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING)).exists()


def moved(outline: str, run: int) -> dict[str, int]:
    """Say how far a move is."""
    of_run = Enrolment.objects.filter(run=run)
    return {
        "moved": of_run.filter(outline=outline).count(),
        "completed": of_run.exclude(completed_at=None).count(),
        "unfinished_moves": OutlineMove.objects.filter(outline=outline, done_at=None).count(),
    }


def writers(people: list[int], course: str, number: int, seed: int) -> list[int]:
    """Fork processes that write to the record until they are killed. Each acknowledges on the standard output, after its commit."""
    steps = [step.key for step in Outline.objects.filter(course_key=course).latest("version").document.steps]
    connections.close_all()
    sys.stdout.flush()
    pids = []
    for place in range(number):
        pid = os.fork()
        if pid == 0:
            _write_for_ever(people, uuid.UUID(course), steps, seed * 100 + place)
        pids.append(pid)
    return pids


def _write_for_ever(people: list[int], course: uuid.UUID, steps: list[uuid.UUID], seed: int) -> None:
    def write(number: int) -> None:
        chance = random.Random(seed * 100 + number)
        while True:
            learner = User(pk=chance.choice(people))
            step = chance.choice(steps)
            result = record_progress(learner=learner, course_key=course, events=[done(step)])
            if result.accepted:
                os.write(1, f"ack {learner.pk} {course} {step}\n".encode())

    threads = [threading.Thread(target=write, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os._exit(1)


def reap(pids: list[int]) -> list[int]:
    """Wait for killed writers: after this, nothing more comes from them."""
    return [os.waitpid(pid, 0)[1] for pid in pids]


def fill_in() -> dict[str, int]:
    """Make something of each kind that has files: a certificate with its PDF, an image, a document, a private export."""
    course = make_course(lessons=1, assessments=1)
    enrolment = finish_course(course)
    for language in ("es", "en"):
        make_pdf(credential_id=Credential.objects.get(enrolment=enrolment).pk, language=language)
    picture = io.BytesIO()
    PIL.Image.new("RGB", (8, 8), "teal").save(picture, "PNG")
    SiteImage.objects.create(title="Río", file=ContentFile(picture.getvalue(), "río.png"))
    SiteDocument.objects.create(title="Guía", file=ContentFile(b"%PDF a guide", "guía.pdf"))
    # Whoever has lost the right since they asked is written no file: this one may take lists out.
    export, _is_new = request_export(
        asked_by=make_user(is_superuser=True),
        listing="learners",
        filters={},
        file_format=RecordExport.Format.CSV,
        language="es",
        now=timezone.now(),
    )
    write_export(export_id=export.pk)
    return {"files": CredentialFile.objects.count()}


def contents() -> dict[str, Any]:
    """Return a checksum of every row of every table, of every upload, and what uploads rows name."""
    tables = {}
    with connection.cursor() as cursor:
        # The cache is emptied by a restore, and the content generation leaps ahead (`generation`).
        for table in set(connection.introspection.table_names()) - {"puente_cache", "core_contentgeneration", "core_contentchange"}:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = sorted(repr([bytes(value) if isinstance(value, memoryview) else value for value in row]) for row in cursor.fetchall())
            tables[table] = [len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()]
    media = {}
    for name in upload_names():
        with default_storage.open(name) as file:
            media[name] = hashlib.sha256(file.read()).hexdigest()
    named = [*CredentialFile.objects.values_list("path", flat=True), *RecordExport.objects.with_file().values_list("path", flat=True)]
    for model in (SiteImage, SiteDocument):
        named += model.objects.values_list("file", flat=True)
    return {"tables": tables, "media": media, "named": sorted(named)}


def generation() -> int:
    """Return the number under which pages are kept now."""
    return current()


def backup(folder: str) -> str:
    """Do what `make backup` does; return the archive."""
    return str(back_up(Path(folder))[0])


def restore(archive: str, force: bool = False) -> dict[str, Any]:
    """Do what `make restore` does; return where former data is kept, or why it was refused."""
    try:
        return {"kept": put_back(Path(archive), force=force)[1]}
    except BackupRefused as refusal:
        return {"refused": str(refusal)}


def durability() -> dict[str, str]:
    """Return what the database says of its own care, on a connection such as the site has."""
    names = ("fsync", "synchronous_commit", "full_page_writes") if connection.vendor == "postgresql" else ("synchronous", "journal_mode")
    found = {}
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"SHOW {name}" if connection.vendor == "postgresql" else f"PRAGMA {name}")
            found[name] = str(cursor.fetchone()[0])
    return found


DEEDS: dict[str, Callable[..., Any]] = {
    deed.__name__: deed
    for deed in (
        prepare,
        pages,
        retitle,
        learners,
        look,
        fold,
        reconcile,
        an_hour_later,
        move,
        carry_on,
        idle,
        moved,
        fill_in,
        contents,
        generation,
        backup,
        restore,
        writers,
        reap,
        durability,
    )
}


def main() -> None:
    """Do what each line asks for, until there is no more."""
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"done": DEEDS[asked.pop("do")](**asked)}
        except Exception as error:
            answer = {"failed": f"{type(error).__name__}: {error}"}
        connections.close_all()
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
