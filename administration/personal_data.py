"""What the administration holds about a person: the lists that somebody of the staff asked for."""

from __future__ import annotations

from accounts.models import User
from accounts.privacy import Rows, declare, rows
from administration.models import RecordExport
from administration.services.erase_from_exports import erase_from_exports


def declare_personal_data() -> None:
    """Declare the model of this floor. Called from `ready()`, before the floors below: what they erase says which lists hold a person."""
    declare(
        "administration.RecordExport",
        reason="Lists that a member of staff asked for. Go with their account, with their files. When an account is erased, the files that "
        "may hold that person are deleted, whoever asked for them; they can be made again.",
        export=_exports,
        erase=lambda user: erase_from_exports(user=user),
    )


def _exports(user: User) -> Rows:
    return rows(RecordExport.objects.filter(asked_by=user), "listing", "format", "asked_at")
