"""The editor's way to "Publish structure": a button on every course, and the page behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from courses.models import CoursePage
from courses.structure_view import StructureView


@hooks.register("register_admin_urls")
def structure_url() -> list[URLPattern]:
    """The address of the structure page."""
    return [path("courses/<int:page_id>/structure/", StructureView.as_view(), name="course_structure")]


@hooks.register("register_page_header_buttons")
def structure_button(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Offer "Publish structure" on a course to those who may publish it."""
    if isinstance(page.specific_deferred, CoursePage) and page.permissions_for_user(user).can_publish():
        yield Button(_("Publish structure"), url=reverse("course_structure", args=[page.pk]), icon_name="list-ol", priority=5)
