"""What the record does when a structure was published, or steps were waived."""

from __future__ import annotations

from typing import Any

from courses.events import outline_published, step_waived
from learning.tasks import complete_covered, move_to_outline


def connect() -> None:
    """Connect the receivers of this app. Called from `ready()`."""
    outline_published.connect(_outline_published, dispatch_uid="learning-outline-published")
    step_waived.connect(_step_waived, dispatch_uid="learning-step-waived")


def _outline_published(sender: object, outline: Any, everyone: bool, **kwargs: Any) -> None:
    if everyone:
        move_to_outline.enqueue(str(outline.pk))


def _step_waived(sender: object, course_key: Any, **kwargs: Any) -> None:
    complete_covered.enqueue(str(course_key))
