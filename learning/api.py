"""The JSON addresses of the record: state to read, events and answers to write. Private, never stored.

A well-formed batch answers 200 and says event by event what became of it; 4xx is for a malformed one.
"""

from __future__ import annotations

import json
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import django_auth
from wagtail.models import Page

from accounts.models import User
from courses.models import CoursePage
from learning.errors import AttemptUnknown, LearningError
from learning.models import Enrolment
from learning.schemas import AnswersIn, AnswersOut, BatchIn, BatchOut, StateOut, SummariesOut
from learning.services.advance import waived_steps
from learning.services.reads import CourseState, enrolment_of, following_step, summary_of
from learning.services.record_progress import Event, record_progress
from learning.services.save_answers import save_answers

LARGEST_BODY = 256 * 1024


class BodyTooLarge(Exception):
    """The body of a request is larger than LARGEST_BODY."""


class CarefulParser(Parser):
    """Reads JSON of a bounded size; whatever can't be read is the sender's mistake, never a 500."""

    def parse_body(self, request: HttpRequest) -> Any:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
            raise BodyTooLarge
        try:
            return json.loads(request.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise HttpError(400, str(_("The request is not readable as JSON. Nothing was changed."))) from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class PrivateAPI(NinjaAPI):
    """Every answer is one person's: never stored by anyone."""

    def create_response(self, request: HttpRequest, data: Any, **kwargs: Any) -> HttpResponse:
        response = super().create_response(request, data, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response


api = PrivateAPI(title="Puente learning API", version="1", urls_namespace="learning-api", parser=CarefulParser(), docs_url=None)


def _error(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    return api.create_response(request, {"error": code, "message": message}, status=status)


@api.exception_handler(BodyTooLarge)
def _too_large(request: HttpRequest, error: BodyTooLarge) -> HttpResponse:
    return _error(request, 413, "too_large", _("The request is too large. Send fewer events at a time. Nothing was changed."))


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    places = ", ".join(sorted({".".join(str(part) for part in problem["loc"] if part != "body") for problem in error.errors}))[:200]
    return _error(
        request,
        422,
        "malformed",
        _("The request does not have the expected fields (%(places)s). Nothing was changed.") % {"places": places},
    )


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _error(request, error.status_code, "unreadable" if error.status_code == 400 else "refused", str(error))


@api.exception_handler(AuthenticationError)
def _signed_out(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _error(request, 401, "signed_out", _("Your session has ended. Sign in again; what you did is kept on this device."))


@api.exception_handler(AuthorizationError)
def _forbidden(request: HttpRequest, error: AuthorizationError) -> HttpResponse:
    return _error(request, 403, "csrf", _("This page is out of date. Load it again; what you did is kept on this device."))


@api.exception_handler(LearningError)
def _refused(request: HttpRequest, error: LearningError) -> HttpResponse:
    return _error(request, 404 if isinstance(error, AttemptUnknown) else 409, error.code, str(error))


def _signed_in(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) and request.user.is_active else None


def _enrolment_json(state: CourseState, resume: Page | None = None) -> dict[str, Any]:
    """Return what the script paints: keys of steps done and counting, and words in the reader's language."""
    key = state.enrolment.course_key
    go_on = _("See my certificate") if state.is_completed else _("Continue")
    resume_url = reverse("learning:finish", args=[key]) if state.is_completed else (resume.get_url() if resume else None)
    return {
        "done": [str(step) for step in state.done_keys],
        "steps": [str(step.key) for step in state.document.steps],
        "percent": state.percent,
        "summary": {"done": state.done_count, "total": state.total_count, "label": state.label},
        "completed": state.is_completed,
        "url": reverse("learning:course", args=[key]),
        "label": _("My record"),
        "finish_url": reverse("learning:finish", args=[key]),
        "resume": {"url": resume_url, "label": go_on} if resume_url else None,
    }


@api.get("/state", response=SummariesOut, auth=None)
def all_states(request: HttpRequest) -> dict[str, Any]:
    """Progress in every course the reader takes, by course key; empty for someone who is not signed in."""
    learner = _signed_in(request)
    if learner is None:
        return {"signed_in": False, "courses": {}}
    summaries = summary_of(learner, get_language() or "es")
    shown = {str(s.course_key): {"done": s.done, "total": s.total, "label": s.label} for s in summaries if not s.is_withdrawn}
    return {"signed_in": True, "courses": shown}


@api.get("/state/{uuid:course_key}", response=StateOut, auth=None, exclude_unset=True)
def course_state(request: HttpRequest, course_key: UUID) -> dict[str, Any]:
    """The reader's record of one course, and the token with which they may write."""
    learner = _signed_in(request)
    if learner is None:
        return {"signed_in": False}
    answer: dict[str, Any] = {"signed_in": True, "learner": _opaque(learner), "csrf": get_token(request), "enrolment": None}
    enrolment = enrolment_of(learner, course_key)
    if enrolment is not None and enrolment.state == Enrolment.State.ACTIVE:
        waived = waived_steps(course_key)
        language = get_language() or enrolment.language
        step = following_step(enrolment, waived)
        answer["enrolment"] = _enrolment_json(CourseState(enrolment, waived, language), _step_page(step, language) if step else None)
    if learner.is_staff or learner.is_superuser or learner.has_perm("wagtailadmin.access_admin"):
        page = CoursePage.objects.filter(translation_key=course_key).order_by("pk").first()
        if page is not None and page.permissions_for_user(learner).can_edit():
            answer |= {"edit_url": reverse("wagtailadmin_explore", args=[page.pk]), "edit_label": _("Edit this course")}
    return answer


def _opaque(learner: User) -> str:
    """Return a name for the account that says nothing: it keeps two people's waiting events on one device apart."""
    return salted_hmac("learning.api.learner", str(learner.pk)).hexdigest()[:16]


def _step_page(step_key: UUID, language: str) -> Page | None:
    pages = list(Page.objects.live().filter(translation_key=step_key).select_related("locale").order_by("pk"))
    return next((page for page in pages if page.locale.language_code == language), pages[0] if pages else None)


@api.post("/events", response=BatchOut, auth=django_auth)
def events(request: HttpRequest, batch: BatchIn) -> dict[str, Any]:
    """Record what happened on a device. Sending it again, late or in another order changes nothing."""
    learner = cast(User, request.user)
    found = [Event(event.id, event.type, event.step, event.at) for event in batch.events]
    result = record_progress(learner=learner, course_key=batch.course, events=found)
    return {
        "accepted": list(result.accepted),
        "refused": [{"id": refusal.id, "error": refusal.error.code, "message": str(refusal.error)} for refusal in result.refused],
        "state": {"enrolment": _enrolment_json(CourseState(result.enrolment, result.waived, get_language() or result.enrolment.language))},
    }


@api.post("/attempts/{int:attempt_id}/answers", response=AnswersOut, auth=django_auth)
def answers(request: HttpRequest, attempt_id: int, given: AnswersIn) -> dict[str, Any]:
    """Keep the answers of an open attempt as they are given."""
    attempt = save_answers(learner=cast(User, request.user), attempt_id=attempt_id, answers=given.answers)
    return {"kept": sum(1 for chosen in attempt.answers.values() if chosen)}
