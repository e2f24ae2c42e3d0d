"""What is written on the audit trail: the acts of staff, and the kinds of thing that they are done to. Each app enters its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise

from accounts.models import AuditEntry, User
from foundation.registry import Entry, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Entry):
    """One act, by the name under which it is stored (at most 12 characters), and its words ("revoked a certificate")."""

    label: str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectKind(Entry):
    """A kind of thing that acts are done to, by the name under which it is stored.

    `address` is where the thing of a key is in the admin, for one person of the staff; None where they may not see it.
    `keys_of` are the keys of all that is about one person.
    """

    address: Callable[[str, User], str | None]
    keys_of: Callable[[User], Iterable[str]]


ACTS = Registry(Act)
SUBJECT_KINDS = Registry(SubjectKind)


def label_of_act(name: str) -> str:
    """Return an act in words; its bare name if no app knows it any more."""
    act = ACTS.get(name)
    return str(act.label) if act else name


def subject_address(entry: AuditEntry, user: User) -> str | None:
    """Return where the thing is that an entry is about, for somebody who may go there; None for everyone else."""
    kind = SUBJECT_KINDS.get(entry.subject_kind)
    return kind.address(entry.subject_key, user) if kind else None


def about(person: User) -> Q:
    """Return the condition for entries about what belongs to a person."""
    found = Q(pk__in=[])
    for kind in SUBJECT_KINDS:
        found |= Q(subject_kind=kind.name, subject_key__in=list(kind.keys_of(person)))
    return found
