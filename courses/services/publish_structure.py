"""Publish structure: make a new outline from the tree of a course, the one act that changes what learners are asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from wagtail.models import Page

from courses.models import CoursePage, ModulePage, Outline, OutlineMove, SlotCounter, StepPage, StepSlot
from courses.models.pages import STEP_PAGES
from courses.outline import Changes, OutlineDocument, OutlineModule, OutlineStep, compare, to_json
from courses.signals import outline_published


class StructureEmpty(Exception):
    """The course has no live required step: nobody could ever finish it."""


class StructureUnchanged(Exception):
    """The tree says what the newest outline says already."""


class Who(StrEnum):
    """Whom a new outline is for."""

    NEW_LEARNERS = "new"
    EVERYONE_UNFINISHED = "everyone"


@dataclass(frozen=True, slots=True)
class Drift:
    """A language whose tree differs from the source: steps (source titles) it lacks, and steps only it has."""

    language: str
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def source_page(course_key: UUID) -> CoursePage | None:
    """Return the course in its source language: the page from which the others were translated, the oldest."""
    oldest: CoursePage | None = CoursePage.objects.filter(translation_key=course_key).order_by("pk").select_related("locale").first()
    return oldest


def _steps_by_parent(course: CoursePage) -> list[tuple[ModulePage, list[StepPage]]]:
    modules = list(ModulePage.objects.live().child_of(course).order_by("path"))
    steps: list[StepPage] = [step for step_page in STEP_PAGES for step in step_page.objects.live().descendant_of(course)]
    steps.sort(key=lambda step: step.path)
    return [(module, [step for step in steps if step.path.startswith(module.path)]) for module in modules]


def _titles(keys: list[UUID]) -> dict[UUID, dict[str, str]]:
    """Return the titles of live pages in every language, by key."""
    titles: dict[UUID, dict[str, str]] = {}
    for page in Page.objects.live().filter(translation_key__in=keys).select_related("locale").order_by("pk"):
        titles.setdefault(UUID(str(page.translation_key)), {})[page.locale.language_code] = page.title
    return titles


def draft_document(course: CoursePage, slots: dict[UUID, int]) -> OutlineDocument:
    """Return what the tree would give now. Steps without a slot get -1: they are new."""
    tree = _steps_by_parent(course)
    keys = [course.key, *(UUID(str(m.translation_key)) for m, _s in tree), *(step.key for _m, steps in tree for step in steps)]
    titles = _titles(keys)
    return OutlineDocument(
        titles=titles.get(course.key, {course.locale.language_code: course.title}),
        modules=tuple(
            OutlineModule(
                UUID(str(module.translation_key)),
                titles[UUID(str(module.translation_key))],
                tuple(
                    OutlineStep(step.key, slots.get(step.key, -1), step.kind, step.required, step.minutes, titles[step.key], step.rule)
                    for step in steps
                ),
            )
            for module, steps in tree
        ),
    )


def slots_of(course_key: UUID) -> dict[UUID, int]:
    """Return the slots given so far in a course."""
    return dict(StepSlot.objects.filter(course_key=course_key).values_list("step_key", "slot"))


def newest_outline(course_key: UUID) -> Outline | None:
    """Return the outline that new learners are given; None before the first publication."""
    return Outline.objects.filter(course_key=course_key).order_by("-version").first()


def pending_changes(course: CoursePage) -> Changes:
    """Return what publishing the structure would change."""
    newest = newest_outline(course.key)
    return compare(newest.document if newest else None, draft_document(course, slots_of(course.key)))


def drifts(course: CoursePage) -> list[Drift]:
    """Say where the trees of the other languages differ from the source."""

    def steps_of(page: CoursePage) -> dict[UUID, str]:
        return {step.key: step.title for _module, steps in _steps_by_parent(page) for step in steps}

    source = steps_of(course)
    found = []
    for other in CoursePage.objects.live().filter(translation_key=course.translation_key).exclude(pk=course.pk).select_related("locale"):
        theirs = steps_of(other)
        missing = tuple(title for key, title in source.items() if key not in theirs)
        extra = tuple(title for key, title in theirs.items() if key not in source)
        if missing or extra:
            found.append(Drift(other.locale.language_code, missing, extra))
    return found


def _allocate(course_key: UUID, steps: list[UUID]) -> dict[UUID, int]:
    """Give a slot to each step that has none, under the lock on the course's counter row."""
    SlotCounter.objects.get_or_create(course_key=course_key)
    counter = SlotCounter.objects.select_for_update().get(course_key=course_key)
    slots = slots_of(course_key)
    new = [step for step in steps if step not in slots]
    given = {step: counter.next_slot + i for i, step in enumerate(new)}
    StepSlot.objects.bulk_create([StepSlot(course_key=course_key, step_key=step, slot=slot) for step, slot in given.items()])
    counter.next_slot += len(new)
    counter.save(update_fields=["next_slot"])
    return slots | given


def publish_structure(*, course: CoursePage, who: Who = Who.NEW_LEARNERS) -> Outline:
    """Make the next outline of a course from the live tree of its source language.

    Args:
        course: the course in any language; the tree of its source language is read.
        who: new learners only, or everyone who has not finished (moved by a background task).

    Raises:
        StructureEmpty: no live step is required.
        StructureUnchanged: the newest outline says the same, and nobody is to be moved.
    """
    source = source_page(course.key) or course
    with transaction.atomic():
        draft = draft_document(source, {})
        if not any(step.required for step in draft.steps):
            raise StructureEmpty
        slots = _allocate(source.key, [step.key for step in draft.steps])
        document = draft_document(source, slots)
        newest = newest_outline(source.key)
        if newest is not None and compare(newest.document, document).is_empty:
            if who is Who.NEW_LEARNERS:
                raise StructureUnchanged
            outline = newest
        else:
            version = newest.version + 1 if newest else 1
            outline = Outline.objects.create(course_key=source.key, version=version, content=to_json(document))
        if who is Who.EVERYONE_UNFINISHED:
            # The wish is kept, not only the task that carries it out: see `manage.py reconcile`.
            OutlineMove.objects.create(outline=outline)
        outline_published.send(Outline, outline=outline, everyone=who is Who.EVERYONE_UNFINISHED)
    return outline
