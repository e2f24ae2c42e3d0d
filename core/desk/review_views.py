"""Wagtail's views of a page, for pages under review: they say in words why something can't be done, and lose nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from wagtail.admin.forms.pages import CopyForm
from wagtail.admin.modal_workflow import render_modal_workflow
from wagtail.admin.views.pages.copy import CopyView
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.revisions import RevisionsRevertView
from wagtail.admin.views.pages.workflow import CollectWorkflowActionDataView, WorkflowActionView

from core import reviewing
from core.desk import review_words
from core.errors import StepRefused
from core.models.review import step_of
from core.review_forms import CHANGED

FIELDS_OF_A_STEP = {"seen", "comment", "publish_at"}


def say_saved_only(request: HttpRequest) -> None:
    """Say that "Publish" saved a draft."""
    messages.warning(request, _("Saved as a draft. In the library nobody publishes directly: choose “Submit for review”."))


class _TakesSteps:
    """What editing and reverting share."""

    page: Any
    request: Any

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if words := review_words.where_it_stands(self.page, request.user):
            messages.info(request, words)
        response: HttpResponse = super().get(request, *args, **kwargs)  # type: ignore[misc]
        return response

    def post(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.page.alias_of_id or self.expects_json_response:
            return super().post(request, *args, **kwargs)  # type: ignore[misc,no-any-return]
        if request.POST.get("action-workflow-action") and (reason := self.why_refused()):
            return self.refuse(reason)  # type: ignore[no-any-return]
        if request.POST.get("action-publish"):
            say_saved_only(request)
        was_out_of_date = self.is_out_of_date
        try:
            response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
        except StepRefused as refusal:
            # Between the look at the page and its lock somebody was faster. What was typed is saved by now.
            messages.error(request, str(refusal))
            return redirect(self.get_edit_url())
        if was_out_of_date and response.status_code == HTTPStatus.FOUND:
            self.say_written_over()
        return response

    def why_refused(self: Any) -> str:
        """Return why the step that was asked for can't be taken, or nothing."""
        task = step_of(self.page.current_workflow_task_state)
        if task is None:
            return _("This page is not waiting for this step any more. Open it again to see where it stands.")
        posted = self.request.POST
        if self.is_out_of_date or not (posted.get("loaded_revision_id") or posted.get("overwrite_revision_id")):
            return str(CHANGED)
        if not self.workflow_action_is_valid():
            return reviewing.why_not(task, self.page, self.request.user) or _("This can’t be done at this step.")
        try:
            answers = json.loads(posted.get("workflow-action-extra-data", ""))
        except ValueError:
            answers = None
        is_readable = isinstance(answers, dict) and set(answers) <= FIELDS_OF_A_STEP
        return "" if is_readable else _("The form of this step can’t be read. Open the page again.")

    def refuse(self: Any, reason: str) -> HttpResponse:
        """Show the form again with all that was typed, saved nowhere yet; an out-of-date one stays out of date."""
        if self.is_out_of_date:
            self.latest_revision_created_at = self.request.POST.get("loaded_revision_created_at", "")
        self.form = self.form_class(
            self.request.POST,
            self.request.FILES,
            instance=self.page,
            subscription=self.subscription,
            parent_page=self.parent,
            for_user=self.request.user,
        )
        again = format_html('<a href="{}">{}</a>', self.get_edit_url(), _("Open the newest version"))
        messages.error(self.request, format_html("{} {}", reason, again))
        self.has_unsaved_changes = True
        return self.render_to_response(self.get_context_data())  # type: ignore[no-any-return]

    def say_written_over(self: Any) -> None:
        """Say that somebody saved meanwhile, and where their version is."""
        newest = self.latest_revision
        words = _("%(who)s saved a version while you were writing. Both are kept; yours is the newest now.") % {
            "who": reviewing.name_of(newest.user) if newest.user else _("Somebody")
        }
        url = reverse("wagtailadmin_pages:revisions_compare", args=[self.page.pk, newest.pk, "latest"])
        messages.warning(self.request, format_html('{} <a href="{}">{}</a>', words, url, _("Compare the two")))


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
        newest = reviewing.newest_revision(self.object)
        seen = reviewing.digest(newest.content) if newest else ""
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
            reason = reviewing.why_not(self.task, self.object, self.request.user) or _("This can’t be done at this step.")
            raise StepRefused(reason) from refusal

    def _say(self: Any, reason: str) -> HttpResponse:
        if self.request.headers.get("x-requested-with") == "XMLHttpRequest":
            return render_modal_workflow(  # type: ignore[no-any-return]
                self.request, "core/admin/step_refused.html", None, {"reason": reason}, json_data={"step": "action"}
            )
        messages.error(self.request, reason)
        return redirect(self.redirect_url)


class ReviewedActionView(_SaysWhy, WorkflowActionView):
    """Taking a step without opening the page."""


class ReviewedCollectView(_SaysWhy, CollectWorkflowActionDataView):
    """Filling in what a step asks, over the open page."""
