"""The JSON addresses of the record: state to read, events and answers to write. Private, never stored.

A well-formed batch answers 200 and says event by event what became of it; 4xx is for a malformed one.
"""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.models import Page

from accounts.models import User
from courses.models import CoursePage
from learning.bits import to_hex
from learning.models import Enrolment
from learning.private_api import CarefulParser, PrivateAPI, SignedIn, declare_refusals
from learning.schemas import AnswersIn, AnswersOut, BatchIn, BatchOut, StateOut, SummariesOut
from learning.services.reads import CourseState, enrolment_of, following_step, live_pages, summary_of
from learning.services.record_progress import Event, record_progress
from learning.services.save_answers import save_answers

api = PrivateAPI(title="Puente learning API", version="1", urls_namespace="learning-api", parser=CarefulParser(), docs_url=None)
declare_refusals(api)
signed_in = SignedIn()


def _signed_in(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _enrolment_json(state: CourseState, resume: Page | None = None) -> dict[str, Any]:
    """Return what the script paints: the slots of steps done and counting, and words in the reader's language."""
    key = state.enrolment.course_key
    go_on = _("See my certificate") if state.is_completed else _("Continue")
    resume_url = reverse("learning:finish", args=[key]) if state.is_completed else (resume.get_url() if resume else None)
    return {
        "done": to_hex(state.enrolment.done_bits),
        "counts": to_hex(state.document.full_mask),
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
        state = CourseState(enrolment, get_language() or enrolment.language)
        step = following_step(enrolment, state.waived)
        page = live_pages([step], state.language).get(step) if step else None
        answer["enrolment"] = _enrolment_json(state, page)
    return answer | (_edit_link(learner, course_key) if _may_be_staff(learner, enrolment) else {})


def _may_be_staff(learner: User, enrolment: Enrolment | None) -> bool:
    """Whether permissions are worth reading: who works in the admin is in a group. Learners pay no query for it."""
    if learner.is_staff or learner.is_superuser:
        return True
    return bool(getattr(enrolment, "learner_in_group", False)) if enrolment else learner.groups.exists()


def _edit_link(learner: User, course_key: UUID) -> dict[str, str]:
    pages = list(CoursePage.objects.filter(translation_key=course_key).select_related("locale").order_by("pk"))
    page = next((page for page in pages if page.locale.language_code == get_language()), pages[0] if pages else None)
    if page is None or not page.permissions_for_user(learner).can_edit():
        return {}
    return {"edit_url": reverse("wagtailadmin_explore", args=[page.pk]), "edit_label": _("Edit this course")}


def _opaque(learner: User) -> str:
    """Return a name for the account that says nothing: it keeps two people's waiting events on one device apart."""
    return salted_hmac("learning.api.learner", str(learner.pk)).hexdigest()[:16]


@api.post("/events", response=BatchOut, auth=signed_in)
def events(request: HttpRequest, batch: BatchIn) -> dict[str, Any]:
    """Record what happened on a device. Sending it again, late or in another order changes nothing."""
    learner = cast(User, request.user)
    found = [Event(event.id, event.type, event.step, event.at) for event in batch.events]
    result = record_progress(learner=learner, course_key=batch.course, events=found)
    return {
        "accepted": list(result.accepted),
        "refused": [{"id": refusal.id, "error": refusal.error.code, "message": str(refusal.error)} for refusal in result.refused],
        "state": {"enrolment": _enrolment_json(CourseState(result.enrolment, get_language() or result.enrolment.language))},
    }


@api.post("/attempts/{int:attempt_id}/answers", response=AnswersOut, auth=signed_in)
def answers(request: HttpRequest, attempt_id: int, given: AnswersIn) -> dict[str, Any]:
    """Keep the answers of an open attempt as they are given."""
    attempt = save_answers(learner=cast(User, request.user), attempt_id=attempt_id, answers=given.answers)
    return {"kept": sum(1 for chosen in attempt.answers.values() if chosen)}
