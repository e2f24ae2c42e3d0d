"""The menu at the foot of a page under review: entries say what they do, and only those that the person may use are shown."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.action_menu import (
    ActionMenuItem,
    CancelWorkflowMenuItem,
    PublishMenuItem,
    RestartWorkflowMenuItem,
    SubmitForModerationMenuItem,
    WorkflowMenuItem,
)
from wagtail.models import WorkflowState

from editorial.models import ReviewedPage

ICONS = {"approve": "success", "publish": "upload", "schedule": "calendar-alt", "reject": "undo", "review_again": "resubmit"}


class SubmitItem(SubmitForModerationMenuItem):
    """Sends a draft to review."""

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        page = context.get("page")
        state = page.current_workflow_state if page else None
        came_back = state is not None and state.status == WorkflowState.STATUS_NEEDS_CHANGES
        context["label"] = _("Submit again") if came_back else _("Submit for review")
        return context


class WithdrawItem(CancelWorkflowMenuItem):
    """Takes a text out of review: for whoever submitted it or owns it."""

    label = _("Withdraw from review")

    def is_shown(self, context: dict[str, Any]) -> bool:
        if not super().is_shown(context):
            return False
        page, user = context["page"], context["request"].user
        state = page.current_workflow_state
        return state.status == WorkflowState.STATUS_IN_PROGRESS and user.pk in {state.requested_by_id, page.owner_id}


def for_review(items: list[ActionMenuItem], request: HttpRequest, context: dict[str, Any]) -> None:
    """Change the menu in place, on pages under review."""
    if not _is_reviewed(request, context):
        return
    ours: list[ActionMenuItem] = []
    for item in items:
        if isinstance(item, SubmitForModerationMenuItem):
            ours.append(SubmitItem(order=item.order))
        elif isinstance(item, CancelWorkflowMenuItem):
            withdraw = WithdrawItem(order=item.order)
            if withdraw.is_shown(context):
                ours.append(withdraw)
        elif not isinstance(item, PublishMenuItem | RestartWorkflowMenuItem):
            if isinstance(item, WorkflowMenuItem):
                item.icon_name = ICONS.get(item.name, item.icon_name)
            ours.append(item)
    items[:] = ours


def _is_reviewed(request: HttpRequest, context: dict[str, Any]) -> bool:
    if page := context.get("page"):
        return isinstance(page, ReviewedPage)
    match = request.resolver_match
    if match is None or "content_type_model_name" not in match.kwargs:
        return False
    model = apps.get_model(match.kwargs["content_type_app_name"], match.kwargs["content_type_model_name"])
    return issubclass(model, ReviewedPage)
