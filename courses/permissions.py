"""Who may publish the structure of a course: a right of its own, on top of the right to publish the page."""

from __future__ import annotations

from typing import Any

from courses.models import CoursePage

PUBLISH_STRUCTURE = "courses.publish_structure"


def may_publish_structure(user: Any, course: CoursePage) -> bool:
    """Whether someone may give learners a new structure: the role's right, and the right to publish this very page."""
    return bool(user.has_perm(PUBLISH_STRUCTURE) and course.permissions_for_user(user).can_publish())
