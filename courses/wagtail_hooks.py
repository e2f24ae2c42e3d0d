"""What courses add to the admin: "Publish structure", lists, confirmations, and a warning before an act that affects people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from courses import page_actions
from courses.models import CoursePage
from courses.structure_view import StructureView
from courses.viewsets import page_viewsets

hooks.register("before_delete_page", page_actions.before_delete)
hooks.register("before_move_page", page_actions.before_move)
hooks.register("after_copy_page", page_actions.after_copy)
hooks.register("before_bulk_action", page_actions.before_bulk)
# After Wagtail's own, which they replace.
for action in (page_actions.DeletePages, page_actions.MovePages, page_actions.UnpublishPages):
    hooks.register("register_bulk_action", action, order=10)


@hooks.register("register_admin_viewset")
def viewsets() -> list[PageViewSet]:
    """Lists and confirmations of the pages of a course."""
    return page_viewsets()


@hooks.register("register_admin_urls")
def structure_url() -> list[URLPattern]:
    """The address of the structure page."""
    return [path("courses/<int:page_id>/structure/", StructureView.as_view(), name="course_structure")]


@hooks.register("register_permissions")
def structure_permission() -> QuerySet[Permission]:
    """Let groups be given the right in the admin."""
    return Permission.objects.filter(content_type__app_label="courses", codename="publish_structure")


@hooks.register("register_log_actions")
def structure_log_action(actions: Any) -> None:
    """Name the act in the history of the page."""
    actions.register_action("courses.publish_structure", _("Publish structure"), _("Structure published"))


@hooks.register("register_page_header_buttons")
def structure_button(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Lead from a course to its structure, whoever may edit it: what would change can be seen by all of them."""
    if isinstance(page.specific_deferred, CoursePage) and page.permissions_for_user(user).can_edit():
        yield Button(_("Publish structure"), url=reverse("course_structure", args=[page.pk]), icon_name="list-ol", priority=5)
