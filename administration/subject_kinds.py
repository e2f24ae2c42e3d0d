"""Where in the admin the things are that acts of staff are done to, and which of them are about a person."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from accounts.audit import SUBJECT_KINDS, SubjectKind
from accounts.models import User
from administration.certificates.base import ISSUE, REPLACE, REVOKE, VIEW, may_any
from credentials.models import CredentialHolder
from learning.models import Enrolment


def declare_subject_kinds() -> None:
    """Enter the kinds of subject. Called from `ready()`."""
    SUBJECT_KINDS.register(SubjectKind(name="credential", address=_certificate_address, keys_of=_certificate_keys))
    SUBJECT_KINDS.register(SubjectKind(name="enrolment", address=_record_address, keys_of=_enrolment_keys))
    SUBJECT_KINDS.register(SubjectKind(name="account", address=_account_address, keys_of=lambda person: [str(person.pk)]))
    SUBJECT_KINDS.register(SubjectKind(name="export", address=lambda key, user: None, keys_of=lambda person: ()))


def _certificate_address(key: str, user: User) -> str | None:
    return reverse("certificates_admin:detail", args=[key]) if may_any(user, VIEW, ISSUE, REVOKE, REPLACE) else None


def _record_address(key: str, user: User) -> str | None:
    return reverse("record_enrolments:record", args=[key]) if user.has_perm("learning.open_record") else None


def _account_address(key: str, user: User) -> str | None:
    may = user.has_perm("learning.view_enrolment")
    return f"{reverse('record_enrolments:index')}?learner={key}" if may else None


def _certificate_keys(person: User) -> Iterable[str]:
    return [str(key) for key in CredentialHolder.objects.filter(learner=person).values_list("credential_id", flat=True)]


def _enrolment_keys(person: User) -> Iterable[str]:
    return [str(key) for key in Enrolment.objects.for_learner(person).values_list("pk", flat=True)]
