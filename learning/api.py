"""The JSON addresses of the record: state to read, events and answers to write. Private, never stored.

A well-formed batch answers 200 and says event by event what became of it; 4xx is for a malformed one.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.second_factor import acts_as_staff
from courses.models import CoursePage
from learning.api_base import REFUSED_WRITES, CarefulParser, PrivateAPI, SignedIn, declare_refusals
from learning.bitset import to_hex
from learning.models import Enrolment
from learning.own_enrolment import own_enrolment
from learning.schemas import AnswersIn, AnswersOut, BatchIn, BatchOut, ProblemOut, StateOut, SummariesOut
from learning.services.course_state import CourseState, course_states
from learning.services.record_progress import Event, record_progress
from learning.services.save_answers import save_answers

api = PrivateAPI(title="Puente learning API", version="1", urls_namespace="learning-api", parser=CarefulParser(), docs_url=None)
declare_refusals(api)
signed_in = SignedIn()


def _signed_in(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


@lru_cache(maxsize=1024)
def _addresses(language: str, course_key: UUID) -> tuple[str, str, str]:
    """Where a course's record, its end and the step to go on with are, in the language that is active."""
    return tuple(reverse(f"learning:{name}", args=[course_key]) for name in ("course", "finish", "resume"))  # type: ignore[return-value]


def _enrolment_json(state: CourseState, *, with_resume: bool = False) -> dict[str, Any]:
    """Return what the script paints: the slots of steps done and counting, and words in the reader's language."""
    record, finish, resume = _addresses(get_language() or "", state.enrolment.course_key)
    step = state.following if with_resume else None
    go_on: dict[str, Any]
    if state.is_completed:
        go_on = {"url": finish, "label": _("See my certificate"), "slot": None}
    else:
        go_on = {"url": resume, "label": _("Continue"), "slot": step.slot if step else None}
    return {
        "done": to_hex(state.enrolment.done_bits),
        "counts": to_hex(state.document.full_mask),
        "percent": state.percent,
        "summary": _summary_json(state),
        "completed": state.is_completed,
        "url": record,
        "label": _("My record"),
        "finish_url": finish,
        "resume": go_on if step or state.is_completed else None,
    }


def _summary_json(state: CourseState) -> dict[str, Any]:
    return {"done": state.done_count, "total": state.total_count, "label": state.label}


def _answer(said: dict[str, Any]) -> HttpResponse:
    """Answer as it is: the schemas are the contract, and tests hold every answer to them, so that no request has to."""
    return HttpResponse(json.dumps(said, ensure_ascii=False, separators=(",", ":")), content_type="application/json; charset=utf-8")


@api.get("/state", response={200: SummariesOut, 503: ProblemOut}, auth=None)
def all_states(request: HttpRequest) -> HttpResponse:
    """Progress in every course the reader takes, by course key; empty for someone who is not signed in."""
    learner = _signed_in(request)
    states = course_states(learner, get_language() or settings.LANGUAGE_CODE) if learner else []
    shown = {str(state.enrolment.course_key): _summary_json(state) for state in states if not state.is_withdrawn}
    return _answer({"signed_in": learner is not None, "courses": shown})


@api.get("/state/{uuid:course_key}", response={200: StateOut, frozenset({404, 503}): ProblemOut}, auth=None)
def read_course_state(request: HttpRequest, course_key: UUID) -> HttpResponse:
    """The reader's record of one course, and the token with which they may write."""
    learner = _signed_in(request)
    if learner is None:
        return _answer({"signed_in": False})
    said: dict[str, Any] = {"signed_in": True, "learner": _opaque(learner), "csrf": _token(request), "enrolment": None}
    enrolment = own_enrolment(learner.pk, course_key)
    if enrolment is not None and enrolment.state == Enrolment.State.ACTIVE:
        said["enrolment"] = _enrolment_json(CourseState(enrolment, get_language() or enrolment.language), with_resume=True)
    return _answer(said | (_edit_link(learner, course_key) if _may_be_staff(learner, enrolment) and acts_as_staff(request) else {}))


def _token(request: HttpRequest) -> str:
    """Return the token with which the reader may write: the one of their cookie, where the browser has one.

    Not masked anew at each request, as in a page: nothing in this answer comes from elsewhere, so its length under
    compression gives nothing away, and the script could read the cookie as well.
    """
    if settings.CSRF_COOKIE_NAME in request.COOKIES and (kept := request.META.get("CSRF_COOKIE")):
        return str(kept)
    return get_token(request)


def _may_be_staff(learner: User, enrolment: Enrolment | None) -> bool:
    """Whether permissions are worth reading: who works in the admin is in a group or has rights. Learners pay no query for it."""
    if learner.is_staff or learner.is_superuser:
        return True
    return bool(getattr(enrolment, "may_be_staff", False)) if enrolment else learner.groups.exists() or learner.user_permissions.exists()


def _edit_link(learner: User, course_key: UUID) -> dict[str, str]:
    pages = list(CoursePage.objects.filter(translation_key=course_key).select_related("locale").order_by("pk"))
    page = next((page for page in pages if page.locale.language_code == get_language()), pages[0] if pages else None)
    if page is None or not page.permissions_for_user(learner).can_edit():
        return {}
    return {"edit_url": reverse("wagtailadmin_explore", args=[page.pk]), "edit_label": _("Edit this course")}


def _opaque(learner: User) -> str:
    """Return a name for the account that says nothing: it keeps two people's waiting events on one device apart."""
    return salted_hmac("learning.api.learner", str(learner.pk)).hexdigest()[:16]


@api.post("/events", response={200: BatchOut, REFUSED_WRITES - {404}: ProblemOut}, auth=signed_in)
def events(request: HttpRequest, batch: BatchIn) -> HttpResponse:
    """Record what happened on a device. Sending it again, late or in another order changes nothing."""
    learner = cast(User, request.user)
    found = [Event(event.id, event.type, event.step, event.at) for event in batch.events]
    result = record_progress(learner=learner, course_key=batch.course, events=found)
    state = CourseState(result.enrolment, get_language() or result.enrolment.language)
    return _answer(
        {
            "accepted": [str(event) for event in result.accepted],
            "refused": [{"id": str(refusal.id), "error": refusal.error.code, "message": str(refusal.error)} for refusal in result.refused],
            "state": {"enrolment": _enrolment_json(state)},
        }
    )


@api.post("/attempts/{row:attempt_id}/answers", response={200: AnswersOut, REFUSED_WRITES: ProblemOut}, auth=signed_in)
def answers(request: HttpRequest, attempt_id: int, given: AnswersIn) -> dict[str, Any]:
    """Keep the answers of an open attempt as they are given."""
    attempt = save_answers(learner=cast(User, request.user), attempt_id=attempt_id, answers=given.answers)
    return {"kept": sum(1 for chosen in attempt.answers.values() if chosen)}


@api.api_operation(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], "/{path:rest}", auth=None, include_in_schema=False)
def unknown_address(request: HttpRequest, rest: str) -> HttpResponse:
    """Say of every other address, as of one with a key that is none, that nothing is there: to a script, and so as JSON."""
    return api.create_response(request, {"error": "not_found", "message": _("There is nothing at this address.")}, status=404)
