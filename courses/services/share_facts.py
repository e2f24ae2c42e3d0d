"""Give a course, or a step of it, the same answer in all its languages to what decides for it as a whole.

Which fields these are says each page class (`shared_fields`). Whoever publishes one in any language publishes it in all: the rows
that readers are answered from, and what is written in drafts, so that a draft of yesterday does not bring the old answer back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from wagtail.models import Page, Revision

from core import search
from core.generation import content_changed
from courses.models import CoursePage
from courses.models.pages import page_classes_with_shared_fields


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that should say the same in all languages of a page and does not; `said` is what it says, by language."""

    page: Page
    field: str
    said: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.page.title}: {self.field} is " + ", ".join(f"{value!r} in {language}" for language, value in self.said.items())


@transaction.atomic
def share_facts(*, page: Page) -> list[Page]:
    """Bring the other languages of a published page to what it says. Returns those that said something else."""
    model = type(page)
    facts = {name: getattr(page, name) for name in getattr(model, "shared_fields", ())}
    if not facts:
        return []
    others = list(model.objects.filter(translation_key=page.translation_key).exclude(pk=page.pk))
    changed = [other for other in others if any(getattr(other, name) != facts[name] for name in facts)]
    _rewrite_drafts(page, [other.pk for other in others], facts)
    if changed:
        model.objects.filter(pk__in=[other.pk for other in changed]).update(**facts)
        content_changed()
    for other in changed:
        if isinstance(other, CoursePage) and other.access != page.access:
            search.index_tree(other)
    return changed


def _rewrite_drafts(page: Page, others: list[int], facts: dict[str, Any]) -> None:
    """Write the facts into what may still be published of the others: the newest version of each, and what is scheduled."""
    written = {name: str(value) if isinstance(value, str) else value for name, value in facts.items()}
    newest = Page.objects.filter(pk__in=others).values("latest_revision")
    drafts = Revision.objects.filter(base_content_type=page.get_base_content_type(), object_id__in=[str(pk) for pk in others])
    for draft in drafts.filter(Q(pk__in=newest) | Q(approved_go_live_at__isnull=False)):
        if any(draft.content.get(name) != value for name, value in written.items()):
            Revision.objects.filter(pk=draft.pk).update(content=draft.content | written)


def differences() -> Iterator[Difference]:
    """Find published pages whose languages say different things of what should be one fact. One statement a class of pages."""
    for model in page_classes_with_shared_fields():
        first: dict[Any, Page] = {}
        said: dict[tuple[Any, str], dict[str, Any]] = {}
        for page in model.objects.filter(live=True).annotate(code=F("locale__language_code")).order_by("pk"):
            first.setdefault(page.translation_key, page)
            for name in model.shared_fields:
                said.setdefault((page.translation_key, name), {})[page.code] = getattr(page, name)
        for (key, name), by_language in said.items():
            if len(set(by_language.values())) > 1:
                yield Difference(first[key], name, by_language)
