"""Wagtail's views of a page, for pages under review: they say in words why something is refused, and keep what was typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.forms.pages import CopyForm
from wagtail.admin.modal_workflow import render_modal_workflow
from wagtail.admin.views.pages.copy import CopyView
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.revisions import RevisionsRevertView
from wagtail.admin.views.pages.workflow import CollectWorkflowActionDataView, WorkflowActionView
from wagtail.models import Revision

from editorial import accessibility_checks, review_rules, status_labels
from editorial.errors import StepRefused
from editorial.forms import CHANGED
from editorial.models import step_of

FIELDS_OF_A_STEP = {"seen", "comment", "publish_at"}


def without_actions(posted: QueryDict) -> QueryDict:
    """Return a form without whatever it asks for beside being saved."""
    kept = posted.copy()
    for name in posted:
        if name.startswith("action-"):
            del kept[name]
    return kept


def say_saved_only(request: HttpRequest) -> None:
    """Say that "Publish" saved a draft."""
    messages.warning(request, _("Saved as a draft. In the library nobody publishes directly: choose “Submit for review”."))


class _TakesSteps:
    """What editing and reverting share."""

    page: Any
    request: Any

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if words := status_labels.where_it_stands(self.page, request.user):
            messages.info(request, words)
        if vague := accessibility_checks.vague_links(self.page):
            listed = ", ".join(f"“{words}”" for words in vague)
            messages.warning(request, _("Links that say nothing of where they lead: %(links)s. Name the page instead.") % {"links": listed})
        response: HttpResponse = super().get(request, *args, **kwargs)  # type: ignore[misc]
        return response

    def post(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.page.alias_of_id:
            return super().post(request, *args, **kwargs)  # type: ignore[misc,no-any-return]
        if self.expects_json_response:
            # Autosave sends the whole form, and in it the step that is just being taken: it only saves.
            request.POST = without_actions(request.POST)  # type: ignore[assignment]
            return super().post(request, *args, **kwargs)  # type: ignore[misc,no-any-return]
        if request.POST.get("action-workflow-action") and (reason := self.why_refused()):
            return self.refuse(reason)  # type: ignore[no-any-return]
        if request.POST.get("action-publish"):
            say_saved_only(request)
        others = self.saved_meanwhile()
        try:
            response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
        except StepRefused as refusal:
            # Between the look at the page and its lock somebody was faster. What was typed is saved by now.
            messages.error(request, str(refusal))
            return redirect(self.get_edit_url())
        if others is not None and response.status_code == HTTPStatus.FOUND:
            self.say_written_over(others)
        return response

    def saved_meanwhile(self: Any) -> Revision | None:
        """Return the newest version that somebody else has saved since this form was loaded.

        What the same person saved meanwhile is no surprise to them: autosave does it all the time, and leaves the mark of
        what was loaded in the form as it was.
        """
        loaded = parse_datetime(self.request.POST.get("loaded_revision_created_at", ""))
        revisions = review_rules.revisions_of(self.page).exclude(user=self.request.user)
        return revisions.filter(created_at__gt=loaded).last() if loaded else None

    def why_refused(self: Any) -> str:
        """Return why the step that was asked for can't be taken, or nothing."""
        task = step_of(self.page.current_workflow_task_state)
        if task is None:
            return _("This page is not waiting for this step any more. Open it again to see where it stands.")
        posted = self.request.POST
        if not posted.get("loaded_revision_created_at") or self.saved_meanwhile() is not None:
            return str(CHANGED)
        if not self.workflow_action_is_valid():
            return review_rules.why_not(task, self.page, self.request.user) or _("This can’t be done at this step.")
        try:
            answers = json.loads(posted.get("workflow-action-extra-data", ""))
        except ValueError:
            answers = None
        is_readable = isinstance(answers, dict) and set(answers) <= FIELDS_OF_A_STEP
        return "" if is_readable else _("The form of this step can’t be read. Open the page again.")

    def refuse(self: Any, reason: str) -> HttpResponse:
        """Show the form again with all that was typed, saved nowhere yet; an out-of-date one stays out of date."""
        self.latest_revision_created_at = self.request.POST.get("loaded_revision_created_at", "")
        self.form = self.form_class(
            self.request.POST,
            self.request.FILES,
            instance=self.page,
            subscription=self.subscription,
            parent_page=self.parent,
            for_user=self.request.user,
        )
        self.form.is_valid()  # comments can only be shown again once they were looked at
        messages.error(self.request, reason, buttons=[messages.button(self.get_edit_url(), _("Open the newest version"))])
        self.has_unsaved_changes = True
        return self.render_to_response(self.get_context_data())  # type: ignore[no-any-return]

    def say_written_over(self: Any, theirs: Revision) -> None:
        """Say that somebody saved meanwhile, and where their version is."""
        words = _("%(who)s saved a version while you were writing. Both are kept; yours is the newest now.") % {
            "who": review_rules.colleague_name(theirs.user) if theirs.user else _("Somebody")
        }
        url = reverse("wagtailadmin_pages:revisions_compare", args=[self.page.pk, theirs.pk, "latest"])
        messages.warning(self.request, words, buttons=[messages.button(url, _("Compare the two"))])


class ReviewedEditView(_TakesSteps, EditView):
    """Editing a page under review."""


class ReviewedRevertView(_TakesSteps, RevisionsRevertView):
    """Taking up an earlier version of a page under review."""


class ReviewedCreateView(CreateView):
    """Making a page that is published only after review."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("action-publish") and not self.expects_json_response:
            say_saved_only(request)
        response: HttpResponse = super().post(request)
        return response

    @cached_property
    def action_name_and_method(self) -> tuple[str, Callable[[], HttpResponse]]:
        """As Wagtail's, without publishing, whoever may do so in the page above."""
        if self.request.POST.get("action-submit") and self.parent_page.has_workflow:
            return ("submit", self.submit_action)
        return ("save", self.save_action)


class ReviewedCopyForm(CopyForm):
    """A copy is a draft with a review of its own; an alias would be published without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("publish_copies", "alias"):
            self.fields.pop(name, None)


class ReviewedCopyView(CopyView):
    """Copying a page that is published only after review."""

    def get_form_class(self) -> type[CopyForm]:
        return ReviewedCopyForm


class _SaysWhy:
    """The two views behind the dialogue of a step."""

    request: Any

    def get(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        newest = review_rules.newest_revision(self.object)
        seen = review_rules.text_digest(newest.content) if newest else ""
        return self.render_modal_form(request, self.form_class(initial={"seen": seen}))  # type: ignore[no-any-return]

    def dispatch(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc,no-any-return]
        except StepRefused as refusal:
            return self._say(str(refusal))  # type: ignore[no-any-return]

    def check_action(self: Any) -> None:
        try:
            super().check_action()  # type: ignore[misc]
        except PermissionDenied as refusal:
            if step_of(self.task_state) is None:
                raise
            reason = review_rules.why_not(self.task, self.object, self.request.user) or _("This can’t be done at this step.")
            raise StepRefused(reason) from refusal

    def _say(self: Any, reason: str) -> HttpResponse:
        if self.request.headers.get("x-requested-with") == "XMLHttpRequest":
            return render_modal_workflow(  # type: ignore[no-any-return]
                self.request, "editorial/step_refused.html", None, {"reason": reason}, json_data={"step": "action"}
            )
        messages.error(self.request, reason)
        return redirect(self.redirect_url)


class ReviewedActionView(_SaysWhy, WorkflowActionView):
    """Taking a step without opening the page."""


class ReviewedCollectView(_SaysWhy, CollectWorkflowActionDataView):
    """Filling in what a step asks, over the open page."""
