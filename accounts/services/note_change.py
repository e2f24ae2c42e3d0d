"""Let a decisive change of an account have its effect: sessions end, what was begun before no longer counts, and its owner reads of it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from accounts.changes import EFFECTS, Change
from accounts.models import KnownBrowser, SecurityEvent, User
from accounts.services.end_sessions import end_sessions


@transaction.atomic
def note_change(*, user: User, change: Change, detail: str = "", is_counted: bool = False) -> None:
    """End every session of a person and what they had begun, and write the change into their history.

    The session in which its owner made the change is kept, where the table says so, by whoever has the request
    (`accounts.sessions.stay_signed_in`). `user` knows its new number of changes afterwards.

    Args:
        is_counted: whether the account has counted it already, in the statement that changed it.
    """
    if not is_counted:
        User.objects.filter(pk=user.pk).update(changes=F("changes") + 1)
    user.refresh_from_db(fields=["changes"])
    end_sessions(user=user)
    if not EFFECTS[change].keeps_browsers:
        KnownBrowser.objects.filter(user=user).delete()
    SecurityEvent.objects.create(user=user, kind=change.value, detail=detail[:600])
