"""Read the live pages of a course by its key, in SQL written by hand: every certificate and every private page needs them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from wagtail.models import Page

from core.shown import SHOWN
from foundation.statements import Statement

SELECT = (
    "SELECT {p}, l.language_code, c.topic, c.access FROM courses_coursepage c "
    "JOIN wagtailcore_page p ON p.id = c.page_ptr_id JOIN wagtailcore_locale l ON l.id = p.locale_id "
)
PAGES = Statement(f"{SELECT} WHERE p.translation_key = %s AND {SHOWN} ORDER BY p.id", p=Page)


@dataclass(frozen=True, slots=True)
class LivePage:
    """A course in one language: its page, and of the course what the record needs."""

    page: Page
    language: str
    topic: str
    access: str


def live_course_pages(course_key: UUID) -> list[LivePage]:
    """Return the live pages of a course in its languages, the oldest first: that is the source. One statement."""
    return [LivePage(*row) for row in PAGES.all(course_key, timezone.now())]
