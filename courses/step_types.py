"""The types of step of a course, one entry each: which page an editor writes, and how the step is done. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.registry import Entry, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class StepType(Entry):
    """A type of step, by the name that stored outlines know it by. No form has a default.

    page: the label of the page class ("courses.LessonPage").
    label: what editors call it.
    is_self_reported: whether the browser may report it as done. What is graded is set by the server alone.
    is_graded: whether it has a rule to pass by (`StepPage.rule`), and questions.
    """

    page: str
    label: str | Promise
    is_self_reported: bool
    is_graded: bool


STEP_TYPES = Registry(StepType)

LESSON = STEP_TYPES.register(
    StepType(name="lesson", order=1, page="courses.LessonPage", label=_("lesson"), is_self_reported=True, is_graded=False)
)
ASSESSMENT = STEP_TYPES.register(
    StepType(name="assessment", order=2, page="courses.AssessmentPage", label=_("assessment"), is_self_reported=False, is_graded=True)
)


def type_of_page(label: str) -> StepType:
    """Return the type of a step by the label of its page class.

    Raises:
        LookupError: the class was not entered.
    """
    for each in STEP_TYPES:
        if each.page == label:
            return each
    raise LookupError(f"{label} is no type of step: enter it in courses.step_types.")
