"""The courses that synthetic learners take: those of the site, or one made for them with as many steps as wanted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction

from benchmarks.synthetic.people import CoursePlan
from core.site import ensure_site
from courses.models import AssessmentPage, CataloguePage, CoursePage, CourseRun, LessonPage, ModulePage, Outline, StepWaiver
from courses.models.pages import StepPage
from courses.services.publish_structure import newest_outline, publish_structure

# One assessment, at the end of the first module, where there is room for one: the last step is a lesson.
SMALLEST_WITH_ASSESSMENT = 5
TOPIC = "Synthetic"


class CourseUnknown(Exception):
    """There is no such course, or nobody can take it."""


def find_courses(named: Iterable[str]) -> list[CoursePlan]:
    """Return the plans of the courses named by slug or key; without names, of every published one with a structure.

    Raises:
        CourseUnknown: see there; its text says which, and what there is.
    """
    live = CoursePage.objects.live().order_by("pk")
    all_keys = list(dict.fromkeys(live.values_list("translation_key", flat=True)))
    wanted = [_key_of(name) for name in named]
    outlines = Outline.objects.newest_of(wanted or all_keys)
    for key in wanted:
        if key not in outlines or not outlines[key].document.steps:
            raise CourseUnknown(f"The course {key} has no published structure: nobody can take it yet.")
    return [plan_of(outlines[key]) for key in dict.fromkeys(wanted or all_keys) if key in outlines and outlines[key].document.steps]


def _key_of(name: str) -> UUID:
    try:
        keys = {UUID(name)}
        known = CoursePage.objects.filter(translation_key__in=keys).exists()
    except ValueError:
        keys = set(CoursePage.objects.filter(slug=name).values_list("translation_key", flat=True))
        known = bool(keys)
    if not known:
        slugs = sorted(set(CoursePage.objects.live().values_list("slug", flat=True)))
        raise CourseUnknown(f"There is no course {name!r}. There are: {', '.join(slugs) or 'none'}.")
    if len(keys) > 1:
        raise CourseUnknown(f"{name!r} is the slug of several courses: name it by its key, one of {', '.join(map(str, sorted(keys)))}.")
    return keys.pop()


def plan_of(outline: Outline) -> CoursePlan:
    """Return what must be known of a course to draw people who take its newest outline."""
    document, key = outline.document, outline.course_key
    titles, topic, slug = dict(document.titles), "", ""
    for page in CoursePage.objects.live().filter(translation_key=key).select_related("locale").order_by("-pk"):
        titles[page.locale.language_code] = page.title
        topic, slug = page.topic, page.slug
    run, _made = CourseRun.objects.get_or_create(course_key=key, slug=CourseRun.SELF_PACED)
    return CoursePlan(
        course_key=key,
        run_id=run.pk,
        outline_id=outline.pk,
        outline_version=outline.version,
        document=document,
        waived=frozenset(StepWaiver.objects.steps_of(key)),
        printed={
            "schema": 1,
            "titles": titles,
            "topic": topic,
            "slug": slug,
            "minutes": document.minutes,
            "outline": str(outline.pk),
            "outline_version": outline.version,
            "issuer": settings.CREDENTIAL_ISSUER,
            "site": settings.SITE_URL,
        },
    )


def make_course(steps: int) -> CoursePlan:
    """Make a published course of that many steps, or find the one made before: real pages in Spanish, with a published structure."""
    slug = f"synthetic-{steps}"
    with transaction.atomic():
        ensure_site()
        catalogue = CataloguePage.objects.get(locale__language_code=settings.LANGUAGE_CODE)
        course = CoursePage.objects.child_of(catalogue).filter(slug=slug).first()
        if course is None:
            course = CoursePage(title=f"Curso sintético de {steps} pasos", slug=slug, summary="Sintético.", locale=catalogue.locale)
            catalogue.add_child(instance=course)
            _fill(course, steps)
            course.save_revision().publish()
        outline = newest_outline(course.key) or publish_structure(course=course)
    return plan_of(outline)


def _fill(course: CoursePage, steps: int) -> None:
    """Make the modules and steps: published as they are added, without a revision each, which a thousand pages would wait for."""
    size = 5 if steps <= 10 else 20
    for first in range(0, steps, size):
        number = first // size + 1
        module = ModulePage(title=f"Módulo {number}", slug=f"modulo-{number}", locale=course.locale)
        course.add_child(instance=module)
        for step in _steps(range(first, min(first + size, steps)), course, steps):
            module.add_child(instance=step)


def _steps(numbers: Sequence[int], course: CoursePage, total: int) -> Iterable[StepPage]:
    for number in numbers:
        title = {"title": f"Paso {number + 1}", "slug": f"paso-{number + 1}", "locale": course.locale, "minutes": 5}
        is_graded = numbers[0] == 0 and number == numbers[-1] and total > SMALLEST_WITH_ASSESSMENT
        yield AssessmentPage(questions=json.dumps(_questions(course)), **title) if is_graded else LessonPage(body=_body(number), **title)


def _body(number: int) -> str:
    text = f"<p>Texto sintético del paso {number + 1}.</p>" * 5
    return json.dumps([{"type": "rich_text", "value": text}])


def _questions(course: CoursePage) -> list[dict[str, object]]:
    options = [
        {"type": "item", "id": f"{course.key}-{place}", "value": {"text": f"Opción {place + 1}", "correct": place == 0, "feedback": ""}}
        for place in range(3)
    ]
    value = {"multiple": False, "text": "¿Cuál es la primera?", "explanation": "", "options": options}
    return [{"type": "question", "id": f"{course.key}", "value": value}]
