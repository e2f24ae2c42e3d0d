"""Do again what background work has left undone. It is found by what is missing, not by which task was lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.mail import MailNotSent
from courses.models import OutlineMove, StepSlot, StepWaiver
from courses.services.sync_waivers import sync_waivers
from knowledge.services.make_missing_pdfs import make_missing_pdfs
from learning.models import CredentialHold, CredentialNotice, RecordExport
from learning.services.complete_covered import complete_covered_enrolments
from learning.services.count_steps import count_steps
from learning.services.drop_exports import expire_exports
from learning.services.move_to_outline import move_everyone_unfinished
from learning.services.retry_tasks import LIMBO, retry_tasks
from learning.services.tell_holder import tell_holder
from learning.services.tell_of_hold import tell_of_hold
from learning.tasks import write_export


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What there was to do.

    Tasks put back, enrolments moved and completed, holds told of, steps folded, exports begun again and gone, PDFs of editions made.
    """

    retried: int
    moved: int
    completed: int
    told: int
    folded: int
    rewritten: int = 0
    expired: int = 0
    typeset: int = 0


def reconcile(*, now: datetime) -> Reconciled:
    """Do everything that should have been done by now. A second run, also at the same time, changes nothing."""
    retried = retry_tasks(now=now)
    moved = sum(move_everyone_unfinished(outline_id=move.outline_id) for move in OutlineMove.objects.filter(done_at=None).order_by("pk"))
    first = retried, moved, _complete(), _tell(now), count_steps(), _rewrite(now), expire_exports(now=now)
    return Reconciled(*first, typeset=make_missing_pdfs(now=now))


def _complete() -> int:
    """Bring waivers up to date, and complete whom they cover: nobody else is covered without having done a step, or been moved."""
    for key in StepSlot.objects.order_by().values_list("course_key", flat=True).distinct():
        sync_waivers(course_key=key)
    waived = StepWaiver.objects.in_force().order_by().values_list("course_key", flat=True).distinct()
    return sum(complete_covered_enrolments(course_key=key) for key in waived)


def _tell(now: datetime) -> int:
    """Tell of what nobody was told of, holds and acts of staff; those of the last hour still have their own task."""
    told, before = 0, now - LIMBO
    holds = CredentialHold.objects.filter(resolved_at=None, told_at=None, opened_at__lt=before).order_by("pk")
    notices = CredentialNotice.objects.filter(told_at=None, made_at__lt=before, credential__holder__learner__isnull=False).order_by("pk")
    owed: list[tuple[Any, int]] = [*((tell_of_hold, hold.pk) for hold in holds), *((tell_holder, notice.pk) for notice in notices)]
    for tell, pk in owed:
        try:
            tell.call(pk)
        except MailNotSent:
            # Logged where it happened; the next run tries again, and the rest of this one goes on.
            continue
        told += 1
    return told


def _rewrite(now: datetime) -> int:
    """Put exports whose worker died, or whose task was lost, into the queue again; not those that are a day old anyway."""
    stale = RecordExport.objects.stale(now).exclude(pk__in=RecordExport.objects.expired(now))
    lost = list(stale.order_by("pk").values_list("pk", flat=True))
    # One that waits has its turn again only after a while; one whose worker died must stay as it is to be taken up.
    RecordExport.objects.filter(pk__in=lost, state=RecordExport.State.WAITING).update(moved_at=now)
    for export in lost:
        write_export.enqueue(str(export))
    return len(lost)
