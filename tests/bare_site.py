"""The site that every test starts from, kept in the test database: its pages, its roles and its workflow, as `setup_site` makes them.

Made once, since making four languages of pages and six roles anew in each test takes longer than most tests do.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from wagtail.models import GroupApprovalTask, GroupCollectionPermission, GroupPagePermission, Locale, Page, Task

from accounts.services.make_roles import WAGTAILS_GROUPS, make_roles
from core.site import ensure_site
from editorial.services.ensure_workflow import ensure_workflow

# What Wagtail's migrations had made of groups, before the roles took their place.
_wagtails: list[dict[str, Any]] = []
# The names of all rights: some are made by a migration of a package, and by nothing else.
_rights: dict[tuple[str, str, str], str] = {}


def make_bare_site() -> None:
    """Make the root of all pages and the bare site, also where a transactional test has emptied the tables."""
    ContentType.objects.clear_cache()
    _put_rights_back()
    locale, _created = Locale.objects.get_or_create(language_code=settings.LANGUAGE_CODE)
    if Page.get_first_root_node() is None:
        Page.add_root(instance=Page(title="Root", slug="root", content_type=ContentType.objects.get_for_model(Page), locale=locale))
    ensure_site()
    if not _wagtails:
        _wagtails.extend(_groups_of_wagtail())
    make_roles()
    ensure_workflow()


def _put_rights_back() -> None:
    """Make the rights that were there before tables were emptied, and are not made after it by Django itself."""
    found = Permission.objects.values_list("content_type__app_label", "content_type__model", "codename", "name")
    present = {(app_label, model, codename): name for app_label, model, codename, name in found}
    for app_label, model, codename in _rights.keys() - present.keys():
        content_type = ContentType.objects.get_by_natural_key(app_label, model)
        Permission.objects.create(content_type=content_type, codename=codename, name=_rights[app_label, model, codename])
    _rights.update(present)


def take_roles_out() -> None:
    """Put the groups back to what they are before there are roles: the two of Wagtail, with their rights and their task."""
    Group.objects.all().delete()
    for row in serializers.deserialize("python", _wagtails):
        row.save()


def _groups_of_wagtail() -> list[dict[str, Any]]:
    groups = Group.objects.filter(name__in=WAGTAILS_GROUPS)
    rows = [
        *groups,
        *GroupPagePermission.objects.filter(group__in=groups),
        *GroupCollectionPermission.objects.filter(group__in=groups),
        *Task.objects.filter(groupapprovaltask__groups__in=groups),
        *GroupApprovalTask.objects.filter(groups__in=groups),
    ]
    return serializers.serialize("python", rows)  # type: ignore[no-any-return]
