"""The paper of an assessment: answering it, looking through it before it is sent, and its result."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from learning.errors import AnswersChanged, AnswersMalformed, AttemptClosed
from learning.models import Attempt
from learning.papers import paper_for_display, review_of
from learning.services.course_state import course_state, live_pages
from learning.services.hold_answers import hold_answers, sign_form, take_held_answers
from learning.services.save_answers import save_answers
from learning.services.submit_attempt import digest_of, submit_attempt
from learning.views.base import CourseRef, address_language, course_ref, learner_of, private, refused, to_sign_in
from learning.views.step_page import following


@require_http_methods(["GET", "HEAD", "POST"])
@private
def attempt(request: HttpRequest, course_key: UUID, step_key: UUID, attempt_id: int) -> HttpResponse:
    """The paper while it is open; its result afterwards. Answers of an expired session are held until its owner is back."""
    if not request.user.is_authenticated:
        if request.method == "POST":
            hold_answers(form=request.POST.get("form", ""), attempt_id=attempt_id, answers=_answers(request))
        return to_sign_in(request)
    found = _own_attempt(request, course_key, step_key, attempt_id)
    page = course_ref(request, course_key, address_language(request))
    if request.method == "POST":
        return _keep(request, page, found)
    _take_held(request, found)
    return _show(request, page, found)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def send_attempt(request: HttpRequest, course_key: UUID, step_key: UUID, attempt_id: int) -> HttpResponse:
    """What is not answered yet, what cannot be undone, and the button that grades the paper."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    found = _own_attempt(request, course_key, step_key, attempt_id)
    page = course_ref(request, course_key, address_language(request))
    if found.submitted_at is not None:
        return HttpResponseRedirect(_address(page, found))
    is_taken = _take_held(request, found)
    if request.method == "POST" and not is_taken:
        was_completed = found.enrolment.completed_at is not None
        try:
            graded = submit_attempt(learner=learner_of(request), attempt_id=found.pk, seen=request.POST.get("seen", ""))
        except AnswersChanged:
            found.refresh_from_db()
            return _look_through(request, page, found)
        if graded.enrolment.completed_at and not was_completed:
            messages.success(request, _("With this you have finished the course."))
        return HttpResponseRedirect(_address(page, found))
    return _look_through(request, page, found)


def _take_held(request: HttpRequest, found: Attempt) -> bool:
    """Put what an expired session sent into the attempt, and say so. Returns whether there was anything."""
    is_taken = hasattr(found, "held_answers") and take_held_answers(learner=learner_of(request), attempt_id=found.pk)
    if is_taken:
        found.refresh_from_db()
        messages.info(request, _("Your session had ended. The answers you gave are kept: check them and send them."))
    return is_taken


def _look_through(request: HttpRequest, page: CourseRef, found: Attempt) -> HttpResponse:
    """Draw what is left to answer, and what sending means."""
    language = address_language(request)
    state = course_state(learner=learner_of(request), course_key=page.key, language=language)
    result = state.result_of(found.step_key) if state else None
    paper = paper_for_display(found, language)
    context = _context(request, page, found) | {
        "paper": paper,
        "unanswered": [number for number, question in enumerate(paper.questions, 1) if not question.given],
        "paper_url": _address(page, found),
        # Whoever has left the course can start no other one now.
        "attempts_left": result.attempts_left if state and result and not state.is_withdrawn else None,
        "seen": digest_of(found.answers),
        "has_changed": request.method == "POST",
    }
    return render(request, "learning/send.html", context, status=409 if request.method == "POST" else 200)


def _own_attempt(request: HttpRequest, course_key: UUID, step_key: UUID, attempt_id: int) -> Attempt:
    """Return an attempt of the person who asks.

    Raises:
        Http404: there is none, or it is somebody else's.
    """
    found: Attempt = get_object_or_404(
        Attempt.objects.select_related("enrolment", "held_answers"),
        pk=attempt_id,
        step_key=step_key,
        enrolment__course_key=course_key,
        enrolment__learner=request.user,
    )
    return found


def _address(page: CourseRef, found: Attempt, name: str = "attempt") -> str:
    return reverse(f"learning:{name}", args=[page.key, found.step_key, found.pk])


def _answers(request: HttpRequest) -> dict[str, list[str]]:
    """Return the answers that differ from those the form was drawn with.

    A tab that was opened earlier says nothing about questions it did not touch, so it cannot undo what another kept.
    """
    answers = {}
    for name in dict.fromkeys([*request.POST.getlist("asked"), *(name for name in request.POST if name.startswith("q-"))]):
        question, chosen = name.removeprefix("q-"), request.POST.getlist(name)
        shown = request.POST.get(f"was-{question}")
        if shown is None or sorted(" ".join(chosen).split()) != sorted(shown.split()):
            answers[question] = chosen
    return answers


def _keep(request: HttpRequest, page: CourseRef, found: Attempt) -> HttpResponse:
    """Keep the answers, and lead on to looking through them if that was asked for."""
    here = _address(page, found)
    try:
        save_answers(learner=learner_of(request), attempt_id=found.pk, answers=_answers(request))
    except AttemptClosed:
        messages.info(request, _("This assessment was already sent. This is its result."))
        return HttpResponseRedirect(here)
    except AnswersMalformed:
        return refused(
            request,
            _("These answers don’t belong to this paper"),
            _("Nothing was changed: the answers you gave before are kept."),
            here,
            status=400,
        )
    if request.POST.get("action") == "send":
        return HttpResponseRedirect(_address(page, found, "send"))
    messages.success(request, _("Your answers are kept. You can leave and come back."))
    return HttpResponseRedirect(reverse("learning:course", args=[page.key]) if request.POST.get("action") == "leave" else here)


def _remembered_title(found: Attempt, language: str) -> str:
    """Return the title that the learner's outline remembers of an assessment whose page is gone."""
    step = found.enrolment.document.by_key.get(found.step_key)
    return step.title(language) if step else ""


def _context(request: HttpRequest, page: CourseRef, found: Attempt) -> dict[str, Any]:
    """Return what every page of an attempt says."""
    language = address_language(request)
    content = live_pages([found.step_key], language).get(found.step_key)
    return {
        "course": page,
        "attempt": found,
        "title": content.title if content else _remembered_title(found, language),
        "step_url": reverse("learning:step", args=[page.key, found.step_key]),
        "breadcrumbs": [(_("My learning"), reverse("learning:index")), (page.title, reverse("learning:course", args=[page.key]))],
    }


def _show(request: HttpRequest, page: CourseRef, found: Attempt) -> HttpResponse:
    """Draw an open paper, or the result of one that was sent."""
    language, context = address_language(request), _context(request, page, found)
    if found.submitted_at is None:
        context["paper"] = paper_for_display(found, language)
        context["form"] = sign_form(learner=learner_of(request), attempt_id=found.pk)
        return render(request, "learning/attempt.html", context)
    state = course_state(learner=learner_of(request), course_key=page.key, language=language)
    result = state.result_of(found.step_key) if state else None
    context["state"] = state
    context["result_of_step"] = result
    context["review"] = review_of(found, language, shows_key=result is not None and result.is_settled)
    context["next"] = following(state.document, state.waived, found.step_key, language) if state else None
    return render(request, "learning/result.html", context)
