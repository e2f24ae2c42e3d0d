"""A work, and its editions: what was published in which language, when, with which files."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from foundation import languages
from knowledge import outputs


class Work(models.Model):
    """A work whatever its language. Its key is the translation key that its language editions share as pages."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return str(self.key)


class EditionQuerySet(models.QuerySet["Edition"]):
    """Named reads of editions."""

    def newest_first(self) -> EditionQuerySet:
        """The latest published version first."""
        return self.order_by("-number")

    def of(self, work_key: uuid.UUID, language: str) -> EditionQuerySet:
        """Those of one work in one language."""
        return self.filter(work=work_key, language=language)

    def update(self, **values: Any) -> int:
        """Refuse, as a single edition does."""
        raise TypeError("An edition is immutable; publish a new one.")


class Edition(models.Model):
    """One published version of a work in one language. Immutable: another publication is another edition.

    It keeps the content of the revision that was published, and the facts that it points to, so that neither a purge of old
    revisions nor the deletion of the page changes what was said. `revision` is a convenience while there is one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="editions")
    language = models.CharField(max_length=10, choices=languages.choices)
    number = models.PositiveIntegerField()
    page = models.ForeignKey("wagtailcore.Page", on_delete=models.SET_NULL, null=True, related_name="+")
    revision = models.ForeignKey("wagtailcore.Revision", on_delete=models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=255)
    content = models.JSONField(encoder=DjangoJSONEncoder)
    # What the content points to, in words (knowledge.edition.facts): names, the series, addresses. Without it, a PDF made again
    # would say what those are called today.
    facts = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    published_at = models.DateTimeField(default=timezone.now)

    objects = EditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["work", "language", "number"], name="edition_number_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language}, {self.number})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new edition.

        Raises:
            TypeError: the edition exists already.
        """
        if not self._state.adding:
            raise TypeError("An edition is immutable; publish a new one.")
        super().save(*args, **kwargs)


class EditionFile(models.Model):
    """A file made from an edition, kept under a name by its content. Only complete files have a row."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=10, choices=outputs.stored_choices, default=outputs.PDF.name)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    template_version = models.PositiveSmallIntegerField(default=1)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "kind"], name="editionfile_once_per_kind")]

    def __str__(self) -> str:
        return self.path
