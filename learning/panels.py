"""What other floors show on the pages of the record: "my learning", "my record" of a course, and its finish."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.models import User
from foundation.registry import Entry, Registry
from learning.models import Enrolment
from learning.services.course_state import CourseState


@dataclass(frozen=True, slots=True)
class Part:
    """What a panel puts into a page: a template, and what it finds there under the name `panel`.

    `distinction` are words beside the grade ("with honours"); `is_refused` says that a form in it was filled in wrongly.
    """

    template: str
    context: Mapping[str, Any]
    distinction: str = ""
    is_refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MyLearningPanel(Entry):
    """A part of "my learning", between the courses that are finished and those that were left; None where there is nothing."""

    part: Callable[[User, str], Part | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPanel(Entry):
    """What the record of a finished course offers to go on with.

    `shape_of` says in one word how things stand with an enrolment; `label_of` is what the button then says. Two functions, since the
    page is drawn once for all for whom the words are the same.
    """

    shape_of: Callable[[Enrolment], str]
    label_of: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishPanel(Entry):
    """A part of the page of a finished course. It may answer a posted form itself, with a whole response."""

    answer: Callable[[HttpRequest, CourseState], Part | HttpResponse]


MY_LEARNING = Registry(MyLearningPanel)
RECORD = Registry(RecordPanel)
FINISH = Registry(FinishPanel)
