"""Waive the steps of a course that can no longer be opened, and end the waivers of those that can again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from wagtail.models import Page

from core.shown import shown
from courses.events import step_waived
from courses.models import CoursePage, SlotCounter, StepPage, StepSlot, StepWaiver
from courses.models.pages import step_pages


def sync_waivers_of_page(page: Page) -> None:
    """Bring the waivers of every course up to date that a changed page may belong to."""
    if isinstance(page, CoursePage):
        keys = {page.key}
    elif isinstance(page, StepPage):
        keys = set(StepSlot.objects.filter(step_key=page.translation_key).values_list("course_key", flat=True))
    else:
        below = page.get_descendants().values_list("translation_key", flat=True) if page.pk else []
        keys = set(StepSlot.objects.filter(step_key__in=list(below)).values_list("course_key", flat=True)) if below else set()
    for key in keys:
        sync_waivers(course_key=key)


def openable_steps(course_key: UUID) -> set[UUID] | None:
    """Return the keys of steps that can be opened in any language of the course; None while the course itself is not shown."""
    courses = shown(CoursePage.objects.filter(translation_key=course_key))
    if not courses:
        return None
    found: set[UUID] = set()
    for course in courses:
        for step_page in step_pages():
            open_now: QuerySet[StepPage] = shown(step_page.objects.descendant_of(course))
            found.update(UUID(str(key)) for key in open_now.values_list("translation_key", flat=True))
    return found


def sync_waivers(*, course_key: UUID) -> list[UUID]:
    """Begin and end waivers so that they say what can be opened now. Returns the keys newly waived.

    While the whole course is unpublished, or gone, nothing changes: nobody should finish a course because it was
    withdrawn, or lose what the record says about it.
    """
    with transaction.atomic():
        SlotCounter.objects.select_for_update().filter(course_key=course_key).first()
        openable = openable_steps(course_key)
        if openable is None:
            return []
        known = set(StepSlot.objects.filter(course_key=course_key).values_list("step_key", flat=True))
        in_force = set(StepWaiver.objects.in_force().filter(course_key=course_key).values_list("step_key", flat=True))
        gone = known - openable
        newly = sorted(gone - in_force)
        StepWaiver.objects.filter(course_key=course_key, step_key__in=in_force - gone).in_force().update(ended_at=timezone.now())
        for step_key in newly:
            StepWaiver.objects.create(course_key=course_key, step_key=step_key)
        if newly:
            step_waived.send(StepWaiver, course_key=course_key, step_keys=newly)
    return newly
