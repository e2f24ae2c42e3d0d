"""Give a person a role."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from accounts.roles import Role, group_of
from accounts.services.make_roles import make_roles


@transaction.atomic
def give_role(*, user: User, role: Role) -> None:
    """Put a person into the group of a role, which is made if it is missing. Other roles are kept."""
    group = group_of(role)
    if group is None:
        make_roles()
        group = group_of(role)
    if group is not None:
        user.groups.add(group)
