"""Courses in Wagtail's page explorer: the columns an author needs, and confirmations that say whom an act affects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.pages.copy import CopyView
from wagtail.admin.views.pages.listing import ExplorableIndexView
from wagtail.admin.views.pages.unpublish import UnpublishView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page

from courses.impact_text import state_in_words
from courses.models import CoursePage, ModulePage, StepPage
from courses.outline import OutlineDocument
from courses.page_actions import say_touched
from courses.panel_contexts import structure_context
from courses.step_types import STEP_TYPES
from courses.tree import draft_document, newest_outline, source_page, structure_states


class CourseUnpublishView(UnpublishView):
    """Says whom it touches before it asks whether one is sure."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.request.method == "GET":
            say_touched(self.request, [self.object])
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context


class CoursePartCopyView(CopyView):
    """Wagtail's own, which answers 500 to a form without a parent."""

    def post(self, request: HttpRequest, page_id: int, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = request.POST.get("new_parent_page", "")
        if not chosen.isdecimal() or not Page.objects.filter(pk=chosen).exists():
            sent = request.POST.copy()
            sent["new_parent_page"] = ""
            request.POST = sent  # type: ignore[assignment]
            asked_again: HttpResponse = self.form_invalid(self.get_form())
            return asked_again
        answer: HttpResponse = super().post(request, page_id, *args, **kwargs)
        return answer


def place_in_structure(key: Any, published: OutlineDocument | None, draft: OutlineDocument) -> str:
    """Return in words whether a step is in the structure that learners have, and whether it will be."""
    is_there, will_be = bool(published and key in published.by_key), key in draft.by_key
    if is_there:
        return gettext("Yes") if will_be else gettext("Yes, until the next publication")
    return gettext("From the next publication") if will_be else gettext("No")


def _without_type(view: type[ExplorableIndexView]) -> list[Any]:
    return [column for column in view.base_columns if column.name != "type"]


def _insert(columns: list[Any], *new: Column) -> list[Any]:
    """Put columns after the title."""
    at = next(i for i, column in enumerate(columns) if column.name == "title") + 1
    return [*columns[:at], *new, *columns[at:]]


class CatalogueIndexView(ExplorableIndexView):
    """The courses of a catalogue, each with the state of its structure."""

    base_columns = _insert(_without_type(ExplorableIndexView), Column("structure", label=_("Structure"), accessor="structure_words"))

    def get_table(self, object_list: Sequence[Page]) -> Any:
        states = structure_states([page for page in object_list if isinstance(page, CoursePage)])
        for page in object_list:
            page.structure_words = state_in_words(states[page.key]) if isinstance(page, CoursePage) else ""
        return super().get_table(object_list)


class CourseTreeIndexView(ExplorableIndexView):
    """What stands inside a course, in the order of the pages, with a word on when that order reaches learners."""

    results_template_name = "courses/admin/explore_results.html"
    default_ordering = "ord"

    @cached_property
    def course(self) -> CoursePage | None:
        """The course that is explored, or in whose module one is."""
        page = self.parent_page
        found: CoursePage | None = page if isinstance(page, CoursePage) else page.course() if isinstance(page, ModulePage) else None
        return found

    def get_table(self, object_list: Sequence[Page]) -> Any:
        if self.course is not None:
            source = source_page(self.course.key) or self.course
            newest = newest_outline(source.key)
            published, draft = newest.document if newest else None, draft_document(source, {})
            for page in object_list:
                page.place_words = place_in_structure(page.key, published, draft) if isinstance(page, StepPage) else ""
        return super().get_table(object_list)


class ModulesIndexView(CourseTreeIndexView):
    """The modules of a course, below the state of its structure."""

    base_columns = _insert(
        _without_type(ExplorableIndexView), Column("steps", label=_("Steps"), accessor=lambda page: page.numchild or "", width="8%")
    )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if self.course is not None and not self.is_searching:
            context |= structure_context(self.course, self.request.user)
        return context


def _required(page: Page) -> str:
    if not isinstance(page, StepPage):
        return ""
    return gettext("Yes") if page.required else gettext("No")


class StepsIndexView(CourseTreeIndexView):
    """The steps of a module: kind, minutes, required, and whether learners have them."""

    base_columns = _insert(
        _without_type(ExplorableIndexView),
        Column("kind", label=_("Kind"), accessor="page_type_display_name", width="10%"),
        Column("minutes", label=_("Minutes"), accessor=lambda page: getattr(page, "minutes", ""), width="8%"),
        Column("required", label=_("Required"), accessor=_required, width="8%"),
        Column("place", label=_("In the structure"), accessor=lambda page: getattr(page, "place_words", ""), width="14%"),
    )


class CoursePartViewSet(PageViewSet):
    """What courses, modules and steps have in common."""

    unpublish_view_class = CourseUnpublishView
    copy_view_class = CoursePartCopyView

    def explorer_kwargs(self) -> dict[str, Any]:
        """What the explorer is made with: pages of any kind, because searching there looks at all levels below."""
        return {**self.get_index_view_kwargs(), "model": Page, "columns": self.index_view_class.base_columns}

    @cached_property
    def index_view(self) -> Any:
        """The explorer."""
        return self.construct_view(self.index_view_class, **self.explorer_kwargs())

    @cached_property
    def index_results_view(self) -> Any:
        """The part of the explorer that is exchanged while one types."""
        return self.construct_view(self.index_view_class, **self.explorer_kwargs(), results_only=True)


def page_viewsets() -> list[PageViewSet]:
    """Return the viewsets of the pages of this app. Which list is shown depends on the page one stands on."""
    # The list of a module's steps is one, whatever their types: the first of them has it.
    first, *_others = STEP_TYPES
    steps = [
        CoursePartViewSet(
            f"{step_type.name}_pages",
            model=apps.get_model(step_type.page),
            index_view_class=StepsIndexView,
            parent_models=[ModulePage] if step_type is first else [],
        )
        for step_type in STEP_TYPES
    ]
    return [
        CoursePartViewSet("course_pages", model=CoursePage, index_view_class=CatalogueIndexView),
        CoursePartViewSet("module_pages", model=ModulePage, index_view_class=ModulesIndexView),
        *steps,
    ]
