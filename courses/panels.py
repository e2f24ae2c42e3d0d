"""Panels of the editor beside the fields of a course: its structure, whom an edit affects, and works that stay hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wagtail.admin.panels import Panel

from foundation.registry import Entry, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelContext(Entry):
    """What is drawn in a panel of one name, read from the page and for the person who edits it."""

    build: Callable[[Any, Any], dict[str, Any]]


# What panels show is read by modules that know the pages, and pages name their panels: hence by name.
CONTEXTS = Registry(PanelContext)


class SavedPagePanel(Panel):
    """A panel without fields, for pages that are in the tree already. Its BoundPanel says what is in it."""

    class BoundPanel(Panel.BoundPanel):
        """Shown once the page exists; a new page touches nobody."""

        def is_shown(self) -> bool:
            return bool(self.instance.pk)


class StructurePanel(SavedPagePanel):
    """On a course: the version that learners have, what waits, who is taking it, and languages that differ."""

    class BoundPanel(SavedPagePanel.BoundPanel):
        """See above."""

        template_name = "courses/admin/structure_panel.html"

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | CONTEXTS["structure"].build(self.instance, self.request.user)


class TouchedPanel(SavedPagePanel):
    """On a module or a step: how many people take its course, and how many have done it."""

    class BoundPanel(SavedPagePanel.BoundPanel):
        """See above."""

        template_name = "courses/admin/touched_panel.html"

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | CONTEXTS["touched"].build(self.instance, self.request.user)
