"""The private page of one step."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from foundation.errors import Refused
from learning.errors import AttemptsUsedUp, StepUnknown
from learning.services.course_state import CourseState, course_state
from learning.services.mark_done import mark_done
from learning.services.start_attempt import start_attempt
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
