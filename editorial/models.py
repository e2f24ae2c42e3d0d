"""Pages that are published only after review, and the two steps of their workflow.

A page class joins by its base: `class PublicationPage(ReviewedPage)`. Everything else follows from that: nobody publishes
such a page directly, by whatever door; the steps are taken in `editorial.services.take_step`.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.actions.publish_page_revision import PublishPagePermissionError
from wagtail.admin.panels import PublishingPanel
from wagtail.log_actions import get_active_log_context, log
from wagtail.models import AbstractGroupApprovalTask, Page, Revision, Task, TaskState, WorkflowState

from core.models.pages import BasePage
from core.page_rights import RightsOnPage
from editorial import handlers, review_rules


class ReviewedPagePermissionTester(RightsOnPage):
    """What somebody may do with a reviewed page: everything as elsewhere, but publish it directly."""

    def can_publish(self) -> bool:
        return False

    def can_publish_subpage(self) -> bool:
        return False

    def can_unschedule(self) -> bool:
        return bool(super().can_publish())


class ReviewedPage(BasePage):
    """Base of pages that are published only by an editor, after a reviewer has approved them, and never by who wrote them.

    Unpublishing stays with those who hold the right to publish. Code that runs for nobody (seeds, the timer that publishes
    what was scheduled) publishes as ever.
    """

    rights_class = ReviewedPagePermissionTester
    # When it goes live, an editor says at the last step; a date in a draft would only seem to mean something.
    settings_panels = [panel for panel in BasePage.settings_panels if not isinstance(panel, PublishingPanel)]
    # A translation is a page with a review of its own; wagtail-localize's translation editor knows only "Publish".
    localize_default_translation_mode = "simple"

    class Meta:
        abstract = True

    def publish(
        self,
        revision: Revision,
        user: Any = None,
        changed: bool = True,
        log_action: bool | str = True,
        previous_revision: Revision | None = None,
        skip_permission_checks: bool = False,
    ) -> None:
        """Publish what an editor has released; for a person nothing else, whatever they say.

        Raises:
            PublishPagePermissionError: somebody asked for it, and an editor has not released this text.
        """
        behind = user or get_active_log_context().user
        if behind is not None and not is_released(self, revision):
            if user is None:
                # Asked for by a package that forgets who asks (wagtail-localize): stays a draft, and the history says so.
                log(instance=self, action="puente.review.held", user=behind, revision=revision)
                return
            raise PublishPagePermissionError(str(_("This page is published only after review.")))
        super().publish(
            revision,
            user=user,
            changed=changed,
            log_action=log_action,
            previous_revision=previous_revision,
            skip_permission_checks=skip_permission_checks or behind is not None,
        )


class ReviewState(TaskState):
    """How a step stands, and the text on which it was decided: revisions can be written over, a digest can't."""

    text_digest = models.CharField(_("digest of the text"), max_length=64, blank=True)

    exclude_fields_in_copy = ["text_digest"]

    class Meta:
        verbose_name = _("state of a review")
        verbose_name_plural = _("states of reviews")


class StepOfReview(AbstractGroupApprovalTask):
    """What both steps share: a group takes them, and being a superuser is not enough."""

    task_state_class = ReviewState

    class Meta:
        abstract = True

    def get_form_for_action(self, action: str) -> type[forms.Form]:
        return handlers.form_for(action)

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> models.QuerySet[TaskState]:
        if not review_rules.is_member(self, user):
            nothing: models.QuerySet[TaskState] = TaskState.objects.none()
            return nothing
        states: models.QuerySet[TaskState] = self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS)
        return states

    def on_action(self, task_state: TaskState, user: Any, action_name: str, **kwargs: Any) -> None:
        """Take the step.

        Raises:
            StepRefused: it can't be taken, with the reason in words.
        """
        handlers.handle_step(task_state=task_state, user=user, action=action_name, data=kwargs)


class ReviewTask(StepOfReview):
    """A reviewer reads the draft, comments, and approves it or sends it back."""

    class Meta:
        verbose_name = _("review before publication")
        verbose_name_plural = _("reviews before publication")

    @classmethod
    def get_description(cls) -> str:
        return str(_("Somebody of the group who wrote none of it approves the text or sends it back with a remark."))

    def get_actions(self, obj: Page, user: Any) -> list[tuple[str, str, bool]]:
        if review_rules.why_not(self, obj, user):
            return []
        return [("approve", str(_("Approve")), True), ("reject", str(_("Send back with a remark")), True)]


class PublishTask(StepOfReview):
    """An editor publishes what was reviewed: at once, or on a date."""

    class Meta:
        verbose_name = _("publication after review")
        verbose_name_plural = _("publications after review")

    @classmethod
    def get_description(cls) -> str:
        return str(_("Somebody of the group who wrote none of it publishes the reviewed text, at once or on a date."))

    def start(self, workflow_state: WorkflowState, user: Any = None) -> TaskState:
        """Begin this step, or the review when no reviewer has approved the text as it stands.

        So it is after an editor has sent it back and the author has changed it, or when an editor has changed it.
        """
        newest = review_rules.newest_revision(workflow_state.content_object)
        review = ReviewTask.objects.filter(workflow_tasks__workflow=workflow_state.workflow, active=True).first()
        if review is not None and newest is not None and not is_reviewed(workflow_state, review_rules.text_digest(newest.content)):
            state: TaskState = review.start(workflow_state, user=user)
            return state
        started: TaskState = super().start(workflow_state, user=user)
        return started

    def get_actions(self, obj: Page, user: Any) -> list[tuple[str, str, bool]]:
        state, newest = obj.current_workflow_state, review_rules.newest_revision(obj)
        if state is None or newest is None or not review_rules.is_member(self, user):
            return []
        if not is_reviewed(state, review_rules.text_digest(newest.content)):
            # Whoever corrected the text at this step sends it back to review: that approves nothing.
            return [("review_again", str(_("Send to review again")), True)]
        if review_rules.why_not(self, obj, user):
            return []
        return [
            ("publish", str(_("Publish now")), True),
            ("schedule", str(_("Publish on a date")), True),
            ("reject", str(_("Send back with a remark")), True),
        ]


def step_of(state: TaskState | None) -> Task | None:
    """Return the step of a state, if it is one of ours."""
    task = state.task.specific if state is not None else None
    return task if isinstance(task, StepOfReview) else None


def is_reviewed(workflow_state: WorkflowState, text: str) -> bool:
    """Whether a reviewer has approved exactly this text (a digest) in this round."""
    tasks = ReviewTask.objects.values("pk")
    approved = ReviewState.objects.filter(workflow_state=workflow_state, task__in=tasks, status=TaskState.STATUS_APPROVED)
    return bool(approved.filter(text_digest=text).exists())


def is_released(page: Page, revision: Revision) -> bool:
    """Whether an editor has released exactly this text to be published."""
    states = ReviewState.objects.for_instance(page).filter(task__in=PublishTask.objects.values("pk"), status=TaskState.STATUS_APPROVED)
    return bool(states.filter(text_digest=review_rules.text_digest(revision.content)).exists())
