"""The first page of the admin: what waits for the person who opens it, their drafts, and what they changed last."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.ui.components import Component
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.views.home import UserObjectsInWorkflowModerationPanel, WorkflowObjectsToModeratePanel
from wagtail.models import Page

from editorial import status_labels, todo
from editorial.guides import roles_of
from editorial.services.ensure_workflow import places_in

DRAFTS = 8


class WaitingPanel(Component):
    """What waits for me, or, when nothing does, what I can do next."""

    name = "waiting"
    template_name = "editorial/waiting_panel.html"
    order = 100

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        request: HttpRequest = parent_context["request"]
        items = todo.items_for(request.user)  # type: ignore[arg-type]
        return {"items": items, "next_steps": [] if items else next_steps(request)}


class DraftsPanel(Component):
    """My pages that readers do not see yet, or not as they are now."""

    name = "drafts"
    template_name = "editorial/drafts_panel.html"
    order = 200

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        request: HttpRequest = parent_context["request"]
        if not user_has_any_page_permission(request.user):
            return {"drafts": []}
        pages = (
            Page.objects.filter(owner=request.user.pk, has_unpublished_changes=True, alias_of=None)
            .order_by("-latest_revision_created_at")
            .select_related("locale")
            .prefetch_workflow_states()
            .annotate_approved_schedule()[:DRAFTS]
        )
        return {"drafts": [(page, status_labels.status_of(page)) for page in pages]}


def next_steps(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what one can do when nothing waits: words and addresses, by what one may do."""
    steps = []
    roles = roles_of(request.user)
    if user_has_any_page_permission(request.user):
        language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
        steps += [
            (_("Open: %(title)s") % {"title": page.title}, reverse("wagtailadmin_explore", args=[page.pk])) for page in places_in(language)
        ]
        steps.append((_("Open the pages of the site"), reverse("wagtailadmin_explore_root")))
    steps += [
        (_("Read the guide for your role: %(role)s") % {"role": role.group_name}, reverse("guide_role", args=[role.key])) for role in roles
    ]
    if not roles:
        steps.append((_("Read the guide"), reverse("guide")))
    return steps


def arrange(request: HttpRequest, panels: list[Component]) -> None:
    """Put our panels in the place of Wagtail's two on workflows; the rest stays."""
    ours = (WorkflowObjectsToModeratePanel, UserObjectsInWorkflowModerationPanel)
    panels[:] = [WaitingPanel(), DraftsPanel(), *(panel for panel in panels if not isinstance(panel, ours))]


def without_summary(request: HttpRequest, items: list[Component]) -> None:
    """Leave out how many pages, images and documents there are: nobody at work needs to know."""
    items.clear()


class WaitingView(WagtailAdminTemplateMixin, TemplateView):
    """Everything that waits for me, with the titles."""

    template_name = "editorial/waiting.html"
    page_title = gettext_lazy("Waiting for you")
    header_icon = "tasks"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        items = todo.items_for(self.request.user)  # type: ignore[arg-type]
        return {**context, "items": items, "next_steps": next_steps(self.request)}
