"""Signals between pages and structures: a run for each new course, waivers for steps that close, and their end when they open.

Sends `outline_published` (sender: Outline; outline, everyone) and `step_waived` (sender: StepWaiver; course_key,
step_keys) for the floors above, both inside the transaction that makes them true: a task that a receiver enqueues is
stored with it, or not at all.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import Signal
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

outline_published = Signal()
step_waived = Signal()


def _course_saved(sender: object, instance: Any, created: bool, **kwargs: Any) -> None:
    from courses.models import CourseRun

    if created:
        CourseRun.objects.get_or_create(course_key=instance.translation_key, slug=CourseRun.SELF_PACED)


def _tree_changed(sender: object, instance: Page, **kwargs: Any) -> None:
    from courses.services.sync_waivers import sync_waivers_of_page

    sync_waivers_of_page(instance.specific_deferred)


def _page_deleted(sender: Any, instance: Page, **kwargs: Any) -> None:
    from courses.models import StepPage
    from courses.services.sync_waivers import sync_waivers_of_page

    if isinstance(instance, StepPage):
        # Only when all is gone that goes: in the middle of deleting a whole course its lessons would look lost one by one.
        transaction.on_commit(lambda: sync_waivers_of_page(instance))


def connect() -> None:
    """Connect the handlers of this app."""
    from courses.models import CoursePage

    post_save.connect(_course_saved, sender=CoursePage, dispatch_uid="courses-run-for-course")
    for signal in (page_published, page_unpublished, post_page_move):
        signal.connect(_tree_changed, dispatch_uid=f"courses-waivers-{id(signal)}")
    post_delete.connect(_page_deleted, dispatch_uid="courses-waivers-deleted")
