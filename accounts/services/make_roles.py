"""Make the groups of the roles, and give them exactly the rights in the table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupApprovalTask, GroupCollectionPermission, GroupPagePermission, Page

from accounts.roles import EDITOR, EVERYWHERE, ROLES, Role, group_of

# Wagtail's migrations make these two. Their rights begin at the root of everything: with them, whoever may assign
# groups could let an author publish the front page.
WAGTAILS_GROUPS = ("Moderators", "Editors")


@transaction.atomic
def make_roles() -> list[str]:
    """Make the groups that are missing and give each exactly its rights; other groups are left alone.

    Wagtail's own two groups are taken out if nobody was ever put into them or gave them a page of their own.

    Returns:
        The rights and page classes of the table that this site does not have, to be reported. None of them is granted.
    """
    missing: set[str] = set()
    for role in ROLES:
        group = _group(role)
        wanted = _permissions(role.permissions, missing)
        if set(group.permissions.all()) != set(wanted):
            group.permissions.set(wanted)
        _set_page_permissions(group, role, missing)
        _set_collection_permissions(group, role, missing)
    _remove_wagtails_groups()
    return sorted(missing)


def _group(role: Role) -> Group:
    group = group_of(role)
    if group is None:
        return Group.objects.create(name=role.group_name)
    if group.name != role.group_name:
        group.name = role.group_name
        group.save(update_fields=["name"])
    return group


def _permissions(codes: Iterable[str], missing: set[str]) -> list[Permission]:
    """Return the rights of some "app.codename", in one statement; note those that do not exist."""
    wanted = sorted(set(codes))
    candidates = Permission.objects.filter(codename__in=[code.split(".")[1] for code in wanted]).select_related("content_type")
    by_code: dict[str, Permission] = {}
    for permission in candidates:
        by_code.setdefault(f"{permission.content_type.app_label}.{permission.codename}", permission)
    missing.update(code for code in wanted if code not in by_code)
    return [by_code[code] for code in wanted if code in by_code]


def _pages_of(label: str) -> list[Any] | None:
    """Return the pages of a class, in every language; None when there is no such class."""
    if label == EVERYWHERE:
        root = Page.get_first_root_node()
        return [root] if root else []
    try:
        model: Any = apps.get_model(label)
    except LookupError:
        return None
    return list(model.objects.all())


def _set_page_permissions(group: Group, role: Role, missing: set[str]) -> None:
    wanted: set[tuple[int, int]] = set()
    for label, actions in role.pages.items():
        pages = _pages_of(label)
        if pages is None:
            missing.add(label)
            continue
        permissions = _permissions((f"wagtailcore.{action}_page" for action in actions), missing)
        wanted |= {(page.pk, permission.pk) for page in pages for permission in permissions}
    present = {(row.page_id, row.permission_id): row for row in GroupPagePermission.objects.filter(group=group)}
    for key in present.keys() - wanted:
        present[key].delete()
    new = sorted(wanted - present.keys())
    GroupPagePermission.objects.bulk_create(
        [GroupPagePermission(group=group, page_id=page, permission_id=permission) for page, permission in new]
    )


def _set_collection_permissions(group: Group, role: Role, missing: set[str]) -> None:
    codes = [f"wagtailimages.{action}_image" for action in role.images]
    codes += [f"wagtaildocs.{action}_document" for action in role.documents]
    codes += [f"wagtailcore.{action}_collection" for action in role.collections]
    root = Collection.get_first_root_node() or Collection.add_root(name="Root")
    wanted = {(root.pk, permission.pk) for permission in _permissions(codes, missing)}
    present = {(row.collection_id, row.permission_id): row for row in GroupCollectionPermission.objects.filter(group=group)}
    for key in present.keys() - wanted:
        present[key].delete()
    new = sorted(wanted - present.keys())
    GroupCollectionPermission.objects.bulk_create(
        [GroupCollectionPermission(group=group, collection_id=collection, permission_id=permission) for collection, permission in new]
    )


def _remove_wagtails_groups() -> None:
    """Delete Wagtail's two groups, unless somebody uses them. Editors take over where one of them approved drafts."""
    editors = group_of(EDITOR)
    for group in Group.objects.filter(name__in=WAGTAILS_GROUPS, user__isnull=True):
        if GroupPagePermission.objects.filter(group=group, page__depth__gt=1).exists():
            continue
        for task in GroupApprovalTask.objects.filter(groups=group):
            if editors is not None:
                task.groups.add(editors)
        group.delete()
