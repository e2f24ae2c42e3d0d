"""What the core adds to Wagtail: documents are served by the rule of their page, and pages of the admin for editors."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import Page, PageLogEntry, ReferenceIndex

from core import access
from core.desk import action_menu, checks, home
from core.desk.api import ReadOnlyPagesAPIViewSet
from core.desk.guide import GuideView
from core.desk.listing import ReviewedPageViewSet


@hooks.register("before_serve_document")
def document_follows_its_page(document: Any, request: HttpRequest) -> HttpResponse | None:
    """Serve a document to editors and to whoever may read a live page that uses it; everyone else gets 404.

    Raises:
        Http404: no live page that this reader may open uses the document.
    """
    if request.user.has_perm("wagtailadmin.access_admin"):
        return None
    references = ReferenceIndex.get_references_to(document).filter(base_content_type=ContentType.objects.get_for_model(Page))
    for reference in references:
        page = Page.objects.live().filter(pk=reference.object_id).specific().first()
        if page is not None and access.decide(access.rule_for(page), request).allowed:
            return None
    raise Http404


@hooks.register("register_admin_viewset")
def reviewed_pages() -> ReviewedPageViewSet:
    """Views and list of pages that are published only after review."""
    return ReviewedPageViewSet()


# After whoever else changes the menu: what may not be done is not offered.
hooks.register("construct_page_action_menu", action_menu.for_review, order=100)

hooks.register("construct_wagtail_userbar", checks.use_ours)
hooks.register("construct_homepage_panels", home.arrange)
hooks.register("construct_homepage_summary_items", home.without_summary, order=100)


@hooks.register("register_admin_urls")
def desk_urls() -> list[URLPattern]:
    """Addresses of the guide, and of what waits."""
    return [
        path("waiting/", home.WaitingView.as_view(), name="waiting"),
        path("guide/", GuideView.as_view(), name="guide"),
        path("guide/<slug:role_key>/", GuideView.as_view(), name="guide_role"),
    ]


@hooks.register("register_admin_menu_item")
def guide_item() -> MenuItem:
    """The guide in the menu, for everyone."""
    return MenuItem(gettext_lazy("Guide"), reverse("guide"), name="guide", icon_name="help", order=890)


@hooks.register("construct_admin_api")
def read_only(router: WagtailAPIRouter) -> None:
    """Let the admin's own API only read: nothing here needs its actions (publish, copy and keep live, …)."""
    router.register_endpoint("pages", ReadOnlyPagesAPIViewSet)


@hooks.register("register_log_actions")
def review_log(actions: LogActionRegistry) -> None:
    """Say in a page's history what Wagtail has no words for."""

    class ReviewFormatter(LogFormatter):
        def format_comment(self, log_entry: PageLogEntry) -> str:
            return str(log_entry.data.get("comment", ""))

    @actions.register_action("puente.review.again")
    class SentToReviewAgain(ReviewFormatter):
        label = gettext_lazy("Review: sent again")

        def format_message(self, log_entry: PageLogEntry) -> str:
            return _("Changed after the review, and sent to review again")

    @actions.register_action("puente.review.held")
    class HeldBack(ReviewFormatter):
        label = gettext_lazy("Review: kept as a draft")

        def format_message(self, log_entry: PageLogEntry) -> str:
            return _("Not published, since it was not reviewed: kept as a draft")
