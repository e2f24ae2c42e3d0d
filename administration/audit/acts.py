"""The acts of staff that are not on certificates, and where in the admin the things are that any act is done to."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.audit import ACTS, SUBJECT_KINDS, Act, SubjectKind
from accounts.models import User
from administration.certificates.base import ISSUE, REPLACE, REVOKE, VIEW, may_any
from credentials.models import CredentialHolder
from learning.models import Enrolment

OPENED = Act(name="opened", label=_("opened a learner’s record"), order=10)
EXPORTED = Act(name="exported", label=_("asked for an export"), order=10)
DOWNLOADED = Act(name="downloaded", label=_("downloaded an export"), order=10)


def declare_acts() -> None:
    """Enter acts and kinds of subject. Called from `ready()`."""
    for act in (OPENED, EXPORTED, DOWNLOADED):
        ACTS.register(act)
    SUBJECT_KINDS.register(SubjectKind(name="credential", address=_certificate_address, keys_of=_certificate_keys))
    SUBJECT_KINDS.register(SubjectKind(name="enrolment", address=_record_address, keys_of=_enrolment_keys))
    SUBJECT_KINDS.register(SubjectKind(name="export", address=lambda key, user: None, keys_of=lambda person: ()))


def _certificate_address(key: str, user: User) -> str | None:
    return reverse("certificates_admin:detail", args=[key]) if may_any(user, VIEW, ISSUE, REVOKE, REPLACE) else None


def _record_address(key: str, user: User) -> str | None:
    return reverse("record_enrolments:record", args=[key]) if user.has_perm("learning.open_record") else None


def _certificate_keys(person: User) -> Iterable[str]:
    return [str(key) for key in CredentialHolder.objects.filter(learner=person).values_list("credential_id", flat=True)]


def _enrolment_keys(person: User) -> Iterable[str]:
    return [str(key) for key in Enrolment.objects.for_learner(person).values_list("pk", flat=True)]
