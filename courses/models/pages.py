"""The pages of a course: catalogue, course, module, lesson, assessment. Editors change them freely: no record points at them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.blocks import CharBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from core import blocks as core_blocks
from core.cards import Card, SearchDocument
from core.models import BasePage
from core.shown import shown
from core.topics import Topic
from courses import blocks
from courses.copy_form import NoAliasCopyForm
from courses.models.structure import CourseRun
from courses.outline import AssessmentRule
from courses.panels import StructurePanel, TouchedPanel
from courses.shared_fields_form import SharedFieldsForm
from courses.step_types import ASSESSMENT, LESSON, STEP_TYPES, StepType, type_of_page


def minutes_in_words(minutes: int) -> str:
    """Return a duration as people say it: "90 minutes", "2 hours"."""
    if minutes > 0 and minutes % 60 == 0:
        return ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


class CataloguePage(BasePage):
    """All courses, with filters."""

    copy_form_class = NoAliasCopyForm
    template = "courses/catalogue_page.html"
    parent_page_types = ["core.HomePage"]
    subpage_types = ["courses.CoursePage"]

    class Meta:
        verbose_name = _("catalogue")
        verbose_name_plural = _("catalogues")

    def clean(self) -> None:
        # A promised address: /<lang>/courses/.
        self.slug = "courses"
        super().clean()


class CoursePage(BasePage):
    """A course in one language: what it is for, whom it is for, and what is in it."""

    base_form_class = SharedFieldsForm
    # What decides for the course as a whole, whatever language it is read in: published in one, it holds in all
    # (courses.services.share_facts). The rest is a text of each.
    shared_fields: ClassVar[tuple[str, ...]] = ("access", "topic")
    fields_of_a_language: ClassVar[tuple[str, ...]] = ("summary", "audience", "aims")

    class Access(models.TextChoices):
        """Who may read the lessons."""

        OPEN = "open", _("Anyone, without an account")
        ENROLLED = "enrolled", _("Only people who have enrolled")

    summary = models.CharField(_("summary"), max_length=300)
    topic = models.CharField(_("topic"), max_length=20, choices=Topic, default=Topic.FOUNDATIONS)
    access = models.CharField(_("who may read the lessons"), max_length=10, choices=Access, default=Access.OPEN)
    audience = RichTextField(_("whom it is for"), features=["bold", "italic", "ul", "link"], blank=True)
    aims = StreamField([("aim", CharBlock(label=_("aim"), max_length=300))], verbose_name=_("what you will be able to do"), blank=True)

    content_panels = [
        StructurePanel(heading=_("Structure and learners"), icon="list-ol"),
        *BasePage.content_panels,
        MultiFieldPanel(
            [
                FieldPanel("summary", help_text=_("One or two sentences, for the catalogue and for search results.")),
                FieldPanel("topic", help_text=_("The shelf in the catalogue, and the colour and cover of the course.")),
                FieldPanel("aims", help_text=_("One line each, beginning with a verb: “read a figure and say what it counts”.")),
            ],
            heading=_("What it is"),
            icon="info-circle",
        ),
        MultiFieldPanel(
            [FieldPanel("audience", help_text=_("Who should take it, and what they should know already."))],
            heading=_("Whom it is for"),
            icon="group",
        ),
        MultiFieldPanel(
            [
                FieldPanel(
                    "access",
                    help_text=_(
                        "An account is only needed for progress and the certificate. Closing a course that was open "
                        "shuts out everyone who reads it without an account. It holds in all languages of the course."
                    ),
                )
            ],
            heading=_("Access"),
            icon="lock-open",
        ),
    ]
    copy_form_class = NoAliasCopyForm
    template = "courses/course_page.html"
    parent_page_types = ["courses.CataloguePage"]
    subpage_types = ["courses.ModulePage"]

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    @property
    def description(self) -> str:
        return self.search_description or self.summary

    @property
    def key(self) -> UUID:
        """What records know this course by; shared by all its languages."""
        return UUID(str(self.translation_key))

    @property
    def is_open(self) -> bool:
        """Whether anyone may read the lessons: one answer for all languages, and the strictest of them should they ever differ."""
        if not hasattr(self, "is_gated"):
            self.is_gated = bool(CoursePage.objects.filter(pk=self.pk).values_list(gated(), flat=True).first())
        return not self.is_gated and self.access == CoursePage.Access.OPEN

    def card(self) -> Card:
        return Card(
            url=self.get_url() or "",
            title=self.title,
            summary=self.summary,
            topic=self.topic,
            topic_label=str(self.get_topic_display()),
            slug=self.slug,
            key=str(self.translation_key),
            language=self.locale.language_code,
        )

    def next_moment(self, now: datetime) -> datetime | None:
        """Also the next date of the run that anyone can join, which the page says."""
        run = CourseRun.objects.filter(course_key=self.key, slug=CourseRun.SELF_PACED).first()
        moments = (super().next_moment(now), run and run.opens_at, run and run.closes_at)
        return min((moment for moment in moments if moment and moment > now), default=None)

    def search_document(self) -> SearchDocument:
        aims = core_blocks.plain_text(self.aims)
        return SearchDocument(title=self.title, summary=self.summary, text=aims, kind="course", context=str(self.get_topic_display()))


def gated() -> Combinable:
    """Whether a course is for enrolled people in another language that readers see, for an annotation."""
    others = CoursePage.objects.filter(translation_key=OuterRef("translation_key"), access=CoursePage.Access.ENROLLED)
    return Exists(shown(others.exclude(pk=OuterRef("pk"))))


class CoursePart(BasePage):
    """A page inside a course. Knows its course by the tree, on this request only."""

    base_form_class = SharedFieldsForm
    copy_form_class = NoAliasCopyForm
    # As those of a course.
    shared_fields: ClassVar[tuple[str, ...]] = ()
    fields_of_a_language: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def course(self) -> CoursePage | None:
        """Return the course this page stands in; None while an editor has put it elsewhere."""
        if not hasattr(self, "_course"):
            self._course: CoursePage | None = (
                CoursePage.objects.ancestor_of(self).annotate(is_gated=gated()).order_by("-depth").select_related("locale").first()
            )
        return self._course

    @classmethod
    def prepare(cls, pages: Sequence[Self]) -> None:
        found = CoursePage.objects.defer_streamfields().annotate(is_gated=gated()).select_related("locale")
        courses = {course.path: course for course in found}
        for page in pages:
            above = (page.path[:end] for end in range(len(page.path) - cls.steplen, 0, -cls.steplen))
            page._course = next((courses[path] for path in above if path in courses), None)


class ModulePage(CoursePart):
    """A module: a handful of steps under one heading."""

    summary = models.CharField(_("summary"), max_length=300, blank=True)

    fields_of_a_language: ClassVar[tuple[str, ...]] = ("summary",)
    content_panels = [
        TouchedPanel(heading=_("Whom a change touches"), icon="group"),
        *BasePage.content_panels,
        FieldPanel("summary", help_text=_("One sentence: what the steps of this module have in common. It may stay empty.")),
    ]
    template = "courses/module_page.html"
    parent_page_types = ["courses.CoursePage"]
    subpage_types = [kind.page for kind in STEP_TYPES]

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")

    @property
    def description(self) -> str:
        return self.search_description or self.summary


class StepPage(CoursePart):
    """A step of a course: what progress counts."""

    lead = models.CharField(_("lead"), max_length=300, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=10, validators=[MinValueValidator(1), MaxValueValidator(600)])
    required = models.BooleanField(_("required for the certificate"), default=True)

    shared_fields: ClassVar[tuple[str, ...]] = ("minutes", "required")
    fields_of_a_language: ClassVar[tuple[str, ...]] = ("lead",)
    parent_page_types = ["courses.ModulePage"]
    subpage_types: ClassVar[list[str]] = []
    step_panels = [
        MultiFieldPanel(
            [
                FieldPanel("lead", help_text=_("One or two sentences: what the reader takes away.")),
                FieldRowPanel(
                    [
                        FieldPanel("minutes", help_text=_("How long a reader needs, 1 to 600. The course adds them up.")),
                        FieldPanel("required", help_text=_("Untick it for an extra that the certificate does not ask for.")),
                    ]
                ),
            ],
            heading=_("In the course"),
            icon="list-ol",
            help_text=_(
                "Minutes, and whether a step is required, are the same in all languages. They reach learners when the structure "
                "of the course is published."
            ),
        )
    ]

    class Meta:
        abstract = True

    @property
    def key(self) -> UUID:
        """What records know this step by; shared by all its languages."""
        return UUID(str(self.translation_key))

    @property
    def description(self) -> str:
        return self.search_description or self.lead

    @property
    def kind(self) -> StepType:
        """Its type of step."""
        return type_of_page(type(self)._meta.label)

    @property
    def rule(self) -> AssessmentRule | None:
        """What is asked to pass, for a step that is graded."""
        return None


class LessonPage(StepPage):
    """A lesson: text to read, with ungraded checks."""

    body = StreamField(blocks.LESSON_BLOCKS, verbose_name=_("body"), blank=True)

    fields_of_a_language: ClassVar[tuple[str, ...]] = (*StepPage.fields_of_a_language, "body")
    content_panels = [
        TouchedPanel(heading=_("Whom a change touches"), icon="group"),
        *BasePage.content_panels,
        *StepPage.step_panels,
        FieldPanel("body", heading=_("Text"), icon="pilcrow"),
    ]
    template = "courses/lesson_page.html"

    class Meta:
        verbose_name = LESSON.label
        verbose_name_plural = _("lessons")

    def search_document(self) -> SearchDocument:
        course = self.course()
        return SearchDocument(
            title=self.title,
            summary=self.lead,
            text=core_blocks.plain_text(self.body),
            kind="lesson",
            context=course.title if course else "",
        )


# The preview that shows the key: to those who may edit the page, and never under a public address.
PAPER_PREVIEW = "paper"


class AssessmentPage(StepPage):
    """A graded assessment. The page says what it is; the paper is drawn per person, in the record."""

    intro = RichTextField(_("introduction"), features=["bold", "italic", "ul", "link"], blank=True)
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark (%)"), default=65, validators=[MinValueValidator(1), MaxValueValidator(100)], help_text=_("This mark itself passes.")
    )
    honours_mark = models.PositiveSmallIntegerField(
        _("honours mark (%)"), default=90, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    attempts_allowed = models.PositiveSmallIntegerField(
        _("attempts allowed"), default=3, validators=[MaxValueValidator(50)], help_text=_("0: as many as the learner likes.")
    )
    # Not blank: a draft may be without questions, what is published may not (nobody could pass it).
    questions = StreamField(blocks.QUESTION_BLOCKS, verbose_name=_("questions"), max_num=blocks.MOST_QUESTIONS, collapsed=True)

    shared_fields: ClassVar[tuple[str, ...]] = (*StepPage.shared_fields, "pass_mark", "honours_mark", "attempts_allowed")
    fields_of_a_language: ClassVar[tuple[str, ...]] = (*StepPage.fields_of_a_language, "intro", "questions")

    content_panels = [
        TouchedPanel(heading=_("Whom a change touches"), icon="group"),
        *BasePage.content_panels,
        *StepPage.step_panels,
        FieldPanel("intro", help_text=_("Shown on the public page, before anybody starts. The questions are not.")),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("pass_mark"), FieldPanel("honours_mark"), FieldPanel("attempts_allowed")])],
            heading=_("Rules"),
            icon="cogs",
            help_text=_("The same in all languages. Learners keep the marks and attempts of the structure they enrolled with."),
        ),
        FieldPanel(
            "questions",
            icon="help",
            help_text=_(
                "Each learner gets all of them, in an order of their own. A paper that somebody has open does not change. "
                "The preview “Questions and answers” shows them with the key."
            ),
        ),
    ]
    preview_modes: ClassVar[list[tuple[str, Any]]] = [("", _("Public page")), (PAPER_PREVIEW, _("Questions and answers"))]
    template = "courses/assessment_page.html"

    class Meta:
        verbose_name = ASSESSMENT.label
        verbose_name_plural = _("assessments")

    @property
    def rule(self) -> AssessmentRule:
        return AssessmentRule(self.pass_mark, self.honours_mark, self.attempts_allowed)

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return "courses/assessment_paper.html" if mode_name == PAPER_PREVIEW else super().get_preview_template(request, mode_name)

    def clean(self) -> None:
        super().clean()
        if self.honours_mark < self.pass_mark:
            raise ValidationError({"honours_mark": _("The honours mark cannot be below the pass mark.")})


def page_classes_of_courses() -> list[type[CoursePage | CoursePart]]:
    """Return the page class of courses, and of each part of one."""
    return [CoursePage, ModulePage, *step_pages()]


def page_classes_with_shared_fields() -> list[type[Any]]:
    """Return those of them that say something for all languages."""
    return [model for model in page_classes_of_courses() if model.shared_fields]


def step_pages() -> list[type[StepPage]]:
    """Return the page class of each type of step."""
    return [apps.get_model(kind.page) for kind in STEP_TYPES]


def step_pages_by_key(keys: list[UUID], language: str) -> dict[UUID, Page]:
    """Return live pages of a language by key, with what a link needs of them, in one statement."""
    pages = shown(Page.objects.filter(translation_key__in=keys, locale__language_code=language)).select_related("locale")
    return {UUID(str(page.translation_key)): page for page in pages.only("title", "url_path", "translation_key", "locale__language_code")}
