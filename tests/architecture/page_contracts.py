"""What the template of each page class may count on: one Protocol a class, checked against real pages.

A Protocol lists the names that the template's context holds beyond the frame, with their types. A page that stops
giving one of them fails, and so does a template that asks for a name that is not in its page's Protocol.
"""

from __future__ import annotations

from typing import Any, Protocol

from django.core.paginator import Page as PageOfAList

from core.cards import Card
from core.choices import Choice
from core.context import LanguageLink, NavLink
from core.models import BasePage, HomePage, StandardPage
from core.sections import HomeSection
from courses.catalogue import CatalogueFilters
from courses.models import AssessmentPage, CataloguePage, CoursePage, LessonPage, ModulePage
from courses.presentation import ModuleLine, StepLine
from knowledge.listing import LibraryFilters
from knowledge.models import ChartDrawing, Contribution, Contributor, Edition, LibraryPage, PublicationPage, SeriesPage
from knowledge.outputs import Output
from knowledge.presentation import TextPart


class Frame(Protocol):
    """Every page: what the base template needs. Nothing of the reader."""

    nav: list[NavLink]
    footer_links: list[NavLink]
    language_links: list[LanguageLink]
    home_url: str
    language_code: str
    demo: bool


class PageFrame(Frame, Protocol):
    """Every page of the tree."""

    page: BasePage
    breadcrumbs: list[tuple[str, str]]


class HomeTemplate(PageFrame, Protocol):
    """The front of the site."""

    sections: list[HomeSection]


class StandardTemplate(PageFrame, Protocol):
    """A page of plain text: everything is on the page itself."""


class ListTemplate(PageFrame, Protocol):
    """A list in pages."""

    page_obj: PageOfAList[Any]
    cards: list[Card]


class CatalogueTemplate(ListTemplate, Protocol):
    """All courses, with filters and the numbers behind them."""

    filters: CatalogueFilters
    filter_query: str
    choices: dict[str, list[Choice]]
    found_count: int
    total_count: int


class LibraryTemplate(ListTemplate, Protocol):
    """The list of publications, with filters and the numbers behind them."""

    filters: LibraryFilters
    filter_query: str
    choices: dict[str, list[Choice]]
    found_count: int
    series: list[Card]


class SeriesTemplate(ListTemplate, Protocol):
    """The works of a series."""


class PublicationTemplate(PageFrame, Protocol):
    """One work: its text in parts, and what is known about it."""

    parts: list[TextPart]
    drawings: dict[str, ChartDrawing]
    contents: list[TextPart]
    credits: list[Contribution]
    authors: list[Contributor]
    topics: list[tuple[str, str]]
    countries: list[tuple[str, str]]
    series: SeriesPage | None
    edition: Edition | None
    suggested: str
    citations: list[tuple[str, str]]
    highwire: list[tuple[str, str]]
    json_ld: str
    related: list[Card]
    lessons: list[Card]
    pdf: Output
    pdf_url: str


class OutlineTemplate(PageFrame, Protocol):
    """Whatever draws the outline of a course."""

    course: CoursePage
    course_key: str
    course_url: str
    course_title: str
    record_url: str
    modules: list[ModuleLine]
    steps: list[StepLine]
    step_total: int
    minutes: int
    duration: str
    # Where the page stands in the outline; None on pages that are no step.
    step_number: int | None
    previous_step: StepLine | None
    next_step: StepLine | None


class CourseTemplate(OutlineTemplate, Protocol):
    """A course."""

    languages_available: list[dict[str, str]]
    assessments: list[StepLine]
    required_count: int
    # When the course can be taken, in words.
    run: str


class ModuleTemplate(OutlineTemplate, Protocol):
    """A module."""

    module: ModuleLine | None


class StepTemplate(OutlineTemplate, Protocol):
    """A step, and where one goes from it."""

    step_key: str
    step_record_url: str


class LessonTemplate(StepTemplate, Protocol):
    """A lesson."""


class AssessmentTemplate(StepTemplate, Protocol):
    """What an assessment is; its paper lives in the record, so no question is in the context."""


# What the base template takes when a view gives it, and does without when not: forms and private pages use them.
OPTIONAL = {"canonical_url", "description", "form"}

CONTRACTS: dict[type[BasePage], type] = {
    HomePage: HomeTemplate,
    StandardPage: StandardTemplate,
    CataloguePage: CatalogueTemplate,
    CoursePage: CourseTemplate,
    ModulePage: ModuleTemplate,
    LessonPage: LessonTemplate,
    AssessmentPage: AssessmentTemplate,
    LibraryPage: LibraryTemplate,
    SeriesPage: SeriesTemplate,
    PublicationPage: PublicationTemplate,
}
