"""Refuse what Wagtail would allow a role although the table of roles does not.

Whoever may change users could tick "Administrator": a site administrator would be a superuser by a detour. And a right to
all below the library is also one to the library itself, which could be unpublished or moved with everything in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry
from wagtail.models import Page

from accounts.models import User
from accounts.roles import PAGE_CLASSES
from accounts.services.reset_second_factor import LOG_ACTION

# The names of Wagtail's bulk actions that take a page away from where readers find it.
TAKING_AWAY = {"delete", "move", "unpublish"}


def _may_touch(request: HttpRequest, users: Iterable[Any]) -> bool:
    if request.user.is_superuser:  # type: ignore[union-attr]
        return True
    return not any(user.is_superuser for user in users) and "is_superuser" not in request.POST


@hooks.register("before_create_user")
def create_no_superuser(request: HttpRequest) -> None:
    """Refuse a form that would make a superuser, unless a superuser sent it.

    Raises:
        PermissionDenied: see above.
    """
    if not _may_touch(request, []):
        raise PermissionDenied


@hooks.register("before_edit_user")
@hooks.register("before_delete_user")
def keep_superusers(request: HttpRequest, user: User) -> None:
    """Refuse to change a superuser, or to make somebody one, unless a superuser does it.

    Raises:
        PermissionDenied: see above.
    """
    if not _may_touch(request, [user]):
        raise PermissionDenied


@hooks.register("before_bulk_action")
def keep_superusers_in_bulk(request: HttpRequest, action_type: str, objects: list[Any], action_class_instance: Any) -> None:
    """Refuse the same for many at once.

    Raises:
        PermissionDenied: see above.
    """
    if User in action_class_instance.models and not _may_touch(request, objects):
        raise PermissionDenied


def _may_take_away(request: HttpRequest, page: Page) -> bool:
    """Whether someone may take a library or catalogue away: whoever may publish beside it. Of other pages Wagtail decides."""
    if page.specific_class is None or page.specific_class._meta.label not in PAGE_CLASSES:
        return True
    parent = page.get_parent()
    return parent is not None and bool(parent.permissions_for_user(request.user).can_publish_subpage())


@hooks.register("before_unpublish_page")
@hooks.register("before_delete_page")
def keep_sections(request: HttpRequest, page: Page) -> None:
    """Refuse to take away a library or catalogue.

    Raises:
        PermissionDenied: see above.
    """
    if not _may_take_away(request, page):
        raise PermissionDenied


@hooks.register("before_move_page")
def keep_sections_in_place(request: HttpRequest, page: Page, destination: Page) -> None:
    """Refuse to move a library or catalogue.

    Raises:
        PermissionDenied: see above.
    """
    keep_sections(request, page)


@hooks.register("before_bulk_action")
def keep_sections_in_bulk(request: HttpRequest, action_type: str, objects: list[Any], action_class_instance: Any) -> None:
    """Refuse the same for many at once.

    Raises:
        PermissionDenied: see above.
    """
    if action_type in TAKING_AWAY and not all(_may_take_away(request, page) for page in objects if isinstance(page, Page)):
        raise PermissionDenied


@hooks.register("register_log_actions")
def log_of_resets(actions: LogActionRegistry) -> None:
    """Let the history of the site say that somebody's second factor was reset."""
    actions.register_action(LOG_ACTION, _("Second step reset"), _("Second step to sign in reset"))
