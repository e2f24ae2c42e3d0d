"""Small things to test with: a site, a course of any length, people, enrolments."""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections import defaultdict
from typing import Any

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import get_language
from wagtail.models import Locale

from accounts.models import User
from core.models import HomePage
from core.search import fold
from core.site import ensure_site
from courses.models import AssessmentPage, CataloguePage, CoursePage, LessonPage, ModulePage, Outline, StepSlot
from courses.outline import OutlineDocument, OutlineModule, OutlineStep, to_json
from courses.services.publish_structure import publish_structure
from courses.step_types import LESSON
from learning.bitset import to_hex
from learning.models import Attempt, Enrolment
from learning.services.enrol import enrol
from learning.services.record_progress import Event, EventType, record_progress
from learning.services.start_attempt import start_attempt
from learning.services.submit_attempt import submit_attempt
from tests.copies import Rows

_numbers = itertools.count(1)
# Courses by what was asked for, as far as it changes more than a title.
_courses: dict[tuple[Any, ...], Rows] = {}


def make_site() -> HomePage:
    """The bare site in four languages; returns the Spanish home page."""
    return ensure_site()


def make_user(email: str = "", **fields: Any) -> User:
    """A person with an account and a name to print."""
    return User.objects.create_user(email or f"person{next(_numbers)}@example.org", **{"printed_name": "Ñandú Pérez", **fields})


def sign_in(client: Client, person: User) -> None:
    """Sign someone in as the door does: the session is also in the list of where they are signed in."""
    client.force_login(person)
    UserSession.objects.create(user=person, session_key=client.session.session_key, ip="192.0.2.1", user_agent="Firefox/127.0")


def question_data(number: int, *, multiple: bool = False) -> dict[str, Any]:
    """A question whose first option (with `multiple`: first two) is right. Its texts can be searched for."""

    def option(i: int) -> dict[str, Any]:
        correct = i == 0 or (multiple and i == 1)
        value = {"text": f"Option {number}.{i}", "correct": correct, "feedback": f"SECRET-FEEDBACK-{number}.{i}"}
        return {"type": "item", "id": str(uuid.uuid4()), "value": value}

    value = {
        "multiple": multiple,
        "text": f"Question {number}?",
        "explanation": f"SECRET-EXPLANATION-{number}",
        "options": [option(i) for i in range(3)],
    }
    return {"type": "question", "id": str(uuid.uuid4()), "value": value}


def make_lesson(module: ModulePage, **fields: Any) -> LessonPage:
    """A published lesson of seven minutes."""
    number = next(_numbers)
    lesson = LessonPage(**{"title": f"Lesson {number}", "slug": f"lesson-{number}", "locale": module.locale, "minutes": 7, **fields})
    module.add_child(instance=lesson)
    lesson.save_revision().publish()
    return lesson


def make_assessment(module: ModulePage, *, questions: int = 4, **fields: Any) -> AssessmentPage:
    """A published assessment; its last question has two right options."""
    number = next(_numbers)
    data = [question_data(i, multiple=i == questions - 1) for i in range(questions)]
    page = AssessmentPage(
        **{
            "title": f"Assessment {number}",
            "slug": f"assessment-{number}",
            "locale": module.locale,
            "questions": json.dumps(data),
            **fields,
        }
    )
    module.add_child(instance=page)
    page.save_revision().publish()
    return page


def make_course(*, title: str = "", **kind: Any) -> CoursePage:
    """A published course in Spanish with one module, lessons first, then assessments; with its structure published.

    Takes what `write_course` takes. The first of a kind is made as its author makes it, and its rows are remembered; this
    and every other one is a copy of them (tests/copies.py).
    """
    catalogue = _catalogue()
    known = (get_language(), *sorted(kind.items()))
    if known not in _courses:
        with transaction.atomic():
            _courses[known] = Rows(lambda: write_course(**kind))
            transaction.set_rollback(True)
    pk = _courses[known].copy(catalogue, _NewTitles(_courses[known].made.title, title))
    return CoursePage.objects.get(pk=pk)


class _NewTitles:
    """Gives the texts of a remembered course a title, and new numbers to what is numbered."""

    def __init__(self, old: str, title: str) -> None:
        self.numbers: dict[str, int] = defaultdict(lambda: next(_numbers))
        new = title or f"Course {self.numbers[old.removeprefix('Course ')]}"
        self.titles = {old: new, fold(old): fold(new)}
        self.known = re.compile(rf"\b(?:({old}|{fold(old)})|(course-|[Ll]esson[ -]|[Aa]ssessment[ -])(\d+))\b")

    def __call__(self, text: str) -> str:
        return self.known.sub(lambda found: self.titles[found[1]] if found[1] else f"{found[2]}{self.numbers[found[3]]}", text)


def write_course(*, lessons: int = 2, assessments: int = 1, publish: bool = True, **fields: Any) -> CoursePage:
    """A course made page by page, as its author makes it: hundreds of statements."""
    catalogue = _catalogue()
    number = next(_numbers)
    course = CoursePage(
        **{"title": f"Course {number}", "slug": f"course-{number}", "summary": "A course.", "locale": catalogue.locale, **fields}
    )
    catalogue.add_child(instance=course)
    course.save_revision().publish()
    module = ModulePage(title="Module", slug="module", locale=catalogue.locale)
    course.add_child(instance=module)
    module.save_revision().publish()
    for _lesson in range(lessons):
        make_lesson(module)
    for _assessment in range(assessments):
        make_assessment(module)
    if publish and lessons + assessments:
        publish_structure(course=course)
    return CoursePage.objects.get(pk=course.pk)


