"""The outline as pages show it: the newest structure, with the titles and addresses of one language."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from core import navigation
from core.shown import shown
from courses.models import CoursePage, CourseRun, ModulePage, Outline, StepPage, StepWaiver
from courses.models.pages import minutes_in_words, step_pages_by_key
from courses.outline import OutlineDocument, OutlineModule, OutlineStep
from foundation.civil_dates import civil_date

# A longer outline is drawn in parts: the module at hand with its steps, the others as a link to theirs.
MOST_DRAWN = 150


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step in a drawn outline. `language` is set when the text is not in the page's own language."""

    key: str
    slot: int
    title: str
    url: str
    minutes: int
    kind: str
    required: bool
    current: bool = False
    language: str = ""
    rule: Any = None


@dataclass(frozen=True, slots=True)
class ModuleLine:
    """One module in a drawn outline. `steps` is empty where only `step_total` is said: the module's page draws them."""

    key: str
    title: str
    url: str
    minutes: int
    step_total: int
    steps: list[StepLine]
    current: bool = False


class Drawing:
    """An outline in a language. Two queries for whatever is drawn, and of a long outline only a part is.

    `at_hand` names a step or a module: in a long outline its module is drawn, or the first when there is none. Waived
    steps are left out.
    """

    def __init__(
        self,
        document: OutlineDocument,
        language: str,
        *,
        waived: Collection[UUID] = (),
        at_hand: UUID | None = None,
        whole: bool = False,
    ) -> None:
        self.document, self.language, self.at_hand = document, language, at_hand
        left_out = set(waived)
        self._modules = [(module, [step for step in module.steps if step.key not in left_out]) for module in document.modules]
        self.steps = [step for _module, steps in self._modules for step in steps]
        self.minutes = sum(step.minutes for step in self.steps)
        self.position = next((number for number, step in enumerate(self.steps) if step.key == at_hand), None)
        self._drawn = self._part(whole)
        self._pages, self._others = self._read()

    def _part(self, whole: bool) -> set[UUID]:
        """The keys of the modules whose steps are drawn."""
        if whole or len(self.steps) <= MOST_DRAWN:
            return {module.key for module, _steps in self._modules}
        names = (module.key for module, steps in self._modules if self.at_hand in {module.key, *(step.key for step in steps)})
        first = next((module.key for module, steps in self._modules if steps), None)
        return {key for key in (next(names, first),) if key is not None}

    def neighbour(self, offset: int) -> OutlineStep | None:
        """Return the step so many places from the one at hand."""
        if self.position is None or not 0 <= self.position + offset < len(self.steps):
            return None
        return self.steps[self.position + offset]

    @property
    def assessments(self) -> list[OutlineStep]:
        """The graded steps, which a course page lists wherever they stand."""
        return [step for step in self.steps if step.kind.is_graded]

    def _read(self) -> tuple[dict[UUID, Page], dict[UUID, Page]]:
        """The live pages of what is drawn: in this language and, where that is missing, in another."""
        wanted = [step.key for module, steps in self._modules if module.key in self._drawn for step in steps]
        wanted += [step.key for step in (self.neighbour(-1), self.neighbour(1), *self.assessments) if step]
        wanted += [module.key for module, _steps in self._modules]
        pages = step_pages_by_key(wanted, self.language)
        others: dict[UUID, Page] = {}
        if missing := [key for key in wanted if key not in pages]:
            for page in shown(Page.objects.filter(translation_key__in=missing)).select_related("locale").order_by("pk"):
                others.setdefault(UUID(str(page.translation_key)), page)
        return pages, others

    def line(self, step: OutlineStep) -> StepLine:
        """Draw one step: of what is drawn, or a neighbour, an assessment, or one that was asked for."""
        page = self._pages.get(step.key) or self._others.get(step.key)
        return StepLine(
            key=str(step.key),
            slot=step.slot,
            title=page.title if page else step.title(self.language),
            url=(page.get_url() or "") if page else "",
            minutes=step.minutes,
            kind=step.kind.name,
            required=step.required,
            current=step.key == self.at_hand,
            language=page.locale.language_code if page and step.key not in self._pages else "",
            rule=step.rule,
        )

    def modules(self) -> list[ModuleLine]:
        """Draw every module, with its steps where they are part of what is drawn."""
        return [self._module(module, steps) for module, steps in self._modules]

    def _module(self, module: OutlineModule, steps: list[OutlineStep]) -> ModuleLine:
        page = self._pages.get(module.key) or self._others.get(module.key)
        return ModuleLine(
            key=str(module.key),
            title=page.title if page else module.title(self.language),
            url=(page.get_url() or "") if page else "",
            minutes=sum(step.minutes for step in steps),
            step_total=len(steps),
            steps=[self.line(step) for step in steps] if module.key in self._drawn else [],
            current=self.at_hand in {module.key, *(step.key for step in steps)},
        )


