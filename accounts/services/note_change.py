"""Let a decisive change of an account have its effect: sessions end, what was begun before no longer counts, and its owner reads of it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from accounts.changes import EFFECTS, Change
from accounts.models import KnownBrowser, SecurityEvent, User
from accounts.models.user import COUNTED_IN
from accounts.services.end_sessions import end_sessions


@transaction.atomic
def note_change(*, user: User, change: Change, detail: str = "", is_counted: bool = False, but_browser: str = "") -> None:
    """End the sessions of a person, if the table says so, and what they had begun; write the change into their history.

    The session in which its owner made the change is kept, where the table says so, by whoever has the request
    (`accounts.sessions.stay_signed_in`). `user` knows its new number of changes afterwards.

    Args:
        is_counted: whether the account has counted it already, in the statement that changed it.
        but_browser: the hash of a browser that stays known where the table lets none.
    """
    effect = EFFECTS[change]
    if not is_counted:
        number = "changes" if effect.ends_sessions else "role_changes"
        User.objects.filter(pk=user.pk).update(**{number: F(number) + 1})
    user.refresh_from_db(fields=list(COUNTED_IN))
    if effect.ends_sessions:
        end_sessions(user=user)
    if not effect.keeps_browsers:
        KnownBrowser.objects.filter(user=user).exclude(token_hash=but_browser or "-").delete()
    SecurityEvent.objects.create(user=user, kind=change.value, detail=detail[:600])
