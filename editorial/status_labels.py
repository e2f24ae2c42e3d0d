"""Say in words how far the review of a page is."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from wagtail.models import Page, PagePermissionTester, TaskState, WorkflowState

from editorial import review_rules
from editorial.models import PublishTask, ReviewedPage, step_of


def where_it_stands(page: ReviewedPage, user: Any) -> str:
    """Return what whoever opens a page should know: whose turn it is, why it is not theirs, or why it was sent back."""
    state = page.current_workflow_state
    if state is None:
        return _how_to_publish(page, user)
    if state.status == WorkflowState.STATUS_NEEDS_CHANGES:
        return _sent_back(state.current_task_state)
    task = step_of(page.current_workflow_task_state)
    if task is None:
        return ""
    actions = task.get_actions(page, user)
    if not actions:
        return review_rules.why_not(task, page, user)
    if isinstance(task, PublishTask) and actions[0][0] == "review_again":
        return _("The text was changed after the review, so it can’t be published. Choose “Send to review again”.")
    if isinstance(task, PublishTask):
        return _("A reviewer has approved this text. It is your turn: publish it now or on a date, or send it back.")
    return _("This text waits for review. It is your turn: approve it, or send it back with a remark.")


def _how_to_publish(page: ReviewedPage, user: Any) -> str:
    """Tell those who could publish elsewhere how it goes here."""
    if page.approved_schedule or not page.has_unpublished_changes or not PagePermissionTester(user, page).can_publish():
        return ""
    return _("In the library nobody publishes directly. Choose “Submit for review”: a reviewer approves, then an editor publishes.")


def _sent_back(state: TaskState | None) -> str:
    if state is None:
        return ""
    words = {
        "who": review_rules.colleague_name(state.finished_by) if state.finished_by else _("Somebody"),
        "date": date_format(localtime(state.finished_at), "SHORT_DATETIME_FORMAT") if state.finished_at else "",
        "remark": state.comment,
    }
    return _("%(who)s sent this back on %(date)s: “%(remark)s”. Change the text and choose “Submit again”.") % words


def status_of(page: Page) -> str:
    """Return the status of a page in words an editor needs: what readers see, and who has the rest."""
    state = page.current_workflow_state
    if page.approved_schedule and page.scheduled_revision:
        when = date_format(localtime(page.scheduled_revision.approved_go_live_at), "SHORT_DATETIME_FORMAT")
        draft = _("will be published on %(date)s") % {"date": when}
    elif state is not None and state.status == WorkflowState.STATUS_NEEDS_CHANGES:
        draft = _("sent back to the author")
    elif state is not None:
        draft = _("ready to publish") if is_at_publication(state) else _("in review")
    elif page.has_unpublished_changes or not page.live:
        draft = _("draft")
    else:
        return _("published")
    return _("published; changes: %(draft)s") % {"draft": draft} if page.live else draft


def is_at_publication(state: WorkflowState) -> bool:
    """Whether a workflow waits at its last step."""
    return state.current_task_state is not None and state.current_task_state.task.specific_class is PublishTask
