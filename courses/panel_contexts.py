"""What the panels beside an author's fields say: entries for `courses.panels`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from courses.blocks import EvidenceBlock
from courses.impact_text import state_in_words, touched_by
from courses.panels import CONTEXTS, PanelContext
from courses.permissions import may_publish_structure
from courses.tree import drifts, structure_states


def register_contexts() -> None:
    """Enter them. Called from `ready()`."""
    CONTEXTS.register(PanelContext(name="structure", build=structure_context))
    CONTEXTS.register(PanelContext(name="touched", build=touched_context))


def touched_context(page: Any, user: Any) -> dict[str, Any]:
    """Return what is drawn about a module or a step: its course, whom an edit touches, and works that readers do not see."""
    return {"course": page.course(), "sentences": touched_by(page), "hidden_works": hidden_works(page)}


def structure_context(course: Any, user: Any) -> dict[str, Any]:
    """Return what is drawn about the structure of a course, on its edit page and above the list of its modules."""
    state = structure_states([course])[course.key]
    return {
        "state": state,
        "state_words": state_in_words(state),
        "sentences": touched_by(course),
        "drifted": [dict(settings.LANGUAGES).get(drift.language, drift.language) for drift in drifts(state.source)],
        "structure_url": reverse("course_structure", args=[course.pk]),
        "may_publish": may_publish_structure(user, state.source),
    }


def hidden_works(page: Any) -> list[str]:
    """Return the titles of works that a lesson cites and that readers do not see now: unpublished, or not open to all."""
    found = []
    for block in getattr(page, "body", ()):
        work = block.value["work"] if isinstance(block.block, EvidenceBlock) else None
        if work is not None and block.block.edition_of(work, page.locale.language_code) is None:
            found.append(str(work.title))
    return found
