"""Add demo content and remove it again. Each app offers a `demo` module with `seed(report)` and `remove(report)`.

Demo pages are known by their translation key, derived from their path, so that a second run finds them, whatever
people did to them meanwhile, and never makes or changes them twice. Taken out are only those that are as they were made.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from django.apps import apps
from django.conf import settings
from django.db import transaction
from wagtail.models import Page, PageLogEntry

NAMESPACE = uuid.UUID("7b0a4f7e-7d0f-4d3a-9d0e-3f1f5f1c2a11")

# What Wagtail writes into the log of a page that is made and published by `ensure_page`.
SEED_ACTIONS = {"wagtail.create", "wagtail.copy_for_translation", "wagtail.rename", "wagtail.publish"}

Report = Callable[[str], None]


def demo_modules() -> list[ModuleType]:
    """Return the demo modules of the installed apps, lower floors first: a lesson may cite a publication."""
    # The settings name the floors from the roof down, packages last.
    ours = [config.name for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR]
    return [import_module(f"{name}.demo") for name in reversed(ours) if find_spec(f"{name}.demo")]


def demo_key(*parts: str) -> uuid.UUID:
    """Return the key of a demo page or block, always the same for the same parts."""
    return uuid.uuid5(NAMESPACE, "/".join(parts))


def load(path: Path) -> dict[str, Any]:
    """Read one content file."""
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def stream(blocks: list[dict[str, Any]], *parts: str) -> str:
    """Return StreamField data for blocks read from a content file, with identities that never change."""
    return json.dumps([{**block, "id": str(demo_key(*parts, str(i)))} for i, block in enumerate(blocks)])


def ensure_page(
    page_class: type[Page], parent: Page, key: uuid.UUID, slug: str, fields: dict[str, Any], report: Report, *, publish: bool = True
) -> Page:
    """Return the demo page of this key in the language of its parent; make and publish it if there is none.

    Args:
        fields: the values of a new page; an existing page is left as it is.
        publish: False leaves a new page a draft, for the caller to publish when what belongs below it is there.
    """
    existing = page_class.objects.filter(translation_key=key, locale=parent.locale).first()
    if existing is not None:
        return existing
    source = page_class.objects.filter(translation_key=key).order_by("pk").first()
    if source is None:
        page = page_class(slug=slug, locale=parent.locale, translation_key=key, live=False, **fields)
        parent.add_child(instance=page)
    else:
        page = source.copy_for_translation(parent.locale)
        page.slug = slug
        for name, value in fields.items():
            setattr(page, name, value)
    page.full_clean()
    revision = page.save_revision()
    if publish:
        revision.publish()
    report(f"{parent.locale.language_code}  {page.title}")
    return page


def remove_pages(keys: Iterable[uuid.UUID], language: str, report: Report) -> None:
    """Delete demo pages that belong together (a course and its lessons) in a language in which they were seeded.

    All or none: when people changed one of them, or made a page below them, all stay and the report names which. Half a
    course is of no use to those who changed it, and its missing steps would be waived for all who learn in it.
    """
    with transaction.atomic():
        pages = list(Page.objects.filter(translation_key__in=list(keys), locale__language_code=language).order_by("depth", "path"))
        theirs = _made_by_people(pages)
        for page in theirs:
            report(f"kept: {language}  {page.title} (changed or made by people, with what belongs to it)")
        if theirs:
            return
        for page in pages:
            # Those below go with the one above: one by one, steps would look lost while their course is still there.
            if fresh := Page.objects.filter(pk=page.pk).first():
                fresh.specific.delete()
            report(f"removed: {language}  {page.title}")


def _made_by_people(pages: list[Page]) -> list[Page]:
    """Return those of some demo pages, and the pages below them, that are not what the seed left."""
    known = {page.pk for page in pages}
    below = {other.pk: other for page in pages for other in page.get_descendants() if other.pk not in known}
    return [page for page in pages if not _is_as_seeded(page)] + list(below.values())


def _is_as_seeded(page: Page) -> bool:
    """Whether a page is as the seed left it: published once, by nobody, and nothing has happened to it since.

    An editor's work always leaves a revision or an entry in the page's log, which outlives the editor's account.
    """
    entries = PageLogEntry.objects.filter(page=page.pk)
    actions = list(entries.values_list("action", flat=True))
    is_only_the_seeds = set(actions) <= SEED_ACTIONS and len(set(actions)) == len(actions) and "wagtail.publish" in actions
    # A page that was made as a copy for another language has the revision of the copy, too.
    return (
        is_only_the_seeds
        and page.revisions.count() == 1 + ("wagtail.copy_for_translation" in actions)
        and not page.revisions.filter(user__isnull=False).exists()
        and not entries.filter(user_id__isnull=False).exists()
    )
