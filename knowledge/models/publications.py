"""Publications: one page per language edition of a work."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    PageChooserPanel,
    TabbedInterface,
)
from wagtail.blocks import TextBlock
from wagtail.fields import StreamField
from wagtail.models import PageManager
from wagtail.query import PageQuerySet
from wagtail_localize.fields import SynchronizedField, TranslatableField

from core import blocks as core_blocks
from core import countries
from core.cards import Card, SearchDocument
from core.models import BasePage, BasePageForm
from core.shown import shown
from core.topics import Topic
from editorial.models import ReviewedPage
from foundation.civil_dates import today
from knowledge import kinds
from knowledge.blocks import NOTE_HELP, PUBLICATION_BLOCKS
from knowledge.licences import Licence
from knowledge.licences import licence_url as licence_address
from knowledge.models.facts import Contribution, PublicationCountry, PublicationTopic
from knowledge.models.library import SeriesPage, UnderLibrary
from knowledge.models.people import Contributor
from knowledge.models.works import Work
from knowledge.notes import problems, without_marks


class PublicationQuerySet(PageQuerySet):
    """Named reads of publications."""

    def newest_first(self) -> PublicationQuerySet:
        """By date of publication, newest first."""
        newest: PublicationQuerySet = self.order_by("-published_on", "pk").select_related("locale")
        return newest

    def readable(self) -> PublicationQuerySet:
        """Live ones that everyone may read: what Wagtail restricts is in no list."""
        found: PublicationQuerySet = shown(self).public()
        return found

    def in_language(self, language: str) -> PublicationQuerySet:
        """Readable ones of a language."""
        found: PublicationQuerySet = self.readable().filter(locale__language_code=language)
        return found

    def about(self, topic: str) -> PublicationQuerySet:
        """Those of a topic, be it the first or another one."""
        found: PublicationQuerySet = self.filter(
            Q(topic=topic) | models.Exists(PublicationTopic.objects.filter(page=models.OuterRef("pk"), topic=topic))
        )
        return found

    def on_country(self, code: str) -> PublicationQuerySet:
        """Those that speak of a country."""
        found: PublicationQuerySet = self.filter(models.Exists(PublicationCountry.objects.filter(page=models.OuterRef("pk"), country=code)))
        return found

    def by(self, contributor: Contributor) -> PublicationQuerySet:
        """Those with somebody's part in them."""
        found: PublicationQuerySet = self.filter(
            models.Exists(Contribution.objects.filter(page=models.OuterRef("pk"), contributor=contributor))
        )
        return found


