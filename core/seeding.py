"""How demo content is put in and taken out again. Each app offers a `demo` module with `seed(report)` and `remove(report)`.

Demo pages are known by their translation key, derived from their path, so that a second run finds them, whatever
people did to them meanwhile, and never makes or changes them twice.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from django.apps import apps
from wagtail.models import Locale, Page

NAMESPACE = uuid.UUID("7b0a4f7e-7d0f-4d3a-9d0e-3f1f5f1c2a11")
# Lower floors first: a lesson may cite a publication.
ORDER = ("accounts", "core", "knowledge", "courses", "learning")

Report = Callable[[str], None]


def demo_modules() -> list[ModuleType]:
    """Return the demo modules of the installed apps, lower floors first."""
    labels = [label for label in ORDER if apps.is_installed(label)]
    return [import_module(f"{label}.demo") for label in labels if find_spec(f"{label}.demo")]


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


def ensure_page(page_class: type[Page], parent: Page, key: uuid.UUID, slug: str, fields: dict[str, Any], report: Report) -> Page:
    """Return the demo page of this key in the language of its parent; make and publish it if there is none.

    Args:
        fields: the values of a new page; an existing page is left as it is.
    """
    existing = page_class.objects.filter(translation_key=key, locale=parent.locale).first()
    if existing is not None:
        return existing
    source = page_class.objects.filter(translation_key=key).order_by("pk").first()
    if source is None:
        page = page_class(slug=slug, locale=parent.locale, translation_key=key, **fields)
        parent.add_child(instance=page)
    else:
        page = source.copy_for_translation(parent.locale)
        page.slug = slug
        for name, value in fields.items():
            setattr(page, name, value)
    page.full_clean()
    page.save_revision().publish()
    report(f"{parent.locale.language_code}  {page.title}")
    return page


def locale_of(code: str) -> Locale:
    """Return the locale of a language code."""
    return Locale.objects.get(language_code=code)


def remove_pages(keys: list[uuid.UUID], report: Report) -> None:
    """Delete demo pages, deepest first; keep those under which people have made pages of their own."""
    known = set(keys)
    for page in Page.objects.filter(translation_key__in=keys).order_by("-depth", "-path"):
        fresh = Page.objects.get(pk=page.pk)
        if any(child not in known for child in fresh.get_descendants().values_list("translation_key", flat=True)):
            report(f"kept: {fresh.title} (people have made pages below it)")
            continue
        fresh.specific.delete()
        report(f"removed: {fresh.title}")