def _catalogue() -> CataloguePage:
    """The Spanish catalogue; with the whole site around it, where there is none."""
    found: CataloguePage | None = CataloguePage.objects.filter(locale__language_code="es").first()
    return found or (make_site() and CataloguePage.objects.get(locale__language_code="es"))


def make_long_outline(course: CoursePage, steps: int) -> Outline:
    """An outline of that many lessons for a course, without their pages: for what must not depend on length."""
    from courses.services.publish_structure import _allocate, newest_outline

    newest = newest_outline(course.key)
    kept = newest.document.steps if newest else ()
    keys = [step.key for step in kept] + [uuid.uuid4() for _step in range(steps - len(kept))]
    with transaction.atomic():
        slots = _allocate(course.key, keys)
    by_key = {step.key: step for step in kept}
    made = tuple(by_key.get(key) or OutlineStep(key, slots[key], LESSON, True, 5, {"es": "Paso"}) for key in keys)
    document = OutlineDocument({"es": course.title}, (OutlineModule(uuid.uuid4(), {"es": "Módulo"}, made),))
    return Outline.objects.create(course_key=course.key, version=(newest.version if newest else 0) + 1, content=to_json(document))


def module_of(course: CoursePage) -> ModulePage:
    """The module of a course of this file."""
    return ModulePage.objects.child_of(course).get()


def lessons_of(course: CoursePage) -> list[LessonPage]:
    """The lessons of a course, in order."""
    return list(LessonPage.objects.descendant_of(course).order_by("path"))


def assessment_of(course: CoursePage) -> AssessmentPage:
    """The first assessment of a course."""
    found = AssessmentPage.objects.descendant_of(course).order_by("path").first()
    assert found is not None
    return found


def translate_course(course: CoursePage, language: str = "en") -> CoursePage:
    """The course and all below it in another language, published, as Wagtail itself translates pages."""
    locale = Locale.objects.get(language_code=language)
    for page in course.get_descendants(inclusive=True).specific():
        copy = page.copy_for_translation(locale, copy_parents=True)
        copy.title = f"{page.title} ({language})"
        copy.save_revision().publish()
    return CoursePage.objects.get(translation_key=course.translation_key, locale=locale)


def enrol_in(course: CoursePage, learner: User | None = None, language: str = "es") -> Enrolment:
    """An enrolment of a person in a course."""
    return enrol(learner=learner or make_user(), course_key=course.key, language=language)


def slots_of(course: CoursePage, *keys: uuid.UUID) -> str:
    """The slots of some steps as the state document writes a set of them."""
    bits = 0
    for slot in StepSlot.objects.filter(course_key=course.key, step_key__in=keys).values_list("slot", flat=True):
        bits |= 1 << slot
    return to_hex(bits)


def right_answers(page: AssessmentPage) -> dict[str, list[str]]:
    """The key of an assessment: option ids by question id."""
    return {block.id: [option.id for option in block.value["options"].bound_blocks if option.value["correct"]] for block in page.questions}


def wrong_answers(page: AssessmentPage) -> dict[str, list[str]]:
    """Answers of which none is right: the last option of each question."""
    return {block.id: [block.value["options"].bound_blocks[-1].id] for block in page.questions}


def done(step: uuid.UUID, **fields: Any) -> Event:
    """A browser's word that a step is done, now."""
    return _event(EventType.DONE, step, **fields)


def resume(step: uuid.UUID, **fields: Any) -> Event:
    """A browser's word that the reader is at a step, now."""
    return _event(EventType.RESUME, step, **fields)


def _event(kind: EventType, step: uuid.UUID, **fields: Any) -> Event:
    return Event(**{"id": uuid.uuid4(), "type": kind, "step": step, "at": timezone.now(), **fields})


def event_json(event: Event) -> dict[str, str]:
    """An event as a browser sends it."""
    return {"id": str(event.id), "type": event.type.value, "step": str(event.step), "at": event.at.isoformat()}


def pass_assessment(enrolment: Enrolment, page: AssessmentPage) -> Attempt:
    """Start an assessment, or go on with the open attempt, and answer everything right."""
    return take_assessment(enrolment, page, right_answers(page))


def take_assessment(enrolment: Enrolment, page: AssessmentPage, answers: dict[str, list[str]]) -> Attempt:
    """Start an assessment and send these answers."""
    attempt = start_attempt(learner=enrolment.learner, course_key=enrolment.course_key, step_key=page.key, language="es")
    return submit_attempt(learner=enrolment.learner, attempt_id=attempt.pk, answers=answers)


def finish_course(course: CoursePage, learner: User | None = None) -> Enrolment:
    """Someone who has done everything in a course."""
    enrolment = enrol_in(course, learner)
    record_progress(learner=enrolment.learner, course_key=course.key, events=[done(lesson.key) for lesson in lessons_of(course)])
    for page in AssessmentPage.objects.descendant_of(course).order_by("path"):
        pass_assessment(enrolment, page)
    enrolment.refresh_from_db()
    return enrolment