class PublicationForm(BasePageForm):
    """Asks for what a reader needs when the text is submitted; a draft may have loose ends."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.is_deferred_validation and "body" in cleaned and (found := problems(cleaned["body"])):
            self.add_error("body", found)
        return cleaned


class PublicationPage(UnderLibrary):
    """One language edition of a work: what it says, who is behind it, and on what it rests."""

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="pages", editable=False)
    kind = models.CharField(_("type"), max_length=10, choices=kinds.choices, default=kinds.DEFAULT)
    topic = models.CharField(
        _("topic"), max_length=20, choices=Topic, default=Topic.FOUNDATIONS, help_text=_("The first one: it gives the cover its colour.")
    )
    series = models.ForeignKey(SeriesPage, verbose_name=_("series"), on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    series_number = models.PositiveSmallIntegerField(_("number in the series"), null=True, blank=True)
    published_on = models.DateField(
        _("date of publication"),
        default=today,
        help_text=_("As it is cited. A new draft has the day it was begun: look again before you submit it."),
    )
    licence = models.CharField(_("licence"), max_length=20, choices=Licence, default=Licence.CC_BY_IGO)
    abstract = models.TextField(_("abstract"), max_length=500, help_text=_("What the work asks and answers, in a few sentences."))
    key_messages = StreamField(
        [("message", TextBlock(label=_("message"), max_length=300, rows=2))],
        verbose_name=_("key messages"),
        blank=True,
        help_text=_("Three to five sentences."),
    )
    body = StreamField(PUBLICATION_BLOCKS, verbose_name=_("body"), blank=True, help_text=NOTE_HELP)

    base_form_class = PublicationForm
    objects = PageManager.from_queryset(PublicationQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("abstract"),
        FieldPanel("key_messages"),
        FieldPanel("body"),
    ]
    about_panels = [
        MultiFieldPanel([FieldRowPanel([FieldPanel("kind"), FieldPanel("published_on")]), FieldPanel("licence")], _("What it is")),
        InlinePanel(
            "contributions",
            heading=_("Authors and other contributors"),
            label=_("Contributor"),
            help_text=_("In the order in which they should be named. People who are missing are added under Contributors in the menu."),
            panels=[FieldRowPanel([FieldPanel("contributor"), FieldPanel("role")])],
        ),
        MultiFieldPanel(
            [FieldPanel("topic"), InlinePanel("more_topics", label=_("Another topic"), panels=[FieldPanel("topic")])], _("Topics")
        ),
        InlinePanel("countries", heading=_("Countries"), label=_("Country"), panels=[FieldPanel("country")]),
        MultiFieldPanel([PageChooserPanel("series", "knowledge.SeriesPage"), FieldPanel("series_number")], _("Series")),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading=_("Text")),
            ObjectList(
                [
                    HelpPanel(_("These facts are the same in every language: a translation takes them over from here.")),
                    *about_panels,
                ],
                heading=_("About the work"),
            ),
            ObjectList(BasePage.promote_panels, heading=_("Address and search")),
            ObjectList(ReviewedPage.settings_panels, heading=_("Settings")),
        ]
    )
    # What is true of the work, and what is said in a language.
    override_translatable_fields = [
        *(
            SynchronizedField(name, overridable=False)
            for name in ("kind", "topic", "published_on", "licence", "series_number", "contributions", "more_topics", "countries")
        ),
        TranslatableField("series"),
    ]
    template = "knowledge/publication_page.html"
    parent_page_types = ["knowledge.LibraryPage"]
    subpage_types: ClassVar[list[str]] = []
    page_description = _("A brief, note, report or paper: one page for each language, published after review.")

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")

    @property
    def description(self) -> str:
        return self.search_description or self.abstract

    @property
    def key(self) -> uuid.UUID:
        """What the work is known by, whatever its language."""
        return uuid.UUID(str(self.translation_key))

    @property
    def entry_id(self) -> uuid.UUID:
        """What feeds know this language edition by, whatever its title and address become."""
        return uuid.uuid5(self.key, self.locale.language_code)

    def credits(self) -> list[Contribution]:
        """Everyone with a part in it, in their order, in one statement."""
        if not hasattr(self, "_credits"):
            self._credits: list[Contribution] = list(self.contributions.select_related("contributor").order_by("sort_order", "pk"))
        return self._credits

    def authors(self) -> list[Contributor]:
        """The authors, in their order."""
        return [part.contributor for part in self.credits() if part.role == Contribution.Role.AUTHOR]

    def topics(self) -> list[tuple[str, str]]:
        """Value and name of each topic, the first one first."""
        values = list(dict.fromkeys([self.topic, *(line.topic for line in self.more_topics.all())]))
        return [(value, str(Topic(value).label)) for value in values]

    def country_names(self) -> list[tuple[str, str]]:
        """Code and name of each country, by name."""
        language = get_language() or self.locale.language_code
        found = [(line.country, countries.country_name(line.country, language)) for line in self.countries.all()]
        return sorted(dict.fromkeys(found), key=lambda item: countries.sort_key(item[1]))

    @property
    def licence_url(self) -> str:
        """Where the licence can be read; empty when the rights are reserved."""
        return licence_address(self.licence)

    def series_in_language(self) -> SeriesPage | None:
        """The series as a live page of this page's language."""
        if self.series is None:
            return None
        found: SeriesPage | None = (
            shown(SeriesPage.objects.filter(translation_key=self.series.translation_key, locale=self.locale))
            .select_related("locale")
            .first()
        )
        return found

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
        body = without_marks(core_blocks.plain_text(self.body))
        return SearchDocument(
            title=self.title,
            summary=self.abstract,
            text=core_blocks.joined([core_blocks.plain_text(self.key_messages), body, self._names_for_search()]),
            kind="publication",
            context=str(self.get_kind_display()),
        )

    def _names_for_search(self) -> str:
        language = self.locale.language_code
        names: Iterable[str] = (
            *(part.contributor.name for part in self.credits()),
            *(countries.country_name(line.country, language) for line in self.countries.all()),
        )
        return " ".join(names)
