"""The pages "My learning" and "my record of one course"."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from courses.services.publish_structure import newest_outline
from learning import panels
from learning.errors import EnrolmentClosed
from learning.forms import EnrolForm
from learning.services.course_state import CourseState, course_state, course_states, live_pages
from learning.services.enrol import enrol
from learning.services.withdraw import withdraw
from learning.views.base import CourseRef, address_language, course_ref, learner_of, private, refused, sign_in_address, to_sign_in
from learning.views.index_page import index_page
from learning.views.record_page import record_page


@require_safe
@private
def index(request: HttpRequest) -> HttpResponse:
    """What I take, where I resume, what I earned."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    language = address_language(request)
    learner = learner_of(request)
    return index_page(request, course_states(learner, language), language, _panels(learner, language))


def _panels(learner: User, language: str) -> SafeString:
    """Draw what other floors show on "my learning"; nothing where there is nothing."""
    parts = [part for panel in panels.MY_LEARNING if (part := panel.part(learner, language))]
    return SafeString("\n".join(render_to_string(part.template, {"panel": part.context}).strip() for part in parts))


@require_http_methods(["GET", "HEAD", "POST"])
@private
def course(request: HttpRequest, course_key: UUID) -> HttpResponse:
    """My record of a course, or the way to join it."""
    language = address_language(request)
    if not request.user.is_authenticated:
        page = course_ref(request, course_key, language)
        if request.method == "POST":
            return to_sign_in(request)
        return render(request, "learning/join.html", _join_context(request, page))
    if request.method == "POST":
        return _act(request, course_ref(request, course_key, language))
    state = course_state(learner=learner_of(request), course_key=course_key, language=language)
    if state is None or state.is_withdrawn:
        form = EnrolForm(initial={"printed_name": request.user.printed_name})
        return render(request, "learning/join.html", _join_context(request, course_ref(request, course_key, language), form, state))
    return record_page(request, state)


def _join_context(request: HttpRequest, page: CourseRef, form: EnrolForm | None = None, state: CourseState | None = None) -> dict[str, Any]:
    outline = newest_outline(page.key)
    return {
        "course": page,
        "form": form,
        "was_enrolled": state is not None,
        "is_open": outline is not None,
        "minutes": outline.document.minutes if outline else 0,
        "sign_in_url": sign_in_address(request),
        "sign_up_url": sign_in_address(request, "account_signup"),
        "breadcrumbs": [(_("My learning"), reverse("learning:index"))],
    }


def _act(request: HttpRequest, page: CourseRef) -> HttpResponse:
    """Enrol or withdraw, or only show how a name will look."""
    here = reverse("learning:course", args=[page.key])
    if request.POST.get("action") == "withdraw":
        withdraw(learner=learner_of(request), course_key=page.key)
        messages.success(request, _("You have left this course. What you did is kept: enrol again to go on where you were."))
        return HttpResponseRedirect(reverse("learning:index"))
    form = EnrolForm(request.POST)
    if not form.is_valid() or request.POST.get("action") == "preview":
        state = course_state(learner=learner_of(request), course_key=page.key, language=address_language(request))
        return render(request, "learning/join.html", _join_context(request, page, form, state), status=422 if form.errors else 200)
    try:
        enrol(
            learner=learner_of(request),
            course_key=page.key,
            language=address_language(request),
            printed_name=form.cleaned_data["printed_name"] or None,
        )
    except EnrolmentClosed:
        return refused(
            request,
            _("Enrolment is closed"),
            _("This course does not take new learners now. Nothing was changed."),
            page.url or reverse("learning:index"),
        )
    messages.success(request, _("You are enrolled. From now on your progress is kept."))
    return HttpResponseRedirect(here)


@require_safe
@private
def resume(request: HttpRequest, course_key: UUID) -> HttpResponse:
    """Lead to the step to go on with; to the record where there is none."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    language = address_language(request)
    state = course_state(learner=learner_of(request), course_key=course_key, language=language)
    step = state.following if state and not state.is_withdrawn else None
    page = live_pages([step.key], language).get(step.key) if step else None
    return HttpResponseRedirect((page and page.get_url()) or reverse("learning:course", args=[course_key]))


@require_http_methods(["GET", "HEAD", "POST"])
@private
def finish(request: HttpRequest, course_key: UUID) -> HttpResponse:
    """The moment of having finished, with what other floors have to say of it: the certificate, say."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    language = address_language(request)
    page = course_ref(request, course_key, language)
    state = course_state(learner=learner_of(request), course_key=course_key, language=language)
    if state is None or not state.is_completed:
        return HttpResponseRedirect(reverse("learning:course", args=[course_key]))
    parts = []
    for panel in panels.FINISH:
        answer = panel.answer(request, state)
        if isinstance(answer, HttpResponse):
            return answer
        parts.append(answer)
    context = {
        "course": page,
        "state": state,
        "parts": parts,
        "distinctions": [part.distinction for part in parts if part.distinction],
        "breadcrumbs": [(_("My learning"), reverse("learning:index"))],
    }
    return render(request, "learning/finish.html", context, status=422 if any(part.is_refused for part in parts) else 200)
