"""Panels of the editor beside the fields of a course: its structure, whom an edit affects, and works that stay hidden."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from wagtail.admin.panels import Panel


class RecordPanel(Panel):
    """A panel without fields, for pages that are in the tree already. Its BoundPanel says what is in it."""

    class BoundPanel(Panel.BoundPanel):
        """Shown once the page exists; a new page touches nobody."""

        def is_shown(self) -> bool:
            return bool(self.instance.pk)


class StructurePanel(RecordPanel):
    """On a course: the version that learners have, what waits, who is taking it, and languages that differ."""

    class BoundPanel(RecordPanel.BoundPanel):
        """See above."""

        template_name = "courses/admin/structure_panel.html"

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | structure_context(self.instance, self.request.user)


class TouchedPanel(RecordPanel):
    """On a module or a step: how many people take its course, and how many have done it."""

    class BoundPanel(RecordPanel.BoundPanel):
        """See above."""

        template_name = "courses/admin/touched_panel.html"

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            from courses.wording import touched_by

            context: dict[str, Any] = super().get_context_data(parent_context)
            course = self.instance.course()
            return context | {"course": course, "sentences": touched_by(self.instance), "hidden_works": hidden_works(self.instance)}


def structure_context(course: Any, user: Any) -> dict[str, Any]:
    """Return what is drawn about the structure of a course, on its edit page and above the list of its modules."""
    from courses.permissions import may_publish_structure
    from courses.tree import drifts, states_of
    from courses.wording import state_in_words, touched_by

    state = states_of([course])[course.key]
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
    from courses.blocks import EvidenceBlock

    found = []
    for block in getattr(page, "body", ()):
        work = block.value["work"] if isinstance(block.block, EvidenceBlock) else None
        if work is not None and block.block.edition_of(work, page.locale.language_code) is None:
            found.append(str(work.title))
    return found
