"""The library itself, and the series in it."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField

from core import blocks as core_blocks
from core.cards import Card, SearchDocument
from core.models import BasePage
from core.topics import Topic
from editorial.models import ReviewedPage

# Below the library these addresses are lists, not publications (knowledge/urls.py).
RESERVED_SLUGS = frozenset({"authors", "countries", "topics", "feed"})


class UnderLibrary(ReviewedPage):
    """A page directly below the library: published after review, at an address that is none of the lists'."""

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.slug in RESERVED_SLUGS:
            raise ValidationError({"slug": _("This address belongs to a list of the library. Choose another one.")})


class LibraryPage(BasePage):
    """The list of publications of a language, with filters, newest first."""

    template = "knowledge/library_page.html"
    parent_page_types = ["core.HomePage"]
    subpage_types = ["knowledge.PublicationPage", "knowledge.SeriesPage"]

    class Meta:
        verbose_name = _("library")

    def clean(self) -> None:
        # A promised address: /<lang>/knowledge/.
        self.slug = "knowledge"
        super().clean()


class SeriesPage(UnderLibrary):
    """Works that belong together, in their order."""

    summary = models.CharField(_("summary"), max_length=300)
    about = RichTextField(_("about the series"), features=["bold", "italic", "link"], blank=True)
    topic = models.CharField(_("topic"), max_length=20, choices=Topic, default=Topic.FOUNDATIONS)

    content_panels = [*BasePage.content_panels, FieldPanel("summary"), FieldPanel("topic"), FieldPanel("about")]
    template = "knowledge/series_page.html"
    parent_page_types = ["knowledge.LibraryPage"]
    subpage_types: ClassVar[list[str]] = []
    page_description = _("Works that belong together. A publication says itself to which series it belongs.")

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")

    @property
    def description(self) -> str:
        return self.search_description or self.summary

    def card(self) -> Card:
        return Card(
            url=self.get_url() or "",
            title=self.title,
            summary=self.summary,
            topic=self.topic,
            topic_label=str(self.get_topic_display()),
            kicker=str(_("Series")),
            slug=self.slug,
            language=self.locale.language_code,
        )

    def search_document(self) -> SearchDocument:
        return SearchDocument(
            title=self.title,
            summary=self.summary,
            text=core_blocks.plain_text(self.about),
            kind="publication",
            context=str(_("Series")),
        )
