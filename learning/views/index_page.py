"""The page "my learning": its frame and each course's row drawn once for everyone, and filled in for each (core.page_templates).

What other floors show there is not drawn here: `parts` are their panels, drawn, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page

from core.anonymous_request import neutral_request
from core.generation import current
from core.page_templates import Kept, PageTemplate, mark
from courses.models import CoursePage
from learning.services.course_state import CourseState, live_pages
from learning.services.course_summary import course_summary, courses_of
from learning.views.base import messages_drawn

CURRENT, FINISHED, WITHDRAWN = "current", "finished", "withdrawn"
SECTIONS = (CURRENT, FINISHED, WITHDRAWN)

# Drawn frames: as many as there are languages and sets of sections; and rows, of about a kilobyte.
_frames: Kept[PageTemplate] = Kept(most=200)
_rows: Kept[PageTemplate] = Kept(most=5000)


def index_page(request: HttpRequest, states: Sequence[CourseState], language: str, parts: SafeString) -> HttpResponse:
    """Answer with what one person takes, finished and left, and with the panels of other floors."""
    sections: dict[str, list[CourseState]] = {name: [] for name in SECTIONS}
    for state in states:
        sections[WITHDRAWN if state.is_withdrawn else FINISHED if state.is_completed else CURRENT].append(state)
    generation = current()
    draw = _drawing(states, language)
    values: dict[str, str] = {
        name: mark_safe("\n".join(_row(request, generation, language, name, state, draw) for state in found))  # noqa: S308 - filled forms
        for name, found in sections.items()
    }
    values |= {"email": request.user.email, "messages": messages_drawn(request), "parts": parts}  # type: ignore[union-attr] # signed in
    frame = _frame(request, generation, language, frozenset(name for name in (*SECTIONS, "parts") if values[name]))
    return HttpResponse(frame.fill(values))


def _frame(request: HttpRequest, generation: int, language: str, there: frozenset[str]) -> PageTemplate:
    """Return the page without the person; one with a query is drawn for itself, since links to other languages repeat it."""

    def draw() -> PageTemplate:
        context: dict[str, object] = {name: mark(name) if name in there else "" for name in (*SECTIONS, "parts")}
        context |= {"user": {"is_authenticated": True, "email": mark("email")}, "messages_drawn": mark("messages")}
        return PageTemplate(render_to_string("learning/index.html", context, neutral_request(request, request.GET.copy())).strip())

    if request.META.get("QUERY_STRING", ""):
        return draw()
    return _frames.get((generation, language, request.scheme, request.get_host(), request.path, there), draw)


def _row(request: HttpRequest, generation: int, language: str, section: str, state: CourseState, draw: Callable[..., PageTemplate]) -> str:
    """Return the row of one course, as it is for this person."""
    # Only who is on the way is told where to go on.
    following = state.following if section == CURRENT else None
    key = (generation, language, request.get_host(), request.scheme, section)
    course = (state.enrolment.course_key, state.enrolment.outline_id, following.key if following else None)
    form = _rows.get((*key, *course), lambda: draw(section, state))
    # The length of a bar may not be nothing.
    return form.fill({"done": str(state.done_count), "total": str(state.total_count or 1), "label": state.label})


def _drawing(states: Sequence[CourseState], language: str) -> Callable[[str, CourseState], PageTemplate]:
    """Return what draws a row. The first that has to be drawn reads what all of them need: two queries, however many there are."""

    @cache
    def pages() -> tuple[Mapping[UUID, CoursePage], Mapping[UUID | None, Page]]:
        following = [state.following for state in states if not (state.is_withdrawn or state.is_completed)]
        steps = live_pages([step.key for step in following if step], language)
        return courses_of([state.enrolment.course_key for state in states], language), steps

    def draw(section: str, state: CourseState) -> PageTemplate:
        courses, steps = pages()
        step = state.following
        summary = course_summary(
            state=state, course=courses.get(state.enrolment.course_key), step=steps.get(step.key) if step else None, language=language
        )
        context = {"summary": summary, "section": section, **{name: mark(name) for name in ("done", "total", "label")}}
        return PageTemplate(render_to_string("learning/index_row.html", context).strip())

    return draw
