"""The structures to which records are pinned: slots, outlines, runs and waivers. They point at pages by key only."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.outline import OutlineDocument, from_json

# Of the outlines a process keeps parsed, the steps: tens of thousands are some tens of megabytes.
MOST_STEPS = 50_000
_documents: dict[uuid.UUID, OutlineDocument] = {}
_keeping = threading.Lock()


class SlotCounter(models.Model):
    """The next free slot of a course; its row is the lock under which slots are given."""

    course_key = models.UUIDField(primary_key=True)
    next_slot = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.course_key}: {self.next_slot}"


class StepSlotQuerySet(models.QuerySet["StepSlot"]):
    """Slots, which are never deleted."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse, as a single slot does."""
        raise TypeError("A slot is never deleted.")


class StepSlot(models.Model):
    """The number of a step in the bit sets of its course: given once, never reused, never deleted."""

    course_key = models.UUIDField()
    step_key = models.UUIDField()
    slot = models.PositiveIntegerField()

    objects = StepSlotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course_key", "step_key"], name="stepslot_step_unique"),
            models.UniqueConstraint(fields=["course_key", "slot"], name="stepslot_slot_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.step_key} = {self.slot}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: a freed number would let one step's bit count for another."""
        raise TypeError("A slot is never deleted.")


class OutlineQuerySet(models.QuerySet["Outline"]):
    """Named reads of outlines."""

    def newest_of(self, course_keys: list[uuid.UUID]) -> dict[uuid.UUID, Outline]:
        """Return the newest outline of each course, by course key, in one statement."""
        newest = self.filter(course_key=models.OuterRef("course_key")).order_by("-version").values("pk")[:1]
        found = self.filter(course_key__in=course_keys, pk=models.Subquery(newest))
        return {outline.course_key: outline for outline in found}


class Outline(models.Model):
    """One published structure of a course. Immutable: a change is a new version."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course_key = models.UUIDField()
    version = models.PositiveIntegerField()
    content = models.JSONField()
    published_at = models.DateTimeField(default=timezone.now)

    objects = OutlineQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course_key", "version"], name="outline_version_unique")]
        permissions = [("publish_structure", _("Can publish the structure of a course"))]

    def __str__(self) -> str:
        return f"{self.course_key} v{self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new outline.

        Raises:
            TypeError: the outline exists already.
        """
        if not self._state.adding:
            raise TypeError("An outline is immutable; publish a new version.")
        super().save(*args, **kwargs)

    @property
    def document(self) -> OutlineDocument:
        """The parsed content; parsed once a process, because an outline never changes."""
        return _documents.get(self.pk) or _keep(self.pk, self.version, self.content)


def document_of(outline_id: uuid.UUID) -> OutlineDocument:
    """Return the parsed content of an outline: at most one statement, and none when this process has seen it before.

    Raises:
        Outline.DoesNotExist: there is none.
    """
    found = _documents.get(outline_id)
    return found or _keep(outline_id, *Outline.objects.values_list("version", "content").get(pk=outline_id))


def documents_of(outline_ids: list[uuid.UUID]) -> list[OutlineDocument]:
    """Return the parsed contents of outlines, in the given order: one statement at most."""
    found = {pk: _documents[pk] for pk in outline_ids if pk in _documents}
    if len(found) < len(outline_ids):
        missing = Outline.objects.filter(pk__in=[pk for pk in outline_ids if pk not in found])
        found.update({pk: _keep(pk, version, content) for pk, version, content in missing.values_list("pk", "version", "content")})
    return [found[pk] for pk in outline_ids]


def _keep(outline_id: uuid.UUID, version: int, content: dict[str, Any]) -> OutlineDocument:
    document = replace(from_json(content), version=version)
    with _keeping:
        _documents[outline_id] = document
        # The oldest go first; the newest stays, however long it is.
        while len(_documents) > 1 and sum(len(kept.steps) for kept in _documents.values()) > MOST_STEPS:
            _documents.pop(next(iter(_documents)))
    return document


class OutlineMove(models.Model):
    """Someone asked that everyone who has not finished be moved to an outline. Open until all were: a worker may die half-way."""

    outline = models.ForeignKey(Outline, on_delete=models.CASCADE, related_name="moves")
    asked_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"everyone to {self.outline_id}"


class CourseRun(models.Model):
    """When a course is taken. Every course is born with one self-paced run that never closes."""

    course_key = models.UUIDField(db_index=True)
    slug = models.SlugField(default="self-paced")
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    late_days = models.PositiveSmallIntegerField(
        _("days of grace"), default=30, help_text=_("For how many days after closing work done offline is still accepted.")
    )

    SELF_PACED: ClassVar[str] = "self-paced"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course_key", "slug"], name="courserun_slug_unique"),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(opens_at__lt=models.F("closes_at")),
                name="courserun_opens_before_it_closes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course_key}: {self.slug}"


class StepWaiverQuerySet(models.QuerySet["StepWaiver"]):
    """Named reads of waivers."""

    def in_force(self) -> StepWaiverQuerySet:
        """Those whose step still cannot be opened."""
        return self.filter(ended_at__isnull=True)

    def steps_of(self, course_key: uuid.UUID) -> set[uuid.UUID]:
        """The keys of the steps of a course that are waived now, in one statement."""
        return set(self.in_force().filter(course_key=course_key).values_list("step_key", flat=True))


class StepWaiver(models.Model):
    """A step that could not be opened from `began_at` on, and so is not required; restoring it takes nothing back."""

    course_key = models.UUIDField()
    step_key = models.UUIDField()
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = StepWaiverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course_key", "step_key"], condition=Q(ended_at__isnull=True), name="stepwaiver_one_in_force")
        ]

    def __str__(self) -> str:
        return f"{self.step_key} from {self.began_at:%Y-%m-%d}"
