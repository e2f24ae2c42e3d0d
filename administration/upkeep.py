"""What has to be done again about exports: those whose worker died, and those that are a day old."""

from __future__ import annotations

from datetime import datetime

from administration.models import RecordExport
from administration.services.expire_exports import expire_exports
from administration.services.write_export import write_export_later
from foundation.upkeep import CHORES, Chore


def register_chores() -> None:
    """Enter the chores of this floor. Called from `ready()`."""
    CHORES.register(Chore(name="exports", order=60, run=rewrite_lost_exports, done="exports begun again"))
    CHORES.register(Chore(name="expired-exports", order=70, run=lambda now: expire_exports(now=now), done="exports deleted"))


def rewrite_lost_exports(now: datetime) -> int:
    """Put exports whose worker died, or whose task was lost, into the queue again; not those that are a day old anyway."""
    stale = RecordExport.objects.stale(now).exclude(pk__in=RecordExport.objects.expired(now))
    lost = list(stale.order_by("pk").values_list("pk", flat=True))
    # One that waits has its turn again only after a while; one whose worker died must stay as it is to be taken up.
    RecordExport.objects.filter(pk__in=lost, state=RecordExport.State.WAITING).update(moved_at=now)
    for export in lost:
        write_export_later.enqueue(str(export))
    return len(lost)
