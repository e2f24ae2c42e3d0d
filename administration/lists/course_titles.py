"""Course titles in the administrator's language, outlines and waivers, for many rows of a list at once."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.utils.translation import get_language
from wagtail.models import Page

from courses.models import CoursePage, Outline, StepWaiver
from courses.outline import OutlineDocument
from learning import policies


def reading_language() -> str:
    """Return the language in which the administrator reads, among those of the site."""
    wanted = get_language() or settings.LANGUAGE_CODE
    known = dict(settings.LANGUAGES)
    return next((code for code in (wanted, wanted.partition("-")[0]) if code in known), settings.LANGUAGE_CODE)


def titles_of_pages(keys: Iterable[UUID], language: str) -> dict[UUID, str]:
    """Return the titles of pages by key, in a language or in another that they have. One query; what is gone is missing."""
    found: dict[UUID, str] = {}
    pages = Page.objects.filter(translation_key__in=set(keys)).order_by("-live", "pk")
    for key, title, code in pages.values_list("translation_key", "title", "locale__language_code"):
        if key not in found or code == language:
            found[key] = title
    return found


def course_choices() -> list[tuple[str, str]]:
    """Return every course that has ever had learners to take, by title: also those whose pages are gone. Two queries."""
    language = reading_language()
    titles: dict[UUID, str] = {}
    for key, title, code in CoursePage.objects.order_by("-live", "pk").values_list("translation_key", "title", "locale__language_code"):
        if key not in titles or code == language:
            titles[key] = title
    gone = Outline.objects.exclude(course_key__in=list(titles)).order_by("course_key", "-version").values_list("course_key", flat=True)
    for key, outline in Outline.objects.newest_of(sorted(set(gone))).items():
        titles[key] = outline.document.title(language)
    return sorted(((str(key), title) for key, title in titles.items()), key=lambda choice: choice[1].casefold())


class Outlines:
    """Outlines by number, each read and weighed once, for as many rows as are asked for."""

    def __init__(self) -> None:
        self.documents: dict[UUID, OutlineDocument] = {}
        self.needed: dict[UUID, int] = {}
        self.titles: dict[UUID, str] = {}
        self._asked: set[UUID] = set()

    def load(self, outline_ids: Iterable[UUID], course_keys: Iterable[UUID], language: str) -> None:
        """Read what is not known yet: outlines, titles and waivers, three queries at most."""
        if keys := set(course_keys) - self._asked:
            self.titles |= titles_of_pages(keys, language)
            self._asked |= keys
        missing = set(outline_ids) - self.documents.keys()
        if not missing:
            return
        outlines = Outline.objects.in_bulk(missing)
        waived: dict[UUID, set[UUID]] = {}
        of_courses = {outline.course_key for outline in outlines.values()}
        for course_key, step_key in StepWaiver.objects.in_force().filter(course_key__in=of_courses).values_list("course_key", "step_key"):
            waived.setdefault(course_key, set()).add(step_key)
        for pk, outline in outlines.items():
            self.documents[pk] = outline.document
            self.needed[pk] = policies.required_mask(outline.document, waived.get(outline.course_key, set()))

    def title(self, course_key: UUID, outline_id: UUID, language: str) -> str:
        """The title of a course: of its page, or as the outline remembers it."""
        return self.titles.get(course_key) or self.documents[outline_id].title(language)
