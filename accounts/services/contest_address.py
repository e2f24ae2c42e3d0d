"""Take up that a former mailbox says: this change of address was not mine."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import notify
from accounts.changes import Change
from accounts.locked_cases import lock_case
from accounts.models import AddressChange
from accounts.services.note_change import note_change


@transaction.atomic
def contest_address(*, change_id: int, now: datetime) -> AddressChange | None:
    """Open a case for support; None if there is none to open any more: it was opened before, or the time is over.

    Every session of the account ends, and it is held (`accounts.holds`). But where a second factor was shown for the change, the case
    is all: who reads a mailbox may not sign out somebody who has shown more than that.
    """
    found = lock_case(AddressChange.objects.contestable(now), change_id)
    if found is None:
        return None
    change, user = found
    change.reported_at = now
    change.save(update_fields=["reported_at"])
    if not change.had_factor:
        note_change(user=user, change=Change.CONTESTED)
        notify.tell_on_commit("account/email/account_held", user, {})
    return change
