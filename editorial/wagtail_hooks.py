"""What the editorial floor adds to Wagtail's admin: lists, home, guide, what waits, and the words of the review in a page's history."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import Page, PageLogEntry
from wagtail_localize.models import Translation

from editorial import accessibility_checks, admin_home, page_action_menu, translation_buttons, translation_views
from editorial.admin_api import ReadOnlyPagesAPIViewSet
from editorial.guides import GuideView
from editorial.page_listing import ReviewedPageViewSet


@hooks.register("register_admin_viewset")
def reviewed_pages() -> ReviewedPageViewSet:
    """Views and list of pages that are published only after review."""
    return ReviewedPageViewSet()


# After whoever else changes the menu: what may not be done is not offered.
hooks.register("construct_page_action_menu", page_action_menu.for_review, order=100)

translation_buttons.take_over()
hooks.register("construct_explorer_page_queryset", translation_buttons.in_explorer)

hooks.register("construct_wagtail_userbar", accessibility_checks.use_ours)
hooks.register("construct_homepage_panels", admin_home.arrange)
hooks.register("construct_homepage_summary_items", admin_home.without_summary, order=100)


@hooks.register("register_admin_urls")
def desk_urls() -> list[URLPattern]:
    """Addresses of the guide, and of what waits."""
    return [
        path("waiting/", admin_home.WaitingView.as_view(), name="waiting"),
        path("guide/", GuideView.as_view(), name="guide"),
        path("guide/<slug:role_key>/", GuideView.as_view(), name="guide_role"),
    ]


# Found before wagtail-localize's own views of the same addresses.
@hooks.register("register_admin_urls", order=-100)
def translation_urls() -> list[URLPattern]:
    """Addresses of translations: views that ask the page for the right."""
    report = translation_views.ReportView
    return [
        path("localize/submit/page/<int:page_id>/", translation_views.SubmitPageView.as_view(), name="page_translations"),
        path("localize/update/<int:translation_source_id>/", translation_views.UpdateView.as_view(), name="page_translations_update"),
        path("localize/translate/<int:translation_id>/pofile/upload/", translation_views.upload_pofile, name="page_translation_upload"),
        path("localize/reports/translations/", report.as_view(), name="page_translations_report"),
        path("localize/reports/translations/results/", report.as_view(results_only=True), name="page_translations_report_results"),
    ]


@hooks.register("before_edit_page", order=-100)
def locked_translation(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Keep wagtail-localize's editor from publishing what is locked: it does not look."""
    if request.method != "POST" or not page.permissions_for_user(request.user).page_locked():
        return None
    if not Translation.objects.filter(source__object_id=page.translation_key, target_locale_id=page.locale_id).exists():
        return None
    messages.error(request, _("This page is locked: nothing was changed."))
    return redirect("wagtailadmin_pages:edit", page.pk)


@hooks.register("register_admin_menu_item")
def guide_item() -> MenuItem:
    """The guide in the menu, for everyone."""
    return MenuItem(gettext_lazy("Guide"), reverse("guide"), name="guide", icon_name="help", order=890)


@hooks.register("construct_admin_api")
def read_only(router: WagtailAPIRouter) -> None:
    """Leave the admin's own API its reading. Its actions (publish, copy and keep live, …) are doors that nothing here needs."""
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
