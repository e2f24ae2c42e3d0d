"""Export everything that is held about a person."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts import privacy
from accounts.models import User
from accounts.own_account import own_account

FORMAT_VERSION = 1


def export_account(*, user: User) -> dict[str, Any]:
    """Return everything that is held about a person, in plain JSON types.

    Parts with nothing in them are there, too: an empty list says that nothing is held.

    Raises:
        AccountChanged, AccountHeld: see there.
    """
    with own_account(user) as locked:
        held = privacy.export_records(locked)
    return {
        "format": FORMAT_VERSION,
        "site": settings.SITE_URL,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "held": held,
    }
