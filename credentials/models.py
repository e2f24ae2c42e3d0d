"""Models of certificates: credentials, their holders, their files, and the hold that keeps a file back."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from credentials.certificate.values import read_snapshot
from foundation import languages
from foundation.civil_dates import civil_date
from learning.models import Enrolment

# No 0/O, 1/I/L, U/V: a code is read aloud and typed from paper.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
CODE_LENGTH = 12


def new_code() -> str:
    """Return a short code for a certificate: 12 characters, about 58 bits."""
    return "".join(secrets.choice(CODE_ALPHABET) for _i in range(CODE_LENGTH))


class CredentialQuerySet(models.QuerySet["Credential"]):
    """Named reads of credentials."""

    def live(self) -> CredentialQuerySet:
        """Those that were not revoked."""
        return self.filter(revoked_at__isnull=True)


class Credential(models.Model):
    """Something earned. Written once with everything printed on it, except what says who the person is."""

    class Basis(models.TextChoices):
        """Why it was issued."""

        EARNED = "earned", _("earned by finishing the course")
        BY_HAND = "by_hand", _("issued by hand, the course being finished")
        OVERRIDE = "override", _("issued by hand, although the course is not finished")

    class PublicReason(models.TextChoices):
        """All that the public page ever says about why: nobody's private matter can land there."""

        DATA = "data", _("a mistake in the data")
        ERROR = "error", _("it was issued in error")
        REQUEST = "request", _("the holder asked for it")
        RULES = "rules", _("the rules of the course were broken")
        OTHER = "other", _("another reason, which is not published")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=16, unique=True, default=new_code, editable=False)
    subject_kind = models.CharField(max_length=10, default="course")
    subject_key = models.CharField(max_length=80)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.SET_NULL, null=True, blank=True, related_name="credentials")
    basis = models.CharField(_("basis"), max_length=10, choices=Basis, default=Basis.EARNED)
    snapshot = models.JSONField()
    template_version = models.PositiveSmallIntegerField(default=1)
    issued_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces")

    objects = CredentialQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "subject_kind", "subject_key"],
                condition=Q(revoked_at__isnull=True, enrolment__isnull=False),
                name="credential_one_live_per_subject",
            ),
        ]
        indexes = [models.Index(fields=["-issued_at", "-id"], name="credential_newest")]
        default_permissions = ("view",)
        permissions = [
            ("issue_credential", _("Can issue a certificate by hand")),
            ("revoke_credential", _("Can revoke a certificate")),
            ("replace_credential", _("Can replace a certificate with a corrected name")),
        ]

    def __str__(self) -> str:
        return f"credential {self.pk}"

    def title(self, language: str) -> str:
        """The course as printed, in a language, or in the one in which it was taken (databases reorder JSON keys)."""
        snapshot = read_snapshot(self.snapshot)
        titles: dict[str, str] = snapshot["titles"]
        return titles.get(language) or titles.get(snapshot["language"]) or min(titles.values(), default="")

    @property
    def said(self) -> dict[str, Any]:
        """The snapshot as it is shown. An override written in schema 1 has a day of completion that never was: it is not told.

        Raises:
            VersionUnknown: it is of a schema that this release does not know.
        """
        written = dict(read_snapshot(self.snapshot))
        if self.basis != self.Basis.OVERRIDE or written.get("basis"):
            return written
        decided = civil_date(self.issued_at).isoformat()
        return written | {"basis": self.basis, "decided_on": decided, "completed_on": None}

    @property
    def is_over(self) -> bool:
        """Whether it was revoked or replaced."""
        return self.revoked_at is not None or self.replaced_by_id is not None

    @property
    def public_reason(self) -> str:
        """Why it was revoked, in the reader's language; older rows have a sentence of their own."""
        return str(self.PublicReason(self.reason).label) if self.reason in self.PublicReason.values else self.reason


class CredentialHolder(models.Model):
    """Whose credential it is: the part that erasure deletes. The public page shows the name only if the holder allows it."""

    credential = models.OneToOneField(Credential, on_delete=models.CASCADE, related_name="holder")
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="held_credentials")
    printed_name = models.CharField(max_length=120)
    show_name = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"holder of {self.credential_id}"


class CredentialFile(models.Model):
    """The PDF of a credential in one language, made once and served from then on; named by its content."""

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="files")
    language = models.CharField(max_length=10, choices=languages.choices)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["credential", "language"], name="credentialfile_once_per_language")]

    def __str__(self) -> str:
        return self.path


class CredentialHold(models.Model):
    """A task for the administrator: a PDF that cannot be printed as it should. The credential itself is not held."""

    credential = models.OneToOneField(Credential, on_delete=models.CASCADE, related_name="hold")
    missing = models.CharField(_("characters no font has"), max_length=200)
    opened_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"hold on {self.credential_id}"


class CredentialNotice(models.Model):
    """A message that the holder is owed about what staff did. Written with the act, told by a task, at least once.

    `told_at` says when; of a message that was no longer needed, and not sent, it is the very moment of the revocation.
    """

    class What(models.TextChoices):
        """What was done."""

        ISSUED = "issued", _("issued by hand")
        REVOKED = "revoked", _("revoked")
        REPLACED = "replaced", _("replaced")

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="notices")
    what = models.CharField(max_length=10, choices=What)
    made_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["credential", "what"], name="credentialnotice_once")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.what} {self.credential_id}"

    @property
    def was_skipped(self) -> bool:
        """Whether it was not sent, because the certificate was revoked before (credentials.services.notify_holder)."""
        return self.what == self.What.ISSUED and self.told_at is not None and self.told_at == self.credential.revoked_at
