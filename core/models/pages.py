"""What every page shares: the base page, the home page, plain pages, and how a page appears elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PagePermissionTester

from core import blocks
from core.cards import Card, SearchDocument
from core.context import LanguageLink, language_links_for_page
from core.models.bin import NothingOnPage, is_in_bin
from core.page_context import builder_of
from core.page_rights import RightsOnPage
from core.sections import home_cards
from core.shown import shown
from foundation.languages import LANGUAGES

# Addresses under a language's home page that belong to the record and to search.
RESERVED_SLUGS = frozenset({"learning", "search"})


class BasePageForm(WagtailAdminPageForm):
    """Refuses the addresses that are not for pages, before a page is made there."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("slug") in RESERVED_SLUGS and self.parent_page and self.parent_page.specific_class is HomePage:
            self.add_error("slug", _("This address is taken by the site itself. Choose another one."))
        return cleaned


class BasePage(Page):
    """Base of every public page: language links, card, search document. Never a word about the reader."""

    base_form_class = BasePageForm
    private_page_options: ClassVar[list[str]] = []
    show_in_menus_default = False

    class Meta:
        abstract = True

    # What kind of rights people have on its pages.
    rights_class: ClassVar[type[RightsOnPage]] = RightsOnPage

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        """What somebody may do with this page; nothing, while it is in the bin."""
        return NothingOnPage(user, self) if is_in_bin(self, user) else self.rights_class(user, self)

    @property
    def description(self) -> str:
        """The sentence for search engines and shared links."""
        return self.search_description or ""

    def card(self) -> Card:
        """How this page appears in a list."""
        return Card(url=self.url or "", title=self.title, summary=self.description, slug=self.slug, language=self.locale.language_code)

    def search_document(self) -> SearchDocument | None:
        """What the site's search may index; None keeps the page out of it."""
        return None

    def known_query(self, query: QueryDict) -> dict[str, str]:
        """What of a query changes this page (filters, page number), in its one spelling, and only values that exist.

        The front view renders and keeps the page under this; everything else is as if it had not been asked.
        """
        builder = builder_of(self)
        return builder.known_query(self, query) if builder else {}

    @property
    def query_names(self) -> tuple[str, ...]:
        """Every parameter that `known_query` may return, in its order: with any other the page is as without it."""
        builder = builder_of(self)
        return builder.query_names if builder else ()

    def next_moment(self, now: datetime) -> datetime | None:
        """The next known moment at which this page changes by itself, if there is one: until then it may be kept as rendered.

        What is published, moved or taken down then is not meant: that raises the content generation when it happens.
        """
        return self.expire_at if self.expire_at and self.expire_at > now else None

    @classmethod
    def prepare(cls, pages: Sequence[Self]) -> None:
        """Fetch once, for many pages of this class, what their access rule would fetch for each."""

    def languages(self) -> list[LanguageLink]:
        """This page in each language, or the nearest ancestor that exists there."""
        return language_links_for_page(self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["language_links"] = self.languages()
        context["breadcrumbs"] = self.breadcrumbs()
        builder = builder_of(self)
        return context | dict(builder.build(self, request)) if builder else context

    def breadcrumbs(self) -> list[tuple[str, str]]:
        """Titles and addresses from below the home page to the parent."""
        ancestors = shown(self.get_ancestors().filter(depth__gte=3))
        return [(page.title, page.get_url() or "") for page in ancestors]


def known_page(paginator: Paginator[Any], query: QueryDict) -> dict[str, str]:
    """The page number of a query as `known_query` gives it: one that exists, and none for the first."""
    number = paginator.get_page(query.get("page")).number
    return {"page": str(number)} if number > 1 else {}


class HomePage(BasePage):
    """The front of the site in one language; explains the place in ten seconds."""

    lead = models.CharField(
        _("lead"), max_length=300, blank=True, help_text=_("Who this site is for and what it offers, in one or two sentences.")
    )

    content_panels = [*BasePage.content_panels, FieldPanel("lead")]
    template = "core/home_page.html"
    parent_page_types = ["wagtailcore.Page"]
    max_count_per_parent = len(LANGUAGES)

    @property
    def description(self) -> str:
        return self.search_description or self.lead

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["sections"] = home_cards(get_language() or self.locale.language_code)
        return context


class StandardPage(BasePage):
    """A page of plain text: about, privacy, accessibility, help."""

    lead = models.CharField(_("lead"), max_length=300, blank=True)
    body = StreamField(blocks.TEXT_BLOCKS, verbose_name=_("body"), blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("lead"), FieldPanel("body")]
    template = "core/standard_page.html"
    parent_page_types = ["core.HomePage", "core.StandardPage"]

    @property
    def description(self) -> str:
        return self.search_description or self.lead

    def search_document(self) -> SearchDocument:
        return SearchDocument(title=self.title, summary=self.lead, text=blocks.plain_text(self.body), kind="page")
