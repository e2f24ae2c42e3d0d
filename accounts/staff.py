"""Who counts as staff: everyone who may enter Wagtail's admin. The flag `is_staff` decides nothing here."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from accounts.models import User

ADMIN_PERMISSION = "wagtailadmin.access_admin"


def may_enter_admin(user: User | AnonymousUser) -> bool:
    """Whether someone is staff: a role, another group or a right of their own lets them into the admin, or they are a superuser."""
    return user.is_authenticated and user.has_perm(ADMIN_PERMISSION)
