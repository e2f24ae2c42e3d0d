"""The private page of one step, and the paper of an assessment with its result."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from foundation.errors import Refused
from learning.errors import AnswersMalformed, AttemptClosed, AttemptsUsedUp, StepUnknown
from learning.models import Attempt
from learning.papers import paper_for_display, review_of
from learning.services.course_state import CourseState, course_state, live_pages
from learning.services.hold_answers import hold_answers, sign_form, take_held_answers
from learning.services.mark_done import mark_done
from learning.services.save_answers import save_answers
from learning.services.start_attempt import start_attempt
from learning.services.submit_attempt import submit_attempt
from learning.views.base import CourseRef, address_language, course_ref, learner_of, private, refused, to_sign_in
from learning.views.step_page import following, step_page


@require_http_methods(["GET", "HEAD", "POST"])
@private
def step(request: HttpRequest, course_key: UUID, step_key: UUID) -> HttpResponse:
    """One step: mark it as done, or start or resume its assessment."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    language = address_language(request)
    state = course_state(learner=learner_of(request), course_key=course_key, language=language)
    if state is None or state.is_withdrawn:
        course_ref(request, course_key, language)
        messages.info(request, _("Enrol first: then your progress is kept."))
        return HttpResponseRedirect(reverse("learning:course", args=[course_key]))
    if request.method == "POST":
        return _act(request, course_ref(request, course_key, language), state, step_key)
    return step_page(request, state, step_key)


def _act(request: HttpRequest, page: CourseRef, state: CourseState, step_key: UUID) -> HttpResponse:
    """Mark a lesson as done, or start an assessment."""
    language = address_language(request)
    here = reverse("learning:step", args=[page.key, step_key])
    try:
        if request.POST.get("action") == "start":
            attempt = start_attempt(learner=learner_of(request), course_key=page.key, step_key=step_key, language=language)
            return HttpResponseRedirect(reverse("learning:attempt", args=[page.key, step_key, attempt.pk]))
        result = mark_done(learner=learner_of(request), course_key=page.key, step_key=step_key)
    except AttemptsUsedUp:
        return refused(request, _("No attempts left"), _("You have used every attempt at this assessment. Your results are kept."), here)
    except StepUnknown as error:
        raise Http404 from error
    except Refused as error:
        return refused(request, _("This was not recorded"), str(error), here)
    if result.completed and not state.is_completed:
        return HttpResponseRedirect(reverse("learning:finish", args=[page.key]))
    after = following(state.document, state.waived, step_key, language)
    return HttpResponseRedirect(after.url if after else reverse("learning:course", args=[page.key]))


@require_http_methods(["GET", "HEAD", "POST"])
@private
def attempt(request: HttpRequest, course_key: UUID, step_key: UUID, attempt_id: int) -> HttpResponse:
    """The paper while it is open; its result afterwards. Answers of an expired session are held until its owner is back."""
    if not request.user.is_authenticated:
        if request.method == "POST":
            hold_answers(form=request.POST.get("form", ""), attempt_id=attempt_id, answers=_answers(request))
        return to_sign_in(request)
    found = get_object_or_404(
        Attempt.objects.select_related("enrolment", "held_answers"),
        pk=attempt_id,
        step_key=step_key,
        enrolment__course_key=course_key,
        enrolment__learner=request.user,
    )
    page = course_ref(request, course_key, address_language(request))
    if request.method == "POST":
        return _answer(request, page, found)
    if hasattr(found, "held_answers") and take_held_answers(learner=learner_of(request), attempt_id=found.pk):
        found.refresh_from_db()
        messages.info(request, _("Your session had ended. The answers you gave are kept: check them and send them."))
    return _show(request, page, found)


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


def _answer(request: HttpRequest, page: CourseRef, found: Attempt) -> HttpResponse:
    """Keep the answers, or keep and grade them."""
    here = reverse("learning:attempt", args=[page.key, found.step_key, found.pk])
    was_completed = found.enrolment.completed_at is not None
    try:
        if request.POST.get("action") == "submit":
            graded = submit_attempt(learner=learner_of(request), attempt_id=found.pk, answers=_answers(request))
            if graded.enrolment.completed_at and not was_completed:
                messages.success(request, _("With this you have finished the course."))
            return HttpResponseRedirect(here)
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
    messages.success(request, _("Your answers are kept. You can leave and come back."))
    return HttpResponseRedirect(here)


def _remembered_title(found: Attempt, language: str) -> str:
    """Return the title that the learner's outline remembers of an assessment whose page is gone."""
    step = found.enrolment.document.by_key.get(found.step_key)
    return step.title(language) if step else ""


def _show(request: HttpRequest, page: CourseRef, found: Attempt) -> HttpResponse:
    """Draw an open paper, or the result of one that was sent."""
    language = address_language(request)
    content = live_pages([found.step_key], language).get(found.step_key)
    context = {
        "course": page,
        "attempt": found,
        "title": content.title if content else _remembered_title(found, language),
        "step_url": reverse("learning:step", args=[page.key, found.step_key]),
        "breadcrumbs": [(_("My learning"), reverse("learning:index")), (page.title, reverse("learning:course", args=[page.key]))],
    }
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
