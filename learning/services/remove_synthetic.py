"""Take synthetic learners out again, with everything that is held of them, a batch in a transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from accounts.models import User
from learning.bits import SlotCounts
from learning.models import Attempt, Credential, CredentialFile, CredentialHold, CredentialHolder, CredentialNotice, Enrolment
from learning.privacy import erase_certificates
from learning.services.add_completions import add_completions
from learning.synthetic.people import DOMAIN

BATCH = 2_000


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
            _remove(keys)
        last = keys[-1]
        removed += len(keys)
        tell(len(keys))
    if removed:
        with connection.cursor() as cursor:
            for model in (User, Enrolment, Attempt, Credential, CredentialHolder):
                cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
    return removed


def _synthetic() -> Any:
    return User.objects.filter(email__endswith=f"@{DOMAIN}")


def _remove(keys: list[int]) -> None:
    """Delete some people. In the order in which the record is locked: person, enrolment, certificate."""
    people = {user.pk: user for user in User.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    locked = Enrolment.objects.select_for_update().filter(learner__in=keys).order_by("pk")
    enrolments = list(locked.values_list("pk", "run_id", "done_bits"))
    numbers = [pk for pk, _run, _bits in enrolments]
    theirs = Credential.objects.filter(Q(enrolment__in=numbers) | Q(holder__learner__in=keys))
    credentials = list(theirs.order_by().values_list("pk", flat=True).distinct())
    # The files of those who fetched their PDF, one person at a time: few ever did.
    for key in CredentialFile.objects.filter(credential__in=credentials).values_list("credential__holder__learner", flat=True).distinct():
        if key in people:
            erase_certificates(people[key])
    counts = SlotCounts()
    counts.add((run, bits) for _pk, run, bits in enrolments)
    add_completions(sums={key: -number for key, number in counts.totals().items()})
    _delete(Attempt.objects.filter(enrolment__in=numbers))
    for model in (CredentialHold, CredentialHolder):
        _delete(model._default_manager.filter(credential__in=credentials))
    _delete(CredentialNotice.objects.filter(credential__in=credentials, credential__snapshot__demo=True))
    Credential.objects.filter(pk__in=credentials, enrolment__isnull=False).update(enrolment=None)
    _delete(Credential.objects.filter(pk__in=credentials, snapshot__demo=True))
    _delete(Enrolment.objects.filter(pk__in=numbers))
    # Sessions, e-mail addresses, what they asked for: who has anything else is deleted as any account is, with all that hangs on it.
    more = _with_more(keys)
    for key in sorted(more & people.keys()):
        people[key].delete()
    _delete(User.objects.filter(pk__in=set(keys) - more))


def _delete(rows: Any) -> None:
    """Delete rows in one statement: nothing else points at them, and no signal has to be sent."""
    rows._raw_delete(rows.db)


def _with_more(keys: Iterable[int]) -> set[int]:
    """Return those of some people at whom any other row points."""
    found: set[int] = set()
    through = [field.remote_field.through for field in User._meta.many_to_many]
    links = [(relation.related_model, relation.field) for relation in User._meta.get_fields(include_hidden=True) if _points_here(relation)]
    for model, field in links:
        found |= set(model._base_manager.filter(**{f"{field.name}__in": keys}).values_list(field.attname, flat=True))
    for table in through:
        found |= set(table._base_manager.filter(user__in=keys).values_list("user_id", flat=True))
    return found


def _points_here(relation: Any) -> bool:
    return bool(relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one))
