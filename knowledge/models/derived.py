"""What is stored when a work is made public: drawings of its charts, and the reason why a PDF could not be made."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from knowledge.models.works import Edition


class ChartDrawing(models.Model):
    """A chart as drawn, under the hash of what it shows (`knowledge.charts.drawing_digest`). Made once, for every process and machine."""

    digest = models.CharField(max_length=64, primary_key=True)
    narrow = models.TextField()
    wide = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.digest


class EditionProblem(models.Model):
    """Why the PDF of an edition was not made. It is not tried again before the next release, which may have what was missing."""

    class Reason(models.TextChoices):
        """What kind of problem it is; the words for editors are in `knowledge.edition.problems`."""

        GLYPHS = "glyphs"
        TYPESETTING = "typesetting"

    edition = models.OneToOneField(Edition, on_delete=models.CASCADE, related_name="problem")
    reason = models.CharField(max_length=20, choices=Reason)
    detail = models.TextField(blank=True)
    release = models.CharField(max_length=100)
    found_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.edition_id}: {self.reason}"
