"""What a person takes and took, course by course: what the page "my learning" lists."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from wagtail.models import Page

from accounts.models import User
from courses.models import CoursePage
from learning.services.course_state import CourseState, course_states, live_pages


@dataclass(frozen=True, slots=True)
class Resume:
    """Where to go on."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class CourseSummary:
    """One course in "my learning"; also one whose pages are gone: the record outlives them."""

    course_key: UUID
    title: str
    url: str
    topic: str
    slug: str
    done: int
    total: int
    percent: int
    label: str
    resume: Resume | None
    is_completed: bool
    is_withdrawn: bool

    @property
    def is_current(self) -> bool:
        """Whether it is still on the way."""
        return not self.is_completed and not self.is_withdrawn


def my_learning(*, learner: User, language: str) -> list[CourseSummary]:
    """Return everything a person takes or took, newest first. Three queries, however many courses."""
    states = course_states(learner, language)
    if not states:
        return []
    courses = _courses([state.enrolment.course_key for state in states], language)
    following = [state.following for state in states]
    steps = live_pages([step.key for step in following if step], language)
    return [
        _summary(state, courses.get(state.enrolment.course_key), steps.get(step.key) if step else None, language)
        for state, step in zip(states, following, strict=True)
    ]


def _courses(keys: list[UUID], language: str) -> dict[UUID, CoursePage]:
    found: dict[UUID, CoursePage] = {}
    for page in CoursePage.objects.live().filter(translation_key__in=keys).select_related("locale").order_by("pk"):
        if page.key not in found or page.locale.language_code == language:
            found[page.key] = page
    return found


def _summary(state: CourseState, course: CoursePage | None, step: Page | None, language: str) -> CourseSummary:
    key = state.enrolment.course_key
    return CourseSummary(
        course_key=key,
        title=course.title if course else state.document.title(language),
        url=reverse("learning:course", args=[key]),
        topic=course.topic if course else "",
        slug=course.slug if course else "",
        done=state.done_count,
        total=state.total_count,
        percent=state.percent,
        label=state.label,
        resume=Resume(step.get_url() or "", step.title) if course and step and not state.is_completed else None,
        is_completed=state.is_completed,
        is_withdrawn=state.is_withdrawn,
    )
