"""Small things to test with: a site, a course of any length, people, enrolments."""

from __future__ import annotations

import itertools
import json
import uuid
from typing import Any

from wagtail.models import Locale

from accounts.models import User
from core.models import HomePage
from core.site import ensure_site
from courses.models import AssessmentPage, CataloguePage, CoursePage, LessonPage, ModulePage, Outline
from courses.outline import OutlineDocument, OutlineModule, OutlineStep, StepKind, to_json
from courses.services.publish_structure import publish_structure
from learning.models import Enrolment
from learning.services.enrol import enrol

_numbers = itertools.count(1)


def make_site() -> HomePage:
    """The bare site in four languages; returns the Spanish home page."""
    return ensure_site()


def make_user(email: str = "", **fields: Any) -> User:
    """A person with an account and a name to print."""
    return User.objects.create_user(email or f"person{next(_numbers)}@example.org", **{"printed_name": "Ñandú Pérez", **fields})


def question_data(number: int, *, multiple: bool = False) -> dict[str, Any]:
    """A question whose first option (with `multiple`: first two) is right. Its texts can be searched for."""

    def option(i: int) -> dict[str, Any]:
        correct = i == 0 or (multiple and i == 1)
        value = {"text": f"Option {number}.{i}", "correct": correct, "feedback": f"SECRET-FEEDBACK-{number}.{i}"}
        return {"type": "item", "id": str(uuid.uuid4()), "value": value}

    value = {
        "multiple": multiple, "text": f"Question {number}?", "explanation": f"SECRET-EXPLANATION-{number}", "options": [option(i) for i in range(3)],
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
        **{"title": f"Assessment {number}", "slug": f"assessment-{number}", "locale": module.locale, "questions": json.dumps(data), **fields}
    )
    module.add_child(instance=page)
    page.save_revision().publish()
    return page


def make_course(*, lessons: int = 2, assessments: int = 1, publish: bool = True, **fields: Any) -> CoursePage:
    """A published course in Spanish with one module, lessons first, then assessments; with its structure published."""
    make_site()
    catalogue = CataloguePage.objects.get(locale__language_code="es")
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


def make_long_outline(course: CoursePage, steps: int) -> Outline:
    """An outline of that many lessons for a course, without their pages: for what must not depend on length."""
    from courses.services.publish_structure import _allocate, newest_outline

    newest = newest_outline(course.key)
    kept = newest.document.steps if newest else ()
    keys = [step.key for step in kept] + [uuid.uuid4() for _step in range(steps - len(kept))]
    slots = _allocate(course.key, keys)
    by_key = {step.key: step for step in kept}
    made = tuple(by_key.get(key) or OutlineStep(key, slots[key], StepKind.LESSON, True, 5, {"es": "Paso"}) for key in keys)
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


def right_answers(page: AssessmentPage) -> dict[str, list[str]]:
    """The key of an assessment: option ids by question id."""
    return {block.id: [option.id for option in block.value["options"].bound_blocks if option.value["correct"]] for block in page.questions}
