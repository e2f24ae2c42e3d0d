"""The tree of a course as an outline: what publishing the structure would give now, and where languages differ.

Constant queries, however many courses are asked about: the catalogue's list in the admin asks about all it shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q
from wagtail.models import Page

from core.shown import shown
from courses.models import AssessmentPage, CoursePage, ModulePage, Outline, StepPage, StepSlot
from courses.models.pages import step_pages
from courses.outline import Changes, OutlineDocument, OutlineModule, OutlineStep, compare

Tree = list[tuple[ModulePage, list[StepPage]]]


@dataclass(frozen=True, slots=True)
class LanguageDrift:
    """A language whose tree differs from the source: steps (source titles) it lacks, and steps only it has."""

    language: str
    missing: tuple[str, ...]
    extra: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StructureState:
    """Where a course stands: the page whose tree counts, the version learners are given (0: none), and what waits."""

    source: CoursePage
    version: int
    changes: Changes


def source_page(course_key: UUID) -> CoursePage | None:
    """Return the course in its source language: the page from which the others were translated, the oldest."""
    oldest: CoursePage | None = CoursePage.objects.filter(translation_key=course_key).order_by("pk").select_related("locale").first()
    return oldest


def newest_outline(course_key: UUID) -> Outline | None:
    """Return the outline that new learners are given; None before the first publication."""
    return Outline.objects.filter(course_key=course_key).order_by("-version").first()


def slots_of(course_key: UUID) -> dict[UUID, int]:
    """Return the slots given so far in a course."""
    return dict(StepSlot.objects.filter(course_key=course_key).values_list("step_key", "slot"))


def _trees(courses: Sequence[CoursePage]) -> list[Tree]:
    """Return the live modules of each course with their live steps, in the order of the pages. Three queries."""
    if not courses:
        return []
    below = reduce(or_, (Q(path__startswith=course.path, depth__gt=course.depth) for course in courses))
    modules = list(shown(ModulePage.objects.filter(below)).order_by("path"))
    steps: list[StepPage] = []
    for step_page in step_pages():
        steps += shown(step_page.objects.filter(below)).defer_streamfields()
    steps.sort(key=lambda step: step.path)
    by_parent: dict[str, list[StepPage]] = {}
    for step in steps:
        by_parent.setdefault(step.path[: -Page.steplen], []).append(step)
    return [
        [(module, by_parent.get(module.path, [])) for module in modules if module.path[: -Page.steplen] == course.path]
        for course in courses
    ]


def _titles(keys: list[UUID]) -> dict[UUID, dict[str, str]]:
    """Return the titles of live pages in every language, by key."""
    titles: dict[UUID, dict[str, str]] = {}
    for page in shown(Page.objects.filter(translation_key__in=keys)).select_related("locale").order_by("pk"):
        titles.setdefault(UUID(str(page.translation_key)), {})[page.locale.language_code] = page.title
    return titles


def draft_documents(courses: Sequence[CoursePage], slots: Mapping[UUID, int]) -> list[OutlineDocument]:
    """Return what the tree of each course would give now. Steps without a slot get -1: they are new. Four queries."""
    trees = _trees(courses)
    keys = [course.key for course in courses]
    for tree in trees:
        keys += [UUID(str(module.translation_key)) for module, _steps in tree]
        keys += [step.key for _module, steps in tree for step in steps]
    titles = _titles(keys)

    def step_of(step: StepPage) -> OutlineStep:
        return OutlineStep(step.key, slots.get(step.key, -1), step.kind, step.required, step.minutes, titles[step.key], step.rule)

    def module_of(module: ModulePage, steps: list[StepPage]) -> OutlineModule:
        key = UUID(str(module.translation_key))
        return OutlineModule(key, titles[key], tuple(step_of(step) for step in steps))

    return [
        OutlineDocument(
            titles=titles.get(course.key, {course.locale.language_code: course.title}),
            modules=tuple(module_of(module, steps) for module, steps in tree),
        )
        for course, tree in zip(courses, trees, strict=True)
    ]


def draft_document(course: CoursePage, slots: Mapping[UUID, int]) -> OutlineDocument:
    """Return what the tree of one course would give now."""
    return draft_documents([course], slots)[0]


def structure_states(courses: Sequence[CoursePage]) -> dict[UUID, StructureState]:
    """Return where courses stand, by key, whichever of their languages is given. Six queries."""
    keys = [course.key for course in courses]
    sources: dict[UUID, CoursePage] = {}
    for page in CoursePage.objects.filter(translation_key__in=keys).defer_streamfields().select_related("locale").order_by("pk"):
        sources.setdefault(page.key, page)
    outlines = Outline.objects.newest_of(list(sources))
    states = {}
    for source, draft in zip(sources.values(), draft_documents(list(sources.values()), {}), strict=True):
        newest = outlines.get(source.key)
        changes = compare(newest.document if newest else None, draft)
        states[source.key] = StructureState(source, newest.version if newest else 0, changes)
    return states


def pending_changes(course: CoursePage) -> Changes:
    """Return what publishing the structure would change."""
    newest = newest_outline(course.key)
    return compare(newest.document if newest else None, draft_document(course, slots_of(course.key)))


def unanswerable(document: OutlineDocument) -> list[OutlineStep]:
    """Return the required assessments without a question in any language: with one of these nobody could finish the course."""
    asked = [step for step in document.steps if step.required and step.kind.is_graded]
    pages = shown(AssessmentPage.objects.filter(translation_key__in=[step.key for step in asked]))
    answerable = {page.key for page in pages if len(page.questions)}
    return [step for step in asked if step.key not in answerable]


def drifts(course: CoursePage) -> list[LanguageDrift]:
    """Say where the trees of the other languages differ from the source. Four queries."""
    others = shown(CoursePage.objects.filter(translation_key=course.translation_key)).exclude(pk=course.pk)
    pages = [course, *others.defer_streamfields().select_related("locale").order_by("pk")]
    source, *rest = ({step.key: step.title for _module, steps in tree for step in steps} for tree in _trees(pages))
    found = []
    for other, theirs in zip(pages[1:], rest, strict=True):
        missing = tuple(title for key, title in source.items() if key not in theirs)
        extra = tuple(title for key, title in theirs.items() if key not in source)
        if missing or extra:
            found.append(LanguageDrift(other.locale.language_code, missing, extra))
    return found
