"""Delete synthetic learners with everything that is held about them, in batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.db.models import ManyToOneRel, QuerySet

from accounts.models import User
from benchmarks.synthetic.people import DOMAIN
from credentials.models import Credential, CredentialHold, CredentialHolder, CredentialNotice
from credentials.personal_data import erase_certificates
from learning.bitset import SlotCounts
from learning.models import Attempt, Enrolment
from learning.services.add_completions import add_completions
from learning.services.count_steps import count_steps

BATCH = 5_000


def count_synthetic() -> int:
    """Return how many synthetic learners there are."""
    return _synthetic().count()


def remove_synthetic(*, tell: Callable[[int], None] = lambda number: None) -> int:
    """Delete exactly the people whose address is of the synthetic domain. Returns how many. Run again after an interruption, it goes on.

    Their certificates go, too, since they were made as a demonstration's. One that was earned on a real site since then
    stays as anyone's does, naming nobody. What staff did is still on the audit trail.
    """
    removed, last = 0, 0
    while keys := list(_synthetic().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            # As a question and not as a list of numbers: it is asked of some forty tables.
            _remove(_synthetic().filter(pk__range=(keys[0], keys[-1])))
        last = keys[-1]
        removed += len(keys)
        tell(len(keys))
    if removed:
        count_steps()
        with connection.cursor() as cursor:
            for model in (User, Enrolment, Attempt, Credential, CredentialHolder):
                cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
    return removed


def _synthetic() -> QuerySet[User]:
    return User.objects.filter(email__endswith=f"@{DOMAIN}")


def _remove(people: QuerySet[User]) -> None:
    """Delete some people. In the order in which the record is locked: person without the full lock, enrolment, certificate, person."""
    list(people.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    chosen = people.values("pk")
    enrolments = Enrolment.objects.filter(learner__in=chosen)
    counts = SlotCounts()
    counts.add((row.run_id, row.done_bits) for row in enrolments.select_for_update().order_by("pk").only("run_id", "done_bits"))
    add_completions(sums={key: -number for key, number in counts.totals().items()})
    _remove_certificates(people, enrolments)
    _delete(Attempt.objects.filter(enrolment__in=enrolments.values("pk")))
    _delete(enrolments)
    # Sessions, e-mail addresses, what they asked for: who has anything else is deleted as any account is, with all that hangs on it.
    for user in people.filter(pk__in=_with_more(people)).order_by("pk"):
        user.delete()
    _delete(people)


def _remove_certificates(people: QuerySet[User], enrolments: QuerySet[Enrolment]) -> None:
    held = CredentialHolder.objects.filter(learner__in=people.values("pk"))
    theirs = set(held.values_list("credential_id", flat=True))
    theirs |= set(Credential.objects.filter(enrolment__in=enrolments.values("pk")).values_list("pk", flat=True))
    # One person at a time for those who fetched their PDF: few ever did.
    for user in people.filter(pk__in=held.filter(credential__files__isnull=False).values("learner")):
        erase_certificates(user)
    for model in (CredentialHold, CredentialHolder):
        _delete(model._default_manager.filter(credential__in=theirs))
    of_demo = Credential.objects.filter(pk__in=theirs, snapshot__demo=True)
    _delete(CredentialNotice.objects.filter(credential__in=of_demo.values("pk")))
    Credential.objects.filter(pk__in=theirs, enrolment__isnull=False).exclude(snapshot__demo=True).update(enrolment=None)
    _delete(of_demo)


def _delete(rows: QuerySet[Any]) -> None:
    """Delete rows in one statement: nothing points at them any more, and no signal has to be sent."""
    rows._raw_delete(rows.db)  # type: ignore[attr-defined]


def _with_more(people: QuerySet[User]) -> set[int]:
    """Return those of some people at whom any other row points."""
    found: set[int] = set()
    for relation in User._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and isinstance(relation.related_model, type):
            name = relation.field.name
            rows = relation.related_model._base_manager.filter(**{f"{name}__in": people.values("pk")})
            found |= set(rows.values_list(f"{name}_id", flat=True))
    return found
