"""The library and its publications. One page per language edition of a work; the work is their shared translation key."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import CharBlock
from wagtail.fields import StreamField
from wagtail.models import PageManager
from wagtail.query import PageQuerySet

from core import blocks
from core.models import BasePage, Card, SearchDocument, known_page
from core.topics import Topic

PER_PAGE = 20


class LibraryPage(BasePage):
    """The list of publications of a language, newest first."""

    template = "knowledge/library_page.html"
    parent_page_types = ["core.HomePage"]
    subpage_types = ["knowledge.PublicationPage"]

    def clean(self) -> None:
        # A promised address: /<lang>/knowledge/.
        self.slug = "knowledge"
        super().clean()

    def known_query(self, query: QueryDict) -> dict[str, str]:
        return known_page(self.publications(), query) if "page" in query else {}

    def publications(self) -> Paginator[PublicationPage]:
        """The publications of this language in pages, newest first."""
        return Paginator(PublicationPage.objects.live().child_of(self).newest_first(), PER_PAGE)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        page_obj = self.publications().get_page(request.GET.get("page"))
        context["page_obj"] = page_obj
        context["cards"] = [publication.card() for publication in page_obj]
        return context


class PublicationQuerySet(PageQuerySet):
    """Named reads of publications."""

    def newest_first(self) -> PublicationQuerySet:
        """By date of publication, newest first."""
        newest: PublicationQuerySet = self.order_by("-published_on", "pk").select_related("locale")
        return newest


class PublicationPage(BasePage):
    """One language edition of a work: abstract, key messages and text, with its sources."""

    class Kind(models.TextChoices):
        """What sort of work it is."""

        BRIEF = "brief", _("Policy brief")
        NOTE = "note", _("Note")
        REPORT = "report", _("Report")

    kind = models.CharField(_("type"), max_length=10, choices=Kind, default=Kind.NOTE)
    topic = models.CharField(_("topic"), max_length=20, choices=Topic, default=Topic.FOUNDATIONS)
    published_on = models.DateField(_("date of publication"), default=timezone.localdate)
    authors = StreamField([("author", CharBlock(max_length=120))], verbose_name=_("authors"), blank=True)
    abstract = models.TextField(_("abstract"), max_length=500)
    key_messages = StreamField([("message", CharBlock(max_length=300))], verbose_name=_("key messages"), blank=True)
    body = StreamField(blocks.TEXT_BLOCKS, verbose_name=_("body"), blank=True)

    objects = PageManager.from_queryset(PublicationQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("kind"),
        FieldPanel("topic"),
        FieldPanel("published_on"),
        FieldPanel("authors"),
        FieldPanel("abstract"),
        FieldPanel("key_messages"),
        FieldPanel("body"),
    ]
    template = "knowledge/publication_page.html"
    parent_page_types = ["knowledge.LibraryPage"]
    subpage_types: ClassVar[list[str]] = []

    @property
    def description(self) -> str:
        return self.search_description or self.abstract

    def card(self) -> Card:
        return Card(
            url=self.get_url() or "",
            title=self.title,
            summary=self.abstract,
            topic=self.topic,
            topic_label=str(self.get_topic_display()),
            kicker=str(self.get_kind_display()),
            meta=date_format(self.published_on, "YEAR_MONTH_FORMAT"),
            slug=self.slug,
            language=self.locale.language_code,
        )

    def search_document(self) -> SearchDocument:
        messages = " ".join(str(message.value) for message in self.key_messages)
        return SearchDocument(
            title=self.title,
            summary=self.abstract,
            text=f"{messages} {blocks.plain_text(self.body)}",
            kind="publication",
            context=str(self.get_kind_display()),
        )


def recent_cards(language: str) -> list[Card]:
    """The newest three publications of a language, for the home page."""
    publications = PublicationPage.objects.live().filter(locale__language_code=language).newest_first()
    return [publication.card() for publication in publications[:3]]
