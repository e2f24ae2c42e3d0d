"""Give the roles their rights on one page, so that a library in a new language need not wait for the next `make_roles`."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db import transaction
from wagtail.models import GroupPagePermission, Page

from accounts.roles import ROLES, group_of


@transaction.atomic
def grant_page(*, page: Page) -> None:
    """Give each role that has a group what the table says of pages of this class. Takes nothing away."""
    for role in ROLES:
        actions = role.pages.get(page.specific_class._meta.label, ())
        group = group_of(role) if actions else None
        if group is None:
            continue
        codenames = [f"{action}_page" for action in actions]
        for permission in Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=codenames):
            GroupPagePermission.objects.get_or_create(group=group, page_id=page.pk, permission=permission)
