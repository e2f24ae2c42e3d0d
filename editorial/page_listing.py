"""The list of the library's pages in the admin: status in words, who has to act, and the last change."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageTitleColumn, ParentPageColumn
from wagtail.admin.views.pages.listing import ExplorableIndexView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page, WorkflowState, get_page_models

from editorial import review_rules, status_labels
from editorial.models import ReviewedPage
from editorial.views import (
    ReviewedActionView,
    ReviewedCollectView,
    ReviewedCopyView,
    ReviewedCreateView,
    ReviewedEditView,
    ReviewedRevertView,
)


def status(page: Page) -> str:
    """Return a page's status, for the column."""
    return status_labels.status_of(page)


def language(page: Page) -> str:
    """Return the name of a page's language."""
    return str(page.locale.get_display_name())


def holder(page: Page) -> str:
    """Return who has a page now: the group whose step it is, or the author it was sent back to."""
    state = page.current_workflow_state
    if state is None or state.current_task_state is None:
        return ""
    if state.status == WorkflowState.STATUS_NEEDS_CHANGES:
        return review_rules.colleague_name(state.requested_by) if state.requested_by else ""
    return str(state.current_task_state.task.name)


def last_writer(page: Page) -> str:
    """Return who saved the newest version."""
    revision = page.latest_revision
    return review_rules.colleague_name(revision.user) if revision is not None and revision.user else ""


COLUMNS: list[Column] = [
    BulkActionsColumn("bulk_actions"),
    PageTitleColumn("title", label=_("Title"), sort_key="title", classname="title"),
    ParentPageColumn("parent", label=_("Parent")),
    Column("language", label=_("Language"), accessor=language, width="8%"),
    Column("review_status", label=_("Status"), accessor=status, sort_key="live", width="15%"),
    Column("holder", label=_("Who has it now"), accessor=holder, width="14%"),
    DateColumn("latest_revision_created_at", label=_("Last change"), sort_key="latest_revision_created_at", width="11%"),
    Column("last_writer", label=_("By"), accessor=last_writer, width="14%"),
]


class ReviewedIndexView(ExplorableIndexView):
    """The pages of a library."""

    base_columns = COLUMNS

    @cached_property
    def explorable_columns(self) -> list[Column]:
        """As Wagtail's, without the arrow to pages below: reviewed pages have none, and titles need the room."""
        return [column for column in self.columns if column.name != "parent"]

    def annotate_queryset(self, pages: QuerySet[Page]) -> QuerySet[Page]:
        annotated: QuerySet[Page] = super().annotate_queryset(pages).prefetch_related("latest_revision__user")
        return annotated


class ReviewedPageViewSet(PageViewSet):
    """Wagtail's views for pages that are published only after review.

    A page class that needs columns of its own registers a viewset that begins with this one: the views below say in words
    what is refused. (What is refused stands in the model, and holds without them.)
    """

    name = "reviewed_pages"
    model = ReviewedPage
    index_view_class = ReviewedIndexView
    add_view_class = ReviewedCreateView
    edit_view_class = ReviewedEditView
    copy_view_class = ReviewedCopyView
    revisions_revert_view_class = ReviewedRevertView
    workflow_action_view_class = ReviewedActionView
    collect_workflow_action_data_view_class = ReviewedCollectView

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        # An abstract class has no rows: what lists pages lists those of the library, whatever their class.
        model = Page if self.model is ReviewedPage else self.model
        common: dict[str, Any] = super().get_common_view_kwargs(**{"model": model, **kwargs})
        return common

    @cached_property
    def parent_models(self) -> list[type[Page]]:
        """The libraries: pages that have only reviewed pages below them."""
        if self.model is not ReviewedPage:
            return list(super().parent_models)
        below = {model: model.allowed_subpage_models() for model in get_page_models()}
        return [model for model, children in below.items() if children and all(issubclass(child, ReviewedPage) for child in children)]
