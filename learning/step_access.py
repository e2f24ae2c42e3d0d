"""The access rule of steps: anyone reads those of an open course, only enrolled people those of a closed one."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from wagtail.models import Page

from accounts.models import User
from core.access import ALLOWED, CLOSED, OPEN, Decision, Rule
from courses.models import CoursePage, StepPage
from learning.own_enrolment import takes_part

ENROLLED = "enrolled"


def rule_for_step(page: Page) -> Rule:
    """Return the rule of a step by its course; closed when it stands in none."""
    course = page.course() if isinstance(page, StepPage) else None
    if course is None or not course.live:
        return CLOSED
    if course.access == CoursePage.Access.OPEN:
        return OPEN
    return Rule(ENROLLED, {"course_key": str(course.key)})


def decide_enrolled(args: dict[str, str], reader: User | AnonymousUser) -> Decision:
    """Let in people with an active enrolment, and staff; send others to the record page, which says how to join."""
    course_key = UUID(args["course_key"])
    if reader.is_authenticated:
        if reader.is_superuser or takes_part(reader.pk, course_key):
            return ALLOWED
        if reader.has_perm("wagtailadmin.access_admin"):
            return ALLOWED
    return Decision(False, reverse("learning:course", args=[course_key]))
