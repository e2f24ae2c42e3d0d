"""The pages of a course: catalogue, course, module, lesson, assessment. Free to change; records are not tied to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.blocks import CharBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from core import blocks as core_blocks
from core.models import BasePage, Card, SearchDocument
from core.topics import Topic
from courses import blocks
from courses.outline import AssessmentRule, StepKind


def minutes_in_words(minutes: int) -> str:
    """Return a duration as people say it: "90 minutes", "2 hours"."""
    if minutes > 0 and minutes % 60 == 0:
        return ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


class CataloguePage(BasePage):
    """All courses, with filters."""

    template = "courses/catalogue_page.html"
    parent_page_types = ["core.HomePage"]
    subpage_types = ["courses.CoursePage"]

    def clean(self) -> None:
        # A promised address: /<lang>/courses/.
        self.slug = "courses"
        super().clean()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.catalogue import catalogue_context

        context = super().get_context(request, *args, **kwargs)
        context.update(catalogue_context(request.GET, self.locale.language_code))
        return context

    def known_query(self, query: QueryDict) -> dict[str, str]:
        from courses.catalogue import known_query

        return known_query(query, self.locale.language_code)


class CoursePage(BasePage):
    """A course in one language: what it is for, whom it is for, and what is in it."""

    class Access(models.TextChoices):
        """Who may read the lessons."""

        OPEN = "open", _("Anyone, without an account")
        ENROLLED = "enrolled", _("Only people who have enrolled")

    summary = models.CharField(_("summary"), max_length=300)
    topic = models.CharField(_("topic"), max_length=20, choices=Topic, default=Topic.FOUNDATIONS)
    access = models.CharField(_("who may read the lessons"), max_length=10, choices=Access, default=Access.OPEN)
    audience = RichTextField(_("whom it is for"), features=["bold", "italic", "ul", "link"], blank=True)
    aims = StreamField([("aim", CharBlock(max_length=300))], verbose_name=_("what you will be able to do"), blank=True)

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("summary"),
        FieldPanel("topic"),
        FieldPanel("access"),
        FieldPanel("audience"),
        FieldPanel("aims"),
    ]
    template = "courses/course_page.html"
    parent_page_types = ["courses.CataloguePage"]
    subpage_types = ["courses.ModulePage"]

    @property
    def description(self) -> str:
        return self.search_description or self.summary

    @property
    def key(self) -> UUID:
        """What records know this course by; shared by all its languages."""
        return UUID(str(self.translation_key))

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

    def search_document(self) -> SearchDocument:
        aims = " ".join(str(aim.value) for aim in self.aims)
        return SearchDocument(title=self.title, summary=self.summary, text=aims, kind="course", context=str(self.get_topic_display()))

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.presentation import course_context

        context = super().get_context(request, *args, **kwargs)
        context.update(course_context(self, get_language() or self.locale.language_code))
        return context


class CoursePart(BasePage):
    """A page inside a course. Knows its course by the tree, on this request only."""

    class Meta:
        abstract = True

    def course(self) -> CoursePage | None:
        """Return the course this page stands in; None while an editor has put it elsewhere."""
        if not hasattr(self, "_course"):
            self._course: CoursePage | None = CoursePage.objects.ancestor_of(self).order_by("-depth").select_related("locale").first()
        return self._course

    @classmethod
    def prepare(cls, pages: Sequence[Self]) -> None:
        courses = {course.path: course for course in CoursePage.objects.defer_streamfields().select_related("locale")}
        for page in pages:
            above = (page.path[:end] for end in range(len(page.path) - cls.steplen, 0, -cls.steplen))
            page._course = next((courses[path] for path in above if path in courses), None)


class ModulePage(CoursePart):
    """A module: a handful of steps under one heading."""

    summary = models.CharField(_("summary"), max_length=300, blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("summary")]
    template = "courses/module_page.html"
    parent_page_types = ["courses.CoursePage"]
    subpage_types = ["courses.LessonPage", "courses.AssessmentPage"]

    @property
    def description(self) -> str:
        return self.search_description or self.summary

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.presentation import module_context

        context = super().get_context(request, *args, **kwargs)
        context.update(module_context(self, get_language() or self.locale.language_code))
        return context


class StepPage(CoursePart):
    """A step of a course: what progress counts."""

    kind: ClassVar[StepKind]

    lead = models.CharField(_("lead"), max_length=300, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=10, validators=[MinValueValidator(1), MaxValueValidator(600)])
    required = models.BooleanField(_("required for the certificate"), default=True)

    parent_page_types = ["courses.ModulePage"]
    subpage_types: ClassVar[list[str]] = []
    step_panels = [FieldRowPanel([FieldPanel("minutes"), FieldPanel("required")])]

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
    def rule(self) -> AssessmentRule | None:
        """What is asked to pass, for a step that is graded."""
        return None

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.presentation import step_context

        context = super().get_context(request, *args, **kwargs)
        context.update(step_context(self, get_language() or self.locale.language_code))
        return context


class LessonPage(StepPage):
    """A lesson: text to read, with ungraded checks."""

    kind = StepKind.LESSON

    body = StreamField(blocks.LESSON_BLOCKS, verbose_name=_("body"), blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("lead"), *StepPage.step_panels, FieldPanel("body")]
    template = "courses/lesson_page.html"

    def search_document(self) -> SearchDocument:
        course = self.course()
        return SearchDocument(
            title=self.title,
            summary=self.lead,
            text=core_blocks.plain_text(self.body),
            kind="lesson",
            context=course.title if course else "",
        )


class AssessmentPage(StepPage):
    """A graded assessment. The page says what it is; the paper is drawn per person, in the record."""

    kind = StepKind.ASSESSMENT

    intro = RichTextField(_("introduction"), features=["bold", "italic", "ul", "link"], blank=True)
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark (%)"), default=65, validators=[MinValueValidator(1), MaxValueValidator(100)], help_text=_("This mark itself passes.")
    )
    honours_mark = models.PositiveSmallIntegerField(
        _("honours mark (%)"), default=90, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    attempts_allowed = models.PositiveSmallIntegerField(_("attempts allowed"), default=3, help_text=_("0: as many as the learner likes."))
    questions = StreamField([("question", blocks.QuestionBlock())], verbose_name=_("questions"), blank=True)

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("lead"),
        *StepPage.step_panels,
        FieldPanel("intro"),
        MultiFieldPanel([FieldRowPanel([FieldPanel("pass_mark"), FieldPanel("honours_mark"), FieldPanel("attempts_allowed")])], _("Rules")),
        FieldPanel("questions"),
    ]
    template = "courses/assessment_page.html"

    @property
    def rule(self) -> AssessmentRule:
        return AssessmentRule(self.pass_mark, self.honours_mark, self.attempts_allowed)

    def clean(self) -> None:
        super().clean()
        if self.honours_mark < self.pass_mark:
            raise ValidationError({"honours_mark": _("The honours mark cannot be below the pass mark.")})


STEP_PAGES: tuple[type[StepPage], ...] = (LessonPage, AssessmentPage)


def step_pages_by_key(keys: list[UUID], language: str) -> dict[UUID, Page]:
    """Return live step pages of a language by key, as plain pages, in one statement."""
    pages = Page.objects.live().filter(translation_key__in=keys, locale__language_code=language).select_related("locale")
    return {UUID(str(page.translation_key)): page for page in pages}
