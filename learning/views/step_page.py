"""The private page of one step: drawn once for everyone who takes the course, and filled in for each (core.page_templates)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.context_processors import csrf
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.anonymous_request import neutral_request
from core.generation import current
from core.page_templates import Kept, PageTemplate, mark
from courses.outline import OutlineDocument, OutlineStep
from foundation.statements import Statement
from learning.models import Attempt
from learning.services.course_state import CourseState, live_pages, result_from
from learning.services.known_steps import known_steps
from learning.views.base import CourseRef, address_language, course_of, messages_drawn

# How many of the steps that follow are looked up first, to find one whose page is live.
LOOKED_AT = 20
ATTEMPTS = Statement("SELECT {a} FROM learning_attempt a WHERE a.enrolment_id = %s AND a.step_key = %s ORDER BY a.number", a=Attempt)


@dataclass(frozen=True, slots=True)
class StepSheet:
    """A drawn page, and of its step what a drawing of somebody's attempts needs: the address, where there is one."""

    form: PageTemplate
    content_url: str


@dataclass(frozen=True, slots=True)
class Following:
    """Where one goes from a step."""

    title: str
    url: str


# A page is some five kilobytes: some ten megabytes in all.
_sheets: Kept[StepSheet] = Kept(most=2000)


def step_page(request: HttpRequest, state: CourseState, step_key: UUID) -> HttpResponse:
    """Answer with one person's page of a step.

    Raises:
        Http404: no outline of the course has it.
    """
    step = known_steps(enrolment=state.enrolment, keys={step_key}).get(step_key)
    if step is None:
        raise Http404
    attempts = [row[0] for row in ATTEMPTS.all(state.enrolment.pk, step_key)] if step.kind.is_graded else []
    sheet = _sheet(request, state, step, attempts)
    values = {
        "email": request.user.email,  # type: ignore[union-attr] # known to be signed in
        "messages": messages_drawn(request),
        # Asking for it sends the cookie that goes with it: only where there is a form.
        "token": get_token(request) if sheet.form.has("token") else "",
        "attempts": _attempts(request, state, step, attempts, sheet.content_url) if attempts else "",
    }
    return HttpResponse(sheet.form.fill(values))


def _sheet(request: HttpRequest, state: CourseState, step: OutlineStep, attempts: list[Attempt]) -> StepSheet:
    """Return the page without the person, kept as long as nothing of what it is drawn from changes.

    One with a query is drawn for itself: links to other languages repeat it, and made-up ones must not push out what is kept.
    """
    document, waived, is_done = state.document, frozenset(state.waived), _is_done(state, step)

    def draw() -> StepSheet:
        return _draw(request, state.enrolment.course_key, document, step, waived, is_done=is_done, was_tried=bool(attempts))

    if request.META.get("QUERY_STRING", ""):
        return draw()
    address = (request.scheme, request.get_host(), request.path)
    return _sheets.get((current(), state.language, address, state.enrolment.outline_id, waived, is_done, bool(attempts)), draw)


def _is_done(state: CourseState, step: OutlineStep) -> bool:
    if step.key in state.document.by_key:
        return bool(state.enrolment.done_bits >> step.slot & 1)
    return step.key in state.done_keys


def _draw(
    request: HttpRequest,
    course_key: UUID,
    document: OutlineDocument,
    step: OutlineStep,
    waived: frozenset[UUID],
    *,
    is_done: bool,
    was_tried: bool,
) -> StepSheet:
    language = address_language(request)
    course = course_of(course_key, language) or CourseRef(course_key, document.title(language))
    content = live_pages([step.key], language).get(step.key)
    content_url = (content.get_url() or "") if content else ""
    context = {
        "course": course,
        "user": {"is_authenticated": True, "email": mark("email")},
        "csrf_token": mark("token"),
        "messages_drawn": mark("messages"),
        "title": content.title if content else step.title(language),
        "content_url": content_url,
        "is_assessment": step.kind.is_graded,
        "is_done": is_done,
        # Who has not tried an assessment is told what everyone is; attempts are one person's.
        "attempts_drawn": mark("attempts") if was_tried else "",
        "result": result_from(step.rule, []) if step.rule else None,
        "next": following(document, waived, step.key, language),
        "breadcrumbs": [(_("My learning"), reverse("learning:index")), (course.title, reverse("learning:course", args=[course_key]))],
    }
    page = render_to_string("learning/step.html", context, neutral_request(request, request.GET.copy()))
    return StepSheet(PageTemplate(page.strip()), content_url)


def _attempts(request: HttpRequest, state: CourseState, step: OutlineStep, attempts: list[Attempt], content_url: str) -> SafeString:
    """Draw where somebody stands with an assessment that they have tried."""
    context = {
        "course": {"key": state.enrolment.course_key},
        "content_url": content_url,
        "result": result_from(step.rule, attempts) if step.rule else None,
        "open_attempt": next((attempt for attempt in attempts if attempt.submitted_at is None), None),
        "attempts": [attempt for attempt in attempts if attempt.submitted_at],
        **csrf(request),
    }
    return SafeString(render_to_string("learning/assessment_start.html", context))


def following(document: OutlineDocument, waived: frozenset[UUID] | set[UUID], step_key: UUID, language: str) -> Following | None:
    """Return the step after this one that can be opened. One query, or two where many in a row are gone."""
    steps = document.steps
    start = document.positions[step_key] + 1 if step_key in document.positions else len(steps)
    # Nearly always it is one of the next few; only a course with a long gap asks for all the rest.
    for part in (steps[start : start + LOOKED_AT], steps[start + LOOKED_AT :]):
        wanted = [step.key for step in part if step.key not in waived]
        pages = live_pages(wanted, language) if wanted else {}
        if found := next((pages[key] for key in wanted if key in pages), None):
            return Following(found.title, found.get_url() or "")
    return None
