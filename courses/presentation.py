"""The outline as pages draw it: the newest structure, with the titles and addresses of one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from wagtail.models import Page

from courses.models import CoursePage, ModulePage, Outline, StepPage, StepWaiver
from courses.models.pages import minutes_in_words, step_pages_by_key
from courses.outline import OutlineDocument, OutlineStep


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step in a drawn outline. `language` is set when the text is not in the page's own language."""

    key: str
    title: str
    url: str
    minutes: int
    kind: str
    required: bool
    current: bool = False
    language: str = ""
    rule: Any = None


@dataclass(frozen=True, slots=True)
class ModuleLine:
    """One module in a drawn outline."""

    key: str
    title: str
    url: str
    minutes: int
    steps: list[StepLine]
    current: bool = False


def draw(document: OutlineDocument, language: str, *, current: UUID | None = None, waived: set[UUID] | None = None) -> list[ModuleLine]:
    """Draw an outline in a language: two queries, whatever its length. Waived steps are left out."""
    keys = [step.key for step in document.steps] + [module.key for module in document.modules]
    pages = step_pages_by_key(keys, language)
    missing = [key for key in keys if key not in pages]
    others: dict[UUID, Page] = {}
    if missing:
        for page in Page.objects.live().filter(translation_key__in=missing).select_related("locale").order_by("pk"):
            others.setdefault(UUID(str(page.translation_key)), page)

    def line(step: OutlineStep) -> StepLine:
        page = pages.get(step.key) or others.get(step.key)
        foreign = step.key not in pages
        return StepLine(
            key=str(step.key),
            title=page.title if page else step.title(language),
            url=(page.get_url() or "") if page else "",
            minutes=step.minutes,
            kind=step.kind.value,
            required=step.required,
            current=step.key == current,
            language=page.locale.language_code if page and foreign else "",
            rule=step.rule,
        )

    modules = []
    for module in document.modules:
        page = pages.get(module.key) or others.get(module.key)
        steps = [line(step) for step in module.steps if not waived or step.key not in waived]
        modules.append(
            ModuleLine(
                key=str(module.key),
                title=page.title if page else module.title(language),
                url=(page.get_url() or "") if page else "",
                minutes=sum(step.minutes for step in steps),
                steps=steps,
                current=module.key == current or any(step.current for step in steps),
            )
        )
    return modules


def _outline_context(course: CoursePage, language: str, current: UUID | None = None) -> dict[str, Any]:
    outline = Outline.objects.newest_of([course.key]).get(course.key)
    modules = draw(outline.document, language, current=current, waived=StepWaiver.objects.steps_of(course.key)) if outline else []
    steps = [step for module in modules for step in module.steps]
    position = next((i for i, step in enumerate(steps) if step.current), None)
    return {
        "course": course,
        "course_key": str(course.key),
        "course_url": course.get_url(),
        "record_url": reverse("learning:course", args=[course.key]),
        "modules": modules,
        "steps": steps,
        "step_total": len(steps),
        "course_title": course.title,
        "minutes": sum(step.minutes for step in steps),
        "duration": minutes_in_words(sum(step.minutes for step in steps)),
        "step_number": position + 1 if position is not None else None,
        "previous_step": steps[position - 1] if position else None,
        "next_step": steps[position + 1] if position is not None and position + 1 < len(steps) else None,
    }


def course_context(course: CoursePage, language: str) -> dict[str, Any]:
    """What the course page shows."""
    context = _outline_context(course, language)
    codes = CoursePage.objects.live().filter(translation_key=course.translation_key).values_list("locale__language_code", flat=True)
    available = set(codes)
    context["languages_available"] = [{"code": code, "label": label} for code, label in settings.LANGUAGES if code in available]
    context["assessments"] = [step for step in context["steps"] if step.kind == "assessment"]
    context["required_count"] = sum(step.required for step in context["steps"])
    return context


def module_context(module: ModulePage, language: str) -> dict[str, Any]:
    """What a module's page shows."""
    course = module.course()
    if course is None:
        return {"modules": [], "steps": []}
    context = _outline_context(course, language, UUID(str(module.translation_key)))
    context["module"] = next((line for line in context["modules"] if line.key == str(module.translation_key)), None)
    return context


def step_context(step: StepPage, language: str) -> dict[str, Any]:
    """What a step's page shows around its own text."""
    course = step.course()
    if course is None:
        return {"modules": [], "steps": []}
    context = _outline_context(course, language, step.key)
    context["step_key"] = str(step.key)
    context["step_record_url"] = reverse("learning:step", args=[course.key, step.key])
    return context
