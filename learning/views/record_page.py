"""The page "my record of one course": drawn once for everyone who takes the course, and filled in for each (core.page_templates)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.anonymous_request import neutral_request
from core.generation import current
from core.page_templates import Kept, PageTemplate, mark
from courses.outline import OutlineDocument
from courses.presentation import MOST_DRAWN, Drawing, StepLine
from learning import panels
from learning.services.course_state import CourseState, live_pages
from learning.views.base import CourseRef, course_of, messages_drawn


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides which sentences the page has. `earned` is a word of each panel of the record, asked for who has finished."""

    is_completed: bool
    earned: tuple[tuple[str, str], ...]
    goes_on: bool
    was_moved: bool

    @classmethod
    def of(cls, state: CourseState) -> Shape:
        """Return the shape of one person's page."""
        earned = tuple((panel.name, panel.shape_of(state.enrolment)) for panel in panels.RECORD) if state.is_completed else ()
        return cls(state.is_completed, earned, state.following is not None, state.moved_on is not None)


@dataclass(frozen=True, slots=True)
class RecordSheet:
    """A drawn page: its form, each step's row as one of who has not done it and of who has, by slot, and its steps by key.

    `titles` are those that sentences use: of a step that has no page in the language, the one that the outline remembers.
    """

    form: PageTemplate
    rows: Mapping[int, tuple[SafeString, SafeString]]
    lines: Mapping[UUID, StepLine]
    titles: Mapping[UUID, str]


# In rows, of which one takes about half a kilobyte; the rest of a page is worth a hundred.
_sheets: Kept[RecordSheet] = Kept(most=20_000, weigh=lambda sheet: 100 + len(sheet.rows))


def record_page(request: HttpRequest, state: CourseState) -> HttpResponse:
    """Answer with one person's record of a course."""
    sheet = _sheet(request, state)
    state.titles = sheet.titles
    bits = state.enrolment.done_bits
    values: dict[str, str] = {f"step-{slot}": rows[bits >> slot & 1] for slot, rows in sheet.rows.items()}
    values |= _resume(sheet, state)
    values |= {
        "email": request.user.email,  # type: ignore[union-attr] # known to be signed in
        "token": get_token(request),
        "percent": str(state.percent),
        "done": str(state.done_count),
        # The length of a bar, which may not be nothing.
        "total": str(state.total_count or 1),
        "label": state.label,
        "explanation": state.explanation,
        "moved_on": formats.date_format(state.moved_on, "DATE_FORMAT") if state.moved_on else "",
        "messages": messages_drawn(request),
    }
    return HttpResponse(sheet.form.fill(values))


def _sheet(request: HttpRequest, state: CourseState) -> RecordSheet:
    """Return the page without the person, kept as long as nothing of what it is drawn from changes.

    A page with a query that says nothing to it is drawn for itself: links to other languages repeat the query, and made-up
    ones must not push out what is kept.
    """
    part, following = _part(request, state.document), state.following
    is_drawn = following is not None and following.key not in state.waived
    at_hand = part or (state.document.module_of[following.key] if following and is_drawn else None)
    in_parts = len(state.document.steps) > MOST_DRAWN
    shape, waived = Shape.of(state), frozenset(state.waived)

    def draw() -> RecordSheet:
        return _draw(request, state.enrolment.course_key, state.document, state.language, waived, at_hand, shape)

    if request.META.get("QUERY_STRING", "") != (f"module={part}" if part else ""):
        return draw()
    address = (request.scheme, request.get_host(), request.path, part)
    outline = (state.enrolment.outline_id, waived, at_hand if in_parts else None)
    return _sheets.get((current(), state.language, address, outline, shape), draw)


def _part(request: HttpRequest, document: OutlineDocument) -> UUID | None:
    """Return the module that the reader wants to see the steps of; None for one that the course does not have."""
    wanted = request.GET.get("module", "")
    return next((module.key for module in document.modules if str(module.key) == wanted), None) if wanted else None


def _draw(
    request: HttpRequest,
    course_key: UUID,
    document: OutlineDocument,
    language: str,
    waived: frozenset[UUID],
    at_hand: UUID | None,
    shape: Shape,
) -> RecordSheet:
    drawing = Drawing(document, language, waived=waived, at_hand=at_hand)
    course = course_of(course_key, language) or CourseRef(course_key, document.title(language))
    modules = drawing.modules()
    lines: dict[UUID, StepLine] = {}
    for module in modules:
        lines |= {UUID(line.key): line for line in module.steps}
    here = reverse("learning:course", args=[course_key])
    context = {
        "course": course,
        "user": {"is_authenticated": True, "email": mark("email")},
        "csrf_token": mark("token"),
        "messages_drawn": mark("messages"),
        **{name: mark(name) for name in ("percent", "done", "total", "label", "explanation")},
        "moved_on": mark("moved_on") if shape.was_moved else "",
        "is_completed": shape.is_completed,
        "finish_labels": [panels.RECORD[name].label_of(word) for name, word in shape.earned],
        "resume": {"url": mark("resume-url"), "title": mark("resume-title")} if course.is_live and shape.goes_on else None,
        "modules": [
            {
                "title": module.title,
                # A module that is not drawn here is one page away: this one, with that module at hand.
                "url": f"{here}?module={module.key}#outline",
                "step_total": module.step_total,
                "steps": [{"row": mark(f"step-{step.slot}")} for step in module.steps],
            }
            for module in modules
        ],
        "breadcrumbs": [(_("My learning"), reverse("learning:index"))],
    }
    page = render_to_string("learning/course.html", context, neutral_request(request, request.GET.copy()))
    titles = {key: document.by_key[key].title(language) if line.language else line.title for key, line in lines.items()}
    return RecordSheet(PageTemplate(page.strip()), _rows(course_key, lines.values()), lines, titles)


def _rows(course_key: UUID, lines: Iterable[StepLine]) -> Mapping[int, tuple[SafeString, SafeString]]:
    """Draw each step as one of who has not done it, and as one of who has."""
    template = get_template("components/outline_step.html")

    def row(line: StepLine, *, done: bool) -> SafeString:
        step = {
            "title": line.title,
            "url": reverse("learning:step", args=[course_key, line.key]),
            "minutes": line.minutes,
            "kind": line.kind,
            "key": line.key,
            # Drawn as it is: no script has anything to paint here.
            "slot": None,
            "current": False,
            "done": done,
        }
        return SafeString(template.render({"step": step}).strip())

    return {line.slot: (row(line, done=False), row(line, done=True)) for line in lines}


def _resume(sheet: RecordSheet, state: CourseState) -> dict[str, str]:
    """Return where to go on, and what it is called: the step's page, or where that is gone, its page of the record."""
    step = state.following
    if step is None:
        return {"resume-url": "", "resume-title": ""}
    line = sheet.lines.get(step.key)
    # In a module that is not drawn, because the reader wanted to see another: one query.
    page = None if line else live_pages([step.key], state.language).get(step.key)
    url = line.url if line else page and page.get_url()
    title = line.title if line else page.title if page else step.title(state.language)
    return {"resume-url": url or reverse("learning:step", args=[state.enrolment.course_key, step.key]), "resume-title": title}
