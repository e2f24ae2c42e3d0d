"""Demo content of the catalogue: a foundations course that anyone may read, and a short one for people who enrol."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from wagtail.models import Locale

from core.seeding import Report, demo_key, ensure_page, load, remove_pages, stream
from courses.models import AssessmentPage, CataloguePage, CoursePage, LessonPage, ModulePage
from courses.question_types import QUESTION_TYPES
from courses.services.publish_structure import newest_outline, publish_structure
from foundation import languages
from knowledge.models import PublicationPage

CONTENT = Path(__file__).parent / "content"
FOUNDATIONS = "foundations"
FIRST_ACCOUNT = "first-account"
COURSES = (FOUNDATIONS, FIRST_ACCOUNT)


def languages_of(name: str) -> list[str]:
    """The languages that a demo course is written in, its source first."""
    return [code for code in languages.codes() if (CONTENT / name / code).is_dir()]


def course_key(name: str) -> UUID:
    """The key of a demo course."""
    return demo_key("course", name)


def seed(report: Report) -> None:
    """Publish both courses in each language they are written in, and their structure once."""
    for name in COURSES:
        for language in languages_of(name):
            _seed_course(name, language, report)
        if newest_outline(course_key(name)) is None:
            publish_structure(course=CoursePage.objects.filter(translation_key=course_key(name)).order_by("pk")[0])


def remove(report: Report) -> None:
    """Take both courses out. Enrolments and certificates of people stay: records do not hang on pages."""
    for name in COURSES:
        course = load(CONTENT / name / languages_of(name)[0] / "course.yaml")
        keys = [course_key(name)]
        for module in course["modules"]:
            keys.append(demo_key("course", name, module["slug"]))
            keys += [demo_key("course", name, step) for step in module["steps"]]
        for language in languages_of(name):
            remove_pages(keys, language, report)


@transaction.atomic
def _seed_course(name: str, language: str, report: Report) -> None:
    """Make a course whole or not at all, and publish it last: steps that are not there yet would look lost, and be waived."""
    folder = CONTENT / name / language
    content = load(folder / "course.yaml")
    catalogue = CataloguePage.objects.get(locale__language_code=language)
    fields = {
        "title": content["title"],
        "summary": content["summary"],
        "topic": content["topic"],
        "access": content["access"],
        "audience": content["audience"],
        "aims": json.dumps([{"type": "aim", "value": aim} for aim in content["aims"]]),
    }
    is_new = not CoursePage.objects.filter(translation_key=course_key(name), locale=catalogue.locale).exists()
    course = ensure_page(CoursePage, catalogue, course_key(name), content["slug"], fields, report, publish=False)
    for module in content["modules"]:
        module_fields = {"title": module["title"], "summary": module["summary"]}
        module_page = ensure_page(ModulePage, course, demo_key("course", name, module["slug"]), module["slug"], module_fields, report)
        for step in module["steps"]:
            _seed_step(name, step, module_page, load(folder / f"{step}.yaml"), report)
    if is_new:
        # Read again: the page at hand may not know of the children that were translated into the tree below it.
        CoursePage.objects.get(pk=course.pk).get_latest_revision().publish()


def _seed_step(name: str, step: str, module: ModulePage, content: dict[str, Any], report: Report) -> None:
    fields = {"title": content["title"], "lead": content["lead"], "minutes": content["minutes"]}
    if content["kind"] == "lesson":
        blocks = json.loads(stream(content["body"], "course", name, step))
        fields["body"] = json.dumps(evidence_for(blocks, module.locale))
        page_class: type[LessonPage] | type[AssessmentPage] = LessonPage
    else:
        page_class = AssessmentPage
        for field in ("intro", "pass_mark", "honours_mark", "attempts_allowed"):
            fields[field] = content[field]
        fields["questions"] = json.dumps([_question(question, name, step) for question in content["questions"]])
    ensure_page(page_class, module, demo_key("course", name, step), content["slug"], fields, report)


def evidence_for(blocks: list[dict[str, Any]], locale: Locale) -> list[dict[str, Any]]:
    """Return blocks with the works they cite by slug as pages of a language; what cites a work that is not there is left out.

    After ids were given: they are the same in every language, even where a work is missing.
    """
    cited = [block["value"]["work"] for block in blocks if block["type"] == "evidence"]
    works = dict(PublicationPage.objects.filter(slug__in=cited, locale=locale).values_list("slug", "pk"))
    resolved = []
    for block in blocks:
        if block["type"] != "evidence":
            resolved.append(block)
        elif block["value"]["work"] in works:
            resolved.append({**block, "value": {**block["value"], "work": works[block["value"]["work"]]}})
    return resolved


def _question(question: dict[str, Any], name: str, step: str) -> dict[str, Any]:
    """Return a question as StreamField data; its identity and its options' are the same in every language."""
    parts = ("course", name, step, question["key"])
    return {
        "type": QUESTION_TYPES[question["kind"]].block,
        "id": str(demo_key(*parts)),
        "value": {
            **QUESTION_TYPES[question["kind"]].marks,
            "text": question["text"],
            "explanation": question.get("explanation", ""),
            "options": [
                {
                    "type": "item",
                    "id": str(demo_key(*parts, option["key"])),
                    "value": {"text": option["text"], "correct": option["correct"], "feedback": option["feedback"]},
                }
                for option in question["options"]
            ],
        },
    }
