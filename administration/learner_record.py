"""A learner's record of one course for support: asks for a reason first, then shows what the learner sees."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from accounts.errors import ReasonMissing
from accounts.services.record_audit import REASON_MAX, REASON_MIN, clean_reason
from administration.certificates.base import ISSUE, REPLACE, REVOKE, VIEW, detail_url, may_any
from administration.lists.attempts import RESULTS
from administration.lists.certificates import STATES, certificate_state
from administration.lists.course_titles import reading_language, titles_of_pages
from administration.lists.registry import LISTINGS
from administration.services.open_record import open_record
from courses.presentation import Drawing
from credentials.certificate.values import written_code
from credentials.models import Credential
from learning.models import Attempt, Enrolment
from learning.services.course_state import CourseState

OPEN_FOR = timedelta(minutes=15)
SESSION_KEY = "opened_records"


class ReasonForm(forms.Form):
    """Why a record is opened."""

    reason = forms.CharField(
        label=_("Why do you open this record?"),
        help_text=_("10 to 500 characters. Your name, the time and the reason are written down; the learner may ask who looked, and why."),
        min_length=REASON_MIN,
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self) -> str:
        """Return the reason as it is kept; spaces alone don't make it long enough."""
        try:
            return clean_reason(self.cleaned_data["reason"])
        except ReasonMissing as error:
            raise forms.ValidationError(str(error), code=error.code) from error


class RecordView(WagtailAdminTemplateMixin, TemplateView):
    """One enrolment. Reading it needs a reason, which opens it for a quarter of an hour; asking for the page opens nothing."""

    template_name = "administration/record.html"
    page_title = _("Record")
    header_icon = "user"
    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm("learning.open_record"):
            raise PermissionDenied
        found = Enrolment.objects.filter(pk=kwargs["pk"]).select_related("learner", "run").first()
        if found is None:
            raise Http404
        self.enrolment, self.language = found, reading_language()
        self.line = LISTINGS["enrolments"].reader(self.language)([found])[0]
        self.form = ReasonForm(request.POST if request.method == "POST" else None)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Write the reason down, then open."""
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data(is_open=False), status=422)
        now = timezone.now()
        open_record(enrolment=self.enrolment, actor=request.user, reason=self.form.cleaned_data["reason"])  # type: ignore[arg-type]
        remember(request, self.enrolment, now)
        return HttpResponseRedirect(reverse("record_enrolments:record", args=[self.enrolment.pk]))

    def get_page_subtitle(self) -> str:
        return str(self.line["email"])

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse("record_enrolments:index"), "label": LISTINGS["enrolments"].title}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.page_title, "sublabel": self.get_page_subtitle()}]

    def get_context_data(self, *, is_open: bool | None = None, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        until = open_until(self.request, self.enrolment) if is_open is None else None
        context |= {"line": self.line, "enrolment": self.enrolment, "form": self.form, "until": until}
        return context | opened(self.enrolment, self.language, self.request.user) if until else context


def remember(request: HttpRequest, enrolment: Enrolment, now: datetime) -> None:
    """Keep in the session that this person has opened this record now; forget what has closed."""
    kept = {key: said for key, said in _opened(request).items() if _end(said) > now}
    request.session[SESSION_KEY] = kept | {str(enrolment.pk): [request.user.pk, (now + OPEN_FOR).isoformat()]}


def open_until(request: HttpRequest, enrolment: Enrolment) -> datetime | None:
    """Return until when this person has this record open; None if it is closed."""
    said = _opened(request).get(str(enrolment.pk))
    if said is None or said[0] != request.user.pk or _end(said) <= timezone.now():
        return None
    return _end(said)


def _opened(request: HttpRequest) -> Mapping[str, list[Any]]:
    found: Mapping[str, list[Any]] = request.session.get(SESSION_KEY, {})
    return found


def _end(said: list[Any]) -> datetime:
    return datetime.fromisoformat(said[1])


def opened(enrolment: Enrolment, language: str, reader: Any) -> dict[str, Any]:
    """Return what an opened record shows, in the reader's language: no answers, no papers, no keys."""
    state = CourseState(enrolment, language)
    waived = state.waived
    bits = enrolment.done_bits
    learners = enrolment.learner.language or enrolment.language
    attempts = list(Attempt.objects.filter(enrolment=enrolment).defer("paper", "answers").order_by("started_at", "pk"))
    keys = {attempt.step_key for attempt in attempts} | ({state.resume_key} if state.resume_key else set())
    titles = titles_of_pages(keys, language)

    def title_of(key: UUID) -> str:
        return titles.get(key) or state.title_of(key, language)

    return {
        "state": state,
        "sentence": state.explanation,
        "learners_language": learners,
        "learners_sentence": _in_language(enrolment, learners) if learners != language else "",
        "modules": [
            {"title": module.title, "steps": [(step, bits >> step.slot & 1) for step in module.steps]}
            for module in Drawing(state.document, language, waived=waived, whole=True).modules()
        ],
        "waived": [step.title(language) for step in state.document.steps if step.key in waived],
        "resume": title_of(state.resume_key) if state.resume_key else "",
        "attempts": [
            {"attempt": attempt, "title": title_of(attempt.step_key), "result": RESULTS[_result(attempt)]} for attempt in attempts
        ],
        "certificates": [_certificate(credential, reader) for credential in _credentials(enrolment)],
        "issue_url": reverse("certificates_admin:issue", args=[enrolment.pk]),
    }


def _in_language(enrolment: Enrolment, language: str) -> str:
    """Return the sentence as the learner reads it."""
    with translation.override(language):
        return CourseState(enrolment, language).explanation


def _result(attempt: Attempt) -> str:
    if attempt.passed is None:
        return "open"
    return "passed" if attempt.passed else "failed"


def _credentials(enrolment: Enrolment) -> QuerySet[Credential]:
    return Credential.objects.filter(enrolment=enrolment).select_related("holder", "hold").order_by("-issued_at", "-pk")


def _certificate(credential: Credential, reader: Any) -> dict[str, Any]:
    """Return a line about a certificate; its link leads to its page in the admin, or, who may not go there, to the public one."""
    hold = getattr(credential, "hold", None)
    holder = getattr(credential, "holder", None)
    return {
        "code": written_code(credential.code),
        "name": holder.printed_name if holder else "",
        "issued_at": credential.issued_at,
        "state": STATES[certificate_state(credential, is_held=hold is not None and hold.resolved_at is None)],
        "url": detail_url(credential.pk) if may_any(reader, VIEW, ISSUE, REVOKE, REPLACE) else reverse("credential", args=[credential.pk]),
    }
