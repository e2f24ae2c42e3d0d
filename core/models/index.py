"""What is kept about all pages together: the content generation, and the site's search."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from wagtail.models import Page

from core.pagecache import ContentGenerationManager


class ContentGeneration(models.Model):
    """One row: a counter that is raised whenever published content may have changed."""

    value = models.PositiveBigIntegerField(default=0)

    objects: ClassVar[ContentGenerationManager] = ContentGenerationManager()

    def __str__(self) -> str:
        return f"generation {self.value}"


class SearchEntry(models.Model):
    """One page in the site's search: its words folded to plain lower case, so that accents never matter."""

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=10, db_index=True)
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=255)
    context = models.CharField(max_length=255, blank=True)
    summary = models.TextField(blank=True)
    text = models.TextField(blank=True)
    folded_title = models.CharField(max_length=255)
    folded = models.TextField()

    def __str__(self) -> str:
        return self.title
