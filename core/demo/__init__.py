"""Demo content of the core: the site itself, and its plain pages."""

from __future__ import annotations

from pathlib import Path

from core.models import HomePage, StandardPage
from core.seeding import Report, demo_key, ensure_page, load, remove_pages, stream
from core.site import ensure_site

CONTENT = Path(__file__).parent / "content"
SLUGS = ("about", "help", "privacy", "accessibility")


def seed(report: Report) -> None:
    """Make the site and its plain pages, in each language that has them."""
    home = ensure_site()
    homes = {
        page.locale.language_code: page for page in HomePage.objects.filter(translation_key=home.translation_key).select_related("locale")
    }
    for slug in SLUGS:
        for language in ("es", "en", "pt", "fr"):
            path = CONTENT / language / f"{slug}.yaml"
            if path.exists():
                content = load(path)
                fields = {"title": content["title"], "lead": content["lead"], "body": stream(content["body"], "page", slug)}
                ensure_page(StandardPage, homes[language], demo_key("page", slug), slug, fields, report)


def remove(report: Report) -> None:
    """Take the plain pages out; the bare site stays."""
    remove_pages([demo_key("page", slug) for slug in SLUGS], report)
