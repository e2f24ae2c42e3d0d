"""What "my learning" names of each course that a person takes and took, the same for everyone."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from wagtail.models import Page

from core.shown import shown
from courses.models import CoursePage
from learning.services.course_state import CourseState


@dataclass(frozen=True, slots=True)
class Resume:
    """Where to go on."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class CourseSummary:
    """What "my learning" names of a course, the same for everyone; also of one whose pages are gone: the record outlives them."""

    title: str
    url: str
    topic: str
    slug: str
    resume: Resume | None


def courses_of(keys: list[UUID], language: str) -> dict[UUID, CoursePage]:
    """Return live courses by key, in a language or in the first that they have. One query."""
    found: dict[UUID, CoursePage] = {}
    for page in shown(CoursePage.objects.filter(translation_key__in=keys)).select_related("locale").order_by("pk"):
        if page.key not in found or page.locale.language_code == language:
            found[page.key] = page
    return found


def course_summary(*, state: CourseState, course: CoursePage | None, step: Page | None, language: str) -> CourseSummary:
    """Return what is named of one course in "my learning": what of it is live, and the page of the step to go on with."""
    return CourseSummary(
        title=course.title if course else state.document.title(language),
        url=reverse("learning:course", args=[state.enrolment.course_key]),
        topic=course.topic if course else "",
        slug=course.slug if course else "",
        resume=Resume(step.get_url() or "", step.title) if course and step and not state.is_completed else None,
    )
