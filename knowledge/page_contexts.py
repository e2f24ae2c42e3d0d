"""What the pages of the library show beside themselves: entries for `core.page_context`."""

from __future__ import annotations

from core.page_context import BUILDERS, ContextBuilder
from knowledge import listing, presentation


def register_builders() -> None:
    """Enter them. Called from `ready()`."""
    BUILDERS.register(
        ContextBuilder(
            name="knowledge.LibraryPage",
            build=lambda page, request: listing.library_context(request.GET, page.locale.language_code),
            known_query=lambda page, query: listing.known_query(query, page.locale.language_code),
            query_names=("type", "topic", "country", "language", "year", "page"),
        )
    )
    BUILDERS.register(
        ContextBuilder(
            name="knowledge.SeriesPage",
            build=lambda page, request: listing.series_context(page, request.GET),
            known_query=listing.known_series_query,
            query_names=("page",),
        )
    )
    BUILDERS.register(
        ContextBuilder(
            name="knowledge.PublicationPage",
            build=lambda page, request: presentation.publication_context(page, is_preview=getattr(request, "is_preview", False)),
        )
    )
