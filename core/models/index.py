"""Models about all pages together: the content generation, and the search index of the site."""

from __future__ import annotations

from django.db import models
from wagtail.models import Page


class ContentGeneration(models.Model):
    """One row: a counter that is raised whenever published content may have changed (`core.generation`)."""

    value = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"generation {self.value}"


class ContentChange(models.Model):
    """A change that is not added to the counter yet: written with the content, so that both are seen at once."""

    def __str__(self) -> str:
        return f"change {self.pk}"


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