def _outline_context(course: CoursePage, language: str, at_hand: UUID | None = None) -> tuple[Drawing, dict[str, Any]]:
    outline = Outline.objects.newest_of([course.key]).get(course.key)
    document = outline.document if outline else OutlineDocument({}, ())
    drawing = Drawing(document, language, waived=StepWaiver.objects.steps_of(course.key) if outline else (), at_hand=at_hand)
    previous, following = drawing.neighbour(-1), drawing.neighbour(1)
    modules = drawing.modules()
    return drawing, {
        "course": course,
        "course_key": str(course.key),
        "course_url": course.get_url(),
        "record_url": navigation.address("my-course", course.key),
        "modules": modules,
        "steps": [step for module in modules for step in module.steps],
        "step_total": len(drawing.steps),
        "course_title": course.title,
        "minutes": drawing.minutes,
        "duration": minutes_in_words(drawing.minutes),
        "step_number": drawing.position + 1 if drawing.position is not None else None,
        "previous_step": drawing.line(previous) if previous else None,
        "next_step": drawing.line(following) if following else None,
    }


def run_in_words(run: CourseRun | None, now: datetime) -> str:
    """Say when a course can be taken: the page is rendered again at each of these moments (`CoursePage.next_moment`)."""
    if run is not None and run.opens_at and now < run.opens_at:
        return _("Opens on %(date)s") % {"date": formats.date_format(civil_date(run.opens_at), "DATE_FORMAT")}
    if run is None or run.closes_at is None:
        return _("Your own, with no closing date")
    date = formats.date_format(civil_date(run.closes_at), "DATE_FORMAT")
    return (_("Your own, until %(date)s") if now < run.closes_at else _("Closed on %(date)s")) % {"date": date}


def course_context(course: CoursePage, language: str) -> dict[str, Any]:
    """What the course page shows."""
    drawing, context = _outline_context(course, language)
    codes = shown(CoursePage.objects.filter(translation_key=course.translation_key)).values_list("locale__language_code", flat=True)
    available = set(codes)
    context["languages_available"] = [{"code": code, "label": label} for code, label in settings.LANGUAGES if code in available]
    context["assessments"] = [drawing.line(step) for step in drawing.assessments]
    context["run"] = run_in_words(CourseRun.objects.filter(course_key=course.key, slug=CourseRun.SELF_PACED).first(), timezone.now())
    context["required_count"] = sum(step.required for step in drawing.steps)
    return context


def module_context(module: ModulePage, language: str) -> dict[str, Any]:
    """What a module's page shows."""
    course = module.course()
    if course is None:
        return {"modules": [], "steps": []}
    _drawing, context = _outline_context(course, language, UUID(str(module.translation_key)))
    context["module"] = next((line for line in context["modules"] if line.key == str(module.translation_key)), None)
    return context


def step_context(step: StepPage, language: str) -> dict[str, Any]:
    """What a step's page shows around its own text."""
    course = step.course()
    if course is None:
        return {"modules": [], "steps": []}
    _drawing, context = _outline_context(course, language, step.key)
    context["step_key"] = str(step.key)
    context["step_record_url"] = navigation.address("my-step", course.key, step.key)
    return context
