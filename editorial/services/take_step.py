"""Take a step of the review: approve, send back, publish, publish on a date, send to review again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page, Revision, Task, TaskState, WorkflowState

from editorial import review_rules
from editorial.errors import StepRefused
from editorial.events import scheduled
from editorial.forms import CHANGED, ScheduleForm, SendBackForm, StepForm
from editorial.handlers import ACTIONS, StepAction, form_for
from editorial.models import ReviewState

# Sending a text to review again approves nothing: whoever corrected it may do that.
FOR_MEMBERS = {"review_again"}
# Writes a step once everything is checked: with its state, the person, and what they filled in.
Write = Callable[[ReviewState, Any, dict[str, Any]], None]


@transaction.atomic
def take_step(*, task_state: TaskState, user: Any, data: dict[str, Any], action: str, write: Write) -> None:
    """Check everything again, with the page locked, and take the step.

    Args:
        data: what the person filled in, as it came from the browser; see `editorial.forms`.
        action: the name of what is done.
        write: what writes it, once everything is checked.

    Raises:
        StepRefused: it can't be taken: the step is over, the person may not take it, the text has changed since they
            looked, or the form is wrong.
    """
    page, state = _locked(task_state)
    task = state.task.specific
    _check_person(task, page, user, action)
    newest = review_rules.newest_revision(page)
    if newest is None:
        raise StepRefused(str(CHANGED))
    answers = _answers(action, data)
    text = review_rules.text_digest(newest.content)
    if answers["seen"] != text:
        raise StepRefused(str(CHANGED))
    if action not in {name for name, _label, _modal in task.get_actions(page, user)}:
        raise StepRefused(_("This can’t be done at this step."))
    state.revision, state.text_digest = newest, text
    write(state, user, answers)


def _locked(task_state: TaskState) -> tuple[Page, ReviewState]:
    """Return the page, with its row locked, and the step as the database has it now."""
    page_id = task_state.workflow_state.object_id
    locked = Page.objects.select_for_update().filter(pk=page_id).first()
    state = ReviewState.objects.filter(pk=task_state.pk).select_related("workflow_state").first()
    if locked is None or state is None:
        raise StepRefused(_("This page, or this step, is no longer there."))
    current = state.workflow_state
    in_progress = state.status == TaskState.STATUS_IN_PROGRESS and current.status == WorkflowState.STATUS_IN_PROGRESS
    if not in_progress or current.current_task_state_id != state.pk:
        raise StepRefused(_("Somebody has already taken this step. Open the page again to see where it stands."))
    return locked.specific, state


def _check_person(task: Task, page: Page, user: Any, action: str) -> None:
    if action in FOR_MEMBERS and review_rules.is_member(task, user):
        return
    if reason := review_rules.why_not(task, page, user):
        raise StepRefused(reason)


def _answers(action: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return what was filled in, checked: a form's answers come back to us through the browser."""
    form = form_for(action)(data)
    if not form.is_valid():
        raise StepRefused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    return form.cleaned_data


def _approve(state: ReviewState, user: Any, answers: dict[str, Any]) -> None:
    state.approve(user=user, comment=answers["comment"])


def _send_back(state: ReviewState, user: Any, answers: dict[str, Any]) -> None:
    state.reject(user=user, comment=answers["comment"])


def _publish(state: ReviewState, user: Any, answers: dict[str, Any]) -> None:
    _set_date(state.revision, None)
    _release(state, user, answers)


def _schedule(state: ReviewState, user: Any, answers: dict[str, Any]) -> None:
    _set_date(state.revision, answers["publish_at"])
    _release(state, user, answers)
    scheduled.send(sender=ReviewState, instance=state, user=user, publish_at=answers["publish_at"])


def _release(state: ReviewState, user: Any, answers: dict[str, Any]) -> None:
    """Finish the workflow, which publishes the revision."""
    try:
        state.approve(user=user, comment=answers["comment"])
    except PermissionDenied as refusal:
        raise StepRefused(str(refusal)) from refusal


def _set_date(revision: Revision, publish_at: datetime | None) -> None:
    """Write into a revision when it goes live. Its text stays what it was."""
    revision.content["go_live_at"] = publish_at.astimezone(timezone.get_default_timezone()).isoformat() if publish_at else None
    revision.save(update_fields=["content"])


def _review_again(state: ReviewState, user: Any, answers: dict[str, Any]) -> None:
    """End this step; the workflow goes on with a review, since no reviewer has approved the text."""
    log(
        instance=state.revision.as_object(),
        action="puente.review.again",
        user=user,
        revision=state.revision,
        data={"comment": answers["comment"]},
    )
    state.cancel(user=user, comment=answers["comment"])


def register_actions() -> None:
    """Enter the actions of both steps. Called from `ready()`."""
    for name, form, write in (
        ("approve", StepForm, _approve),
        ("reject", SendBackForm, _send_back),
        ("publish", StepForm, _publish),
        ("schedule", ScheduleForm, _schedule),
        ("review_again", StepForm, _review_again),
    ):
        ACTIONS.register(StepAction(name=name, form=form, take=partial(take_step, action=name, write=write)))
