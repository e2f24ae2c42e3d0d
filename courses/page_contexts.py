"""What the pages of courses show beside themselves: entries for `core.page_context`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language

from core.page_context import BUILDERS, ContextBuilder
from courses import catalogue, presentation
from courses.step_types import STEP_TYPES


def register_builders() -> None:
    """Enter them. Called from `ready()`."""
    BUILDERS.register(
        ContextBuilder(
            name="courses.CataloguePage",
            build=lambda page, request: catalogue.catalogue_context(request.GET, page.locale.language_code),
            known_query=lambda page, query: catalogue.known_query(query, page.locale.language_code),
            query_names=("topic", "language", "hours", "page"),
        )
    )
    for name, build in (
        ("courses.CoursePage", presentation.course_context),
        ("courses.ModulePage", presentation.module_context),
        *((kind.page, presentation.step_context) for kind in STEP_TYPES),
    ):
        BUILDERS.register(ContextBuilder(name=name, build=_in_active_language(build)))


def _in_active_language(build: Callable[[Any, str], dict[str, Any]]) -> Callable[[Any, HttpRequest], dict[str, Any]]:
    """Return a builder that reads a page in the language that is active, else in its own."""
    return lambda page, request: build(page, get_language() or page.locale.language_code)
