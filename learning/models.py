"""The record: enrolments, attempts and the counts of progress. Points at content by key, never by a foreign key to a page.

Lock order: run, person, enrolment, attempt, credential.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import CourseRun, Outline, StepWaiver, document_of
from courses.outline import OutlineDocument
from foundation import languages
from foundation.civil_dates import today
from learning.bitset import BitSetField


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
        """Lock the first of these and return it as it is then, with its run. Call inside a transaction.

        One statement. PostgreSQL looks again at a row it had to wait for, but not at the rows joined to it: what is
        joined here may be as old as the wait, and must never be the outline. Who is moved to another one at this moment
        would be missing from the result, and be told "not enrolled". The run of an enrolment never changes.
        """
        return self.select_for_update(of=("self",)).select_related("run").first()


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
    language = models.CharField(max_length=10, choices=languages.choices)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    done_bits = BitSetField()
    # Where the learner was: a max-register of (time capped at the server's, event id), so that order never matters.
    resume_step = models.UUIDField(null=True, blank=True)
    resume_at = models.DateTimeField(null=True, blank=True)
    resume_event = models.UUIDField(null=True, blank=True)
    enrolled_on = models.DateField(default=today)
    completed_at = models.DateTimeField(null=True, blank=True)
    # Set when the learner was moved to another outline and percent may have dropped: the record says so.
    moved_on = models.DateField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["learner", "run"], name="enrolment_once_per_run")]
        indexes = [
            models.Index(fields=["course_key", "state"], name="enrolment_course_state"),
            models.Index(fields=["-enrolled_on", "-id"], name="enrolment_newest"),
        ]
        default_permissions = ("view",)
        permissions = [
            ("open_record", _("Can open the record of a learner, with a reason")),
        ]

    def __str__(self) -> str:
        return f"enrolment {self.pk}"

    @property
    def document(self) -> OutlineDocument:
        """The outline this enrolment is pinned to, parsed. Read once a process: an outline may be a thousand steps long."""
        return document_of(self.outline_id)

    @property
    def waived(self) -> set[UUID]:
        """The keys of the steps of the course that are waived now: as read with the enrolment, else one query."""
        if "read_waived" in self.__dict__:
            return self.__dict__["read_waived"]  # type: ignore[no-any-return] # put there by learning.own_enrolment
        return StepWaiver.objects.steps_of(self.course_key)


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
        indexes = [models.Index(fields=["-started_at", "-id"], name="attempt_newest")]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.enrolment_id}"


class HeldAnswers(models.Model):
    """What was sent to an open attempt after the session had ended: for its learner, for a day (`services.hold_answers`)."""

    attempt = models.OneToOneField(Attempt, on_delete=models.CASCADE, related_name="held_answers")
    answers = models.JSONField()
    held_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"answers for attempt {self.attempt_id}"


class Progressed(models.Model):
    """Outbox: one newly done step, or one erased with its enrolment, without the person; folded into StepStat."""

    run = models.ForeignKey(CourseRun, on_delete=models.PROTECT, related_name="+")
    slot = models.PositiveIntegerField()
    day = models.DateField(default=today)
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
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.run_id}/{self.slot}: {self.completions}"


class RunStat(models.Model):
    """How many people are in a run, as counted when the outbox was last folded: what reports read beside StepStat."""

    run = models.OneToOneField(CourseRun, on_delete=models.PROTECT, primary_key=True, related_name="+")
    enrolled = models.PositiveIntegerField(default=0)
    finished = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.run_id}: {self.enrolled}"


class CountsMended(models.Model):
    """A time at which the counts were brought back to what the bits say. Numbered: of two who mend at once, one finds its number taken."""

    number = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField(default=timezone.now)
    slots = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"mend {self.number}"
