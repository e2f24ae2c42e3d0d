"""What the template of a page finds beside the page itself: a registry from page class to the function that reads it.

So a model says what a page is, and a module beside it what the page shows; the second knows the first, and not the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from wagtail.models import Page

from foundation.registry import Entry, Registry


def knows_no_query(page: Any, query: QueryDict) -> dict[str, str]:
    """Return that nothing of a query changes a page."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextBuilder(Entry):
    """How the pages of one class, named by its label ("courses.CoursePage"), are shown.

    `build` reads what the template needs. `known_query` says what of a query changes the page, as `BasePage.known_query` does, and
    `query_names` are the only parameters that it ever looks at.
    """

    build: Callable[[Any, HttpRequest], Mapping[str, Any]]
    known_query: Callable[[Any, QueryDict], dict[str, str]] = knows_no_query
    query_names: tuple[str, ...] = ()


BUILDERS = Registry(ContextBuilder)


def builder_of(page: Page) -> ContextBuilder | None:
    """Return the builder of a page's class; None where the page alone is enough."""
    return BUILDERS.get(type(page)._meta.label)
