"""What follows when pages change: a run for each new course, and waivers for steps that come and go."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

from courses.models import CoursePage, CourseRun, StepPage
from courses.models.pages import page_classes_with_shared_fields
from courses.services.share_facts import share_facts
from courses.services.sync_waivers import sync_waivers_of_page


def _course_saved(sender: object, instance: Any, created: bool, **kwargs: Any) -> None:

    if created:
        CourseRun.objects.get_or_create(course_key=instance.translation_key, slug=CourseRun.SELF_PACED)


def _tree_changed(sender: object, instance: Page, **kwargs: Any) -> None:

    sync_waivers_of_page(instance.specific_deferred)


def _facts_published(sender: object, instance: Page, **kwargs: Any) -> None:

    # The row, and not the instance: Wagtail says the same of what was only given a date. An alias follows its source.
    page = type(instance).objects.filter(pk=instance.pk, live=True, alias_of=None).first()
    if page is not None:
        share_facts(page=page)


def _page_deleted(sender: Any, instance: Page, **kwargs: Any) -> None:

    if isinstance(instance, StepPage):
        # Only when all is gone that goes: in the middle of deleting a whole course its lessons would look lost one by one.
        transaction.on_commit(lambda: sync_waivers_of_page(instance))


def connect() -> None:
    """Connect the handlers of this app."""

    post_save.connect(_course_saved, sender=CoursePage, dispatch_uid="courses-run-for-course")
    # Before waivers and search look: they ask the rules.
    for model in page_classes_with_shared_fields():
        page_published.connect(_facts_published, sender=model, dispatch_uid=f"courses-facts-{model._meta.label}")
    for signal in (page_published, page_unpublished, post_page_move):
        signal.connect(_tree_changed, dispatch_uid=f"courses-waivers-{id(signal)}")
    post_delete.connect(_page_deleted, dispatch_uid="courses-waivers-deleted")
