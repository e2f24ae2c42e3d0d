"""When an account is erased, delete the exported files that may hold the person, and leave the other files alone.

A file may hold them if they had an account when it was asked for (`Listing.joined_by`) and the list is one of accounts, or
they are in the record. Anything more exact would have to open the files. Who comes and goes meanwhile stops nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from administration.lists.learners import LearnerListing
from administration.lists.search import credential_named, folded
from administration.models import RecordExport, RecordExportQuerySet
from administration.services.expire_exports import OVER, delete_exports
from administration.services.write_export import write_export_later
from credentials.models import CredentialHolder
from learning.models import Enrolment

State = RecordExport.State


def erase_from_exports(*, user: User) -> None:
    """Delete finished files that may hold a person and lists of them alone; let what is being written begin again.

    Call it before the rest of the record is erased: what they had there says where they may be. It acts twice: what a worker
    reads between this and the end of the erasing transaction may still have the person.
    """
    holding = RecordExport.objects.filter(asked_at__gte=user.date_joined)
    # Attempts belong to an enrolment, which stays when a course is left; a certificate stays with its holder.
    if not (Enrolment.objects.for_learner(user).exists() or CredentialHolder.objects.filter(learner=user).exists()):
        holding = holding.filter(listing=LearnerListing.name)
    about = _about(user)
    # Asked for first, so that it comes before what is begun again, and does not take that for written meanwhile.
    transaction.on_commit(partial(_erase, holding, about))
    _erase(holding, about)


def _erase(holding: RecordExportQuerySet, about: Callable[[dict[str, str]], bool]) -> None:
    named = [pk for pk, filters in RecordExport.objects.exclude(state__in=OVER).values_list("pk", "filters") if about(filters)]
    delete_exports(exports=RecordExport.objects.filter(pk__in=named), state=State.ERASED)
    delete_exports(exports=holding.filter(state=State.DONE), state=State.ERASED)
    _begin_again(holding)


def _begin_again(exports: RecordExportQuerySet) -> None:
    """Let another worker write what one is writing; that one notices, stops, and deletes what it has. What waits has read nobody."""
    with transaction.atomic():
        running = exports.filter(state=State.RUNNING).select_for_update(of=("self",)).order_by("pk")
        begun = list(running.values_list("pk", flat=True))
        RecordExport.objects.filter(pk__in=begun).update(state=State.WAITING, rows_done=0, rows_total=0, moved_at=timezone.now())
        for pk in begun:
            transaction.on_commit(partial(write_export_later.enqueue, str(pk)))


def _about(user: User) -> Callable[[dict[str, str]], bool]:
    """Return whether filters ask for this person alone: by number, address, whole name, or a certificate."""
    number, email, names = str(user.pk), user.email.lower(), {folded(user.email), folded(user.printed_name)} - {""}
    held = {str(pk) for pk in CredentialHolder.objects.filter(learner=user).values_list("credential_id", flat=True)}

    def about(filters: dict[str, str]) -> bool:
        query = filters.get("q", "").strip()
        if filters.get("learner") == number:
            return True
        if not query:
            return False
        if folded(query) in names or ("@" in query and email.startswith(query.lower())):
            return True
        return bool(held) and (found := credential_named(query)) is not None and str(found.pk) in held

    return about
