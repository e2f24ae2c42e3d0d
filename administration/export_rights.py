"""Who may take a list out as a file: asked when one is asked for, when it is written, and when it is fetched."""

from __future__ import annotations

from accounts.holds import is_held
from accounts.models import User
from administration.lists.registry import LISTINGS


def may_export(person: User, listing: str) -> bool:
    """Whether a person may take a list out as a file. Nobody whose account is closed, or held."""
    may = person.has_perm("administration.export_records") and person.has_perm(LISTINGS[listing].permission)
    return may and not is_held(person)
