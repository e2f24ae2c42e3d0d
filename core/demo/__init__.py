"""Demo content of the core: the site itself, and its plain pages."""

from __future__ import annotations

from pathlib import Path

from wagtail.models import Page

from core.models import HomePage, StandardPage
from core.plain_pages import SLUGS, ensure_plain_pages, homes_of, remove_untouched, site_key
from core.seeding import Report, demo_key, ensure_page, load, remove_pages, stream
from core.site import ensure_site
from foundation import languages

CONTENT = Path(__file__).parent / "content"


def seed(report: Report) -> None:
    """Make the site and its plain pages: the demo's own in each language that has them, else the short ones."""
    home = ensure_site()
    homes = homes_of(home)
    for slug in SLUGS:
        remove_untouched(slug)
        for language in languages.codes():
            path = CONTENT / language / f"{slug}.yaml"
            if path.exists():
                _seed_page(homes[language], slug, path, report)
    ensure_plain_pages(home)


def _seed_page(home: HomePage, slug: str, path: Path, report: Report) -> None:
    key = demo_key("page", slug)
    taken = Page.objects.child_of(home).filter(slug=slug).exclude(translation_key=key).first()
    if taken is not None:
        report(f"kept: {taken.title} (somebody has written this page)")
        return
    content = load(path)
    fields = {"title": content["title"], "lead": content["lead"], "body": stream(content["body"], "page", slug)}
    ensure_page(StandardPage, home, key, slug, fields, report)


def remove(report: Report) -> None:
    """Take the demo's plain pages out; the bare site stays, with the short ones."""
    for slug in SLUGS:
        for language in languages.codes():
            if (CONTENT / language / f"{slug}.yaml").exists():
                remove_pages([demo_key("page", slug)], language, report)
        _part_from_demo(slug)
    ensure_plain_pages(ensure_site())


def _part_from_demo(slug: str) -> None:
    """Make what stays at an address in other languages a family of the site's own, if the demo's pages are gone.

    Otherwise the short page that comes in their place would be taken for the demo's at the next seed.
    """
    family = StandardPage.objects.filter(translation_key=demo_key("page", slug))
    if not any((CONTENT / page.locale.language_code / f"{slug}.yaml").exists() for page in family.select_related("locale")):
        family.update(translation_key=site_key(slug))
