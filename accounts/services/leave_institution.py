"""Let an account be entered by the sign-in of an institution no more."""

from __future__ import annotations

from accounts import notify
from accounts.changes import Change
from accounts.institutions import name_of_institution
from accounts.models import InstitutionIdentity, User
from accounts.own_account import own_account
from accounts.services.note_change import note_change


def leave_institution(*, user: User, identity_id: int) -> None:
    """Close this one way in, and tell its owner by e-mail. The account, its record and every other way in stay.

    Raises:
        AccountChanged, AccountHeld: see there; nothing was changed.
        InstitutionIdentity.DoesNotExist: it is not there, or not this person's.
    """
    with own_account(user) as locked:
        identity = InstitutionIdentity.objects.get(user=locked, pk=identity_id)
        name = name_of_institution(identity.institution)
        identity.delete()
        note_change(user=locked, change=Change.INSTITUTION_LEFT, detail=name)
        notify.tell_on_commit("account/email/institution_left", locked, {"institution": name})
