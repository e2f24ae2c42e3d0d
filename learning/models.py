"""The record: enrolments, attempts and credentials. Points at content by key, never by a foreign key to a page.

Lock order: run, person, enrolment, attempt, credential.
"""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import CourseRun, Outline
from learning.bits import BitSetField

# No 0/O, 1/I/L, U/V: a code is read aloud and typed from paper.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
CODE_LENGTH = 12


def new_code() -> str:
    """Return a short code for a certificate: 12 characters, about 58 bits."""
    return "".join(secrets.choice(CODE_ALPHABET) for _i in range(CODE_LENGTH))


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Named reads of enrolments."""

    def for_learner(self, learner: Any) -> EnrolmentQuerySet:
        """Those of one person."""
        return self.filter(learner=learner)

    def active(self) -> EnrolmentQuerySet:
        """Those that were not withdrawn."""
        return self.filter(state=Enrolment.State.ACTIVE)

    def unfinished(self) -> EnrolmentQuerySet:
        """Those still on the way."""
        return self.active().filter(completed_at__isnull=True)

    def lock_first(self) -> Enrolment | None:
        """Lock the first of these and return it as it is then, with its outline and run. Call inside a transaction.

        In two statements: PostgreSQL looks again at a row it had to wait for, but not at the rows joined to it. In one,
        who is moved to another outline at this moment would be missing from the result, and be told "not enrolled".
        """
        found = self.select_for_update(of=("self",)).only("pk").first()
        return Enrolment.objects.select_related("outline", "run").get(pk=found.pk) if found else None


class Enrolment(models.Model):
    """One person in one run of a course, pinned to one outline. Says which steps are done, not when."""

    class State(models.TextChoices):
        """Whether the learner is taking part; finishing is `completed_at`."""

        ACTIVE = "active", _("active")
        WITHDRAWN = "withdrawn", _("withdrawn")

    learner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments")
    course_key = models.UUIDField()
    run = models.ForeignKey(CourseRun, on_delete=models.PROTECT, related_name="enrolments")
    outline = models.ForeignKey(Outline, on_delete=models.PROTECT, related_name="enrolments")
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    done_bits = BitSetField()
    # Where the learner was: a max-register of (time capped at the server's, event id), so that order never matters.
    resume_step = models.UUIDField(null=True, blank=True)
    resume_at = models.DateTimeField(null=True, blank=True)
    resume_event = models.UUIDField(null=True, blank=True)
    enrolled_on = models.DateField(default=timezone.localdate)
    completed_at = models.DateTimeField(null=True, blank=True)
    # Set when the learner was moved to another outline and percent may have dropped: the record says so.
    moved_on = models.DateField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["learner", "run"], name="enrolment_once_per_run")]
        indexes = [models.Index(fields=["course_key", "state"], name="enrolment_course_state")]

    def __str__(self) -> str:
        return f"enrolment {self.pk}"


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Named reads of attempts."""

    def open(self) -> AttemptQuerySet:
        """Those not yet submitted."""
        return self.filter(submitted_at__isnull=True)

    def submitted(self) -> AttemptQuerySet:
        """Those that were graded."""
        return self.filter(submitted_at__isnull=False)


class Attempt(models.Model):
    """One go at an assessment: the paper frozen at the start, the answers as they are given, and the result."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="attempts")
    step_key = models.UUIDField()
    number = models.PositiveSmallIntegerField()
    paper = models.JSONField()
    answers = models.JSONField(default=dict)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "step_key", "number"], name="attempt_number_unique"),
            models.UniqueConstraint(fields=["enrolment", "step_key"], condition=Q(submitted_at__isnull=True), name="attempt_one_open"),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, score__isnull=True, passed__isnull=True)
                | Q(submitted_at__isnull=False, score__isnull=False, passed__isnull=False),
                name="attempt_graded_when_submitted",
            ),
            models.CheckConstraint(condition=Q(score__isnull=True) | Q(score__lte=100), name="attempt_score_is_percent"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.enrolment_id}"


class Progressed(models.Model):
    """Outbox: one newly done step, or one erased with its enrolment, without the person; folded into StepStat."""

    run = models.ForeignKey(CourseRun, on_delete=models.PROTECT, related_name="+")
    slot = models.PositiveIntegerField()
    day = models.DateField(default=timezone.localdate)
    delta = models.SmallIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.run_id}/{self.slot}"


class StepStat(models.Model):
    """How many people who are still in the record have done a step: what reports read."""

    run = models.ForeignKey(CourseRun, on_delete=models.PROTECT, related_name="+")
    slot = models.PositiveIntegerField()
    # Signed: while two fold at once, an erasure may be counted a moment before what it takes back.
    completions = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "slot"], name="stepstat_once_per_slot")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.slot}: {self.completions}"


class CredentialQuerySet(models.QuerySet["Credential"]):
    """Named reads of credentials."""

    def live(self) -> CredentialQuerySet:
        """Those that were not revoked."""
        return self.filter(revoked_at__isnull=True)


class Credential(models.Model):
    """Something earned. Written once with everything printed on it, except what says who the person is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=16, unique=True, default=new_code, editable=False)
    subject_kind = models.CharField(max_length=10, default="course")
    subject_key = models.CharField(max_length=80)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.SET_NULL, null=True, blank=True, related_name="credentials")
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

    def __str__(self) -> str:
        return f"credential {self.pk}"

    def title(self, language: str) -> str:
        """The course as printed, in a language, or in the one in which it was taken (databases reorder JSON keys)."""
        titles: dict[str, str] = self.snapshot["titles"]
        return titles.get(language) or titles.get(self.snapshot["language"]) or min(titles.values(), default="")


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
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
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
