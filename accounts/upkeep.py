"""What is kept for a while only: the history, changes of address that nobody contests, known browsers, used links, and counts of tries."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from accounts import try_counts
from accounts.models import AddressChange, InstitutionCase, KnownBrowser, SecurityEvent, UsedLink
from accounts.models.security import CONTESTABLE, KNOWN, TOLD
from accounts.pending_acts import BROWSER_LINK
from foundation.upkeep import CHORES, Chore


def register_chores() -> None:
    """Enter the chores of this floor. Called from `ready()`."""
    CHORES.register(Chore(name="account-history", order=80, run=forget_old, done="old lines about accounts deleted"))


def forget_old(now: datetime) -> int:
    """Delete what has served its time. A case stays as long as the history tells of it."""
    over = (
        SecurityEvent.objects.filter(at__lt=now - TOLD),
        AddressChange.objects.filter(Q(at__lt=now - CONTESTABLE, reported_at__isnull=True) | Q(decided_at__lt=now - TOLD)),
        InstitutionCase.objects.filter(decided_at__lt=now - TOLD),
        KnownBrowser.objects.filter(since__lt=now - KNOWN),
        UsedLink.objects.filter(at__lt=now - BROWSER_LINK.lasts),
    )
    return sum(found.delete()[0] for found in over) + try_counts.forget_over(now)
