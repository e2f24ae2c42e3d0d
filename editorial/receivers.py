"""When a step of a review begins or ends: tell the people who come next, and stop Wagtail's own messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from wagtail.admin.mail import (
    WorkflowStateApprovalEmailNotifier,
    WorkflowStateRejectionEmailNotifier,
    WorkflowStateSubmissionEmailNotifier,
)
from wagtail.models import Page, Revision, TaskState, WorkflowState
from wagtail.signals import (
    page_published,
    task_approved,
    task_rejected,
    task_submitted,
    workflow_approved,
    workflow_rejected,
    workflow_submitted,
)

from editorial import review_rules, tasks
from editorial.events import scheduled
from editorial.models import PublishTask, ReviewedPage, ReviewState, ReviewTask, step_of
from editorial.services.ensure_workflow import ensure_workflow, is_place
from editorial.tasks import notify_recipients

# Wagtail publishes what was due before now, not at it.
A_MOMENT = timedelta(seconds=1)


class _ElsewhereOnly:
    """Lets Wagtail write about workflows on other pages than ours."""

    def can_handle(self, instance: WorkflowState, **kwargs: Any) -> bool:
        is_ours = isinstance(instance.content_object.specific, ReviewedPage) if isinstance(instance.content_object, Page) else False
        return not is_ours and bool(super().can_handle(instance, **kwargs))  # type: ignore[misc]


class _SubmissionElsewhere(_ElsewhereOnly, WorkflowStateSubmissionEmailNotifier):
    pass


class _ApprovalElsewhere(_ElsewhereOnly, WorkflowStateApprovalEmailNotifier):
    pass


class _RejectionElsewhere(_ElsewhereOnly, WorkflowStateRejectionEmailNotifier):
    pass


_submission, _approval, _rejection = _SubmissionElsewhere(), _ApprovalElsewhere(), _RejectionElsewhere()


def connect() -> None:
    """Connect the receivers. Wagtail connects its own under the same names after us, and of two the first stays."""
    for signal, notifier, name in (
        (workflow_submitted, _submission, "submitted"),
        (workflow_approved, _approval, "approved"),
        (workflow_rejected, _rejection, "rejected"),
    ):
        signal.connect(notifier, sender=WorkflowState, dispatch_uid=f"workflow_state_{name}_email_notification")
    # Wagtail listens to TaskState, and our steps have a state of their own: nothing to switch off there.
    task_submitted.connect(step_began, sender=ReviewState, dispatch_uid="editorial.step_began")
    task_approved.connect(step_approved, sender=ReviewState, dispatch_uid="editorial.step_approved")
    task_rejected.connect(step_sent_back, sender=ReviewState, dispatch_uid="editorial.step_sent_back")
    scheduled.connect(page_scheduled, dispatch_uid="editorial.page_scheduled")
    page_published.connect(reviewed_page_published, dispatch_uid="editorial.reviewed_page_published")
    page_published.connect(place_published, dispatch_uid="editorial.place_published")


def _tell(event: str, state: TaskState, actor: Any) -> None:
    transaction.on_commit(partial(notify_recipients.enqueue, event, state.pk, actor.pk if actor else None))


def step_began(sender: type[ReviewState], instance: ReviewState, user: Any, **kwargs: Any) -> None:
    """Tell those who can take the step."""
    _tell("ready" if isinstance(step_of(instance), PublishTask) else "submitted", instance, user)


def step_approved(sender: type[ReviewState], instance: ReviewState, user: Any, **kwargs: Any) -> None:
    """Tell the author that a reviewer approved. Of publication they are told when it happens."""
    if isinstance(step_of(instance), ReviewTask):
        _tell("approved", instance, user)


def step_sent_back(sender: type[ReviewState], instance: ReviewState, user: Any, **kwargs: Any) -> None:
    """Tell the author, with the remark."""
    _tell("sent_back", instance, user)


def page_scheduled(sender: type[ReviewState], instance: ReviewState, user: Any, publish_at: datetime, **kwargs: Any) -> None:
    """Tell author and reviewer of the date, and have the page published on it."""
    transaction.on_commit(partial(tasks.publish_at, publish_at + A_MOMENT))
    _tell("scheduled", instance, user)


def reviewed_page_published(sender: type[Page], instance: Page, revision: Revision | None = None, **kwargs: Any) -> None:
    """Tell author and reviewer that what an editor released is published: just now, or on its date."""
    # Wagtail sends this, too, when a page was only given a date.
    if revision is None or not isinstance(instance, ReviewedPage) or not instance.live:
        return
    released = ReviewState.objects.for_instance(instance).filter(
        task__in=PublishTask.objects.values("pk"), status=TaskState.STATUS_APPROVED, text_digest=review_rules.text_digest(revision.content)
    )
    state = released.order_by("-finished_at", "-pk").first()
    if state is not None:
        # On its date nobody acts: the editor, who gave the date, is told, too.
        was_scheduled = bool(revision.content.get("go_live_at"))
        _tell("published", state, None if was_scheduled else state.finished_by)


def place_published(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    """Give a new library, in a fifth language perhaps, the workflow of the others."""
    if is_place(sender) and PublishTask.objects.exists():
        ensure_workflow()
