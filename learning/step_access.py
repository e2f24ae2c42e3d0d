"""The access rule of steps: anyone reads those of an open course, only enrolled people those of a closed one."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from wagtail.models import Page

from accounts.second_factor import acts_as_staff
from core.access import ALLOWED, CLOSED, OPEN, Decision, Rule
from courses.models import StepPage
from learning.own_enrolment import takes_part

ENROLLED = "enrolled"


def rule_for_step(page: Page) -> Rule:
    """Return the rule of a step by its course; closed when it stands in none."""
    course = page.course() if isinstance(page, StepPage) else None
    if course is None:
        return CLOSED
    if course.is_open:
        return OPEN
    return Rule(ENROLLED, {"course_key": str(course.key)})


def decide_enrolled(args: dict[str, str], request: HttpRequest) -> Decision:
    """Let in people with an active enrolment, and staff; send others to the record page, which says how to join."""
    course_key = UUID(args["course_key"])
    reader = request.user
    if reader.is_authenticated and (takes_part(reader.pk, course_key) or acts_as_staff(request)):
        return ALLOWED
    return Decision(False, reverse("learning:course", args=[course_key]))
