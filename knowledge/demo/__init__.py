"""Demo content of the library: notes by the editorial team."""

from __future__ import annotations

import json
from pathlib import Path

from core.seeding import Report, demo_key, ensure_page, load, remove_pages, stream
from knowledge.models import LibraryPage, PublicationPage

CONTENT = Path(__file__).parent / "content"
LANGUAGES = ("es", "en")


def slugs() -> list[str]:
    """The publications there are files for."""
    return sorted(path.stem for path in (CONTENT / "es").glob("*.yaml"))


def seed(report: Report) -> None:
    """Publish each note in Spanish and English."""
    for slug in slugs():
        for language in LANGUAGES:
            content = load(CONTENT / language / f"{slug}.yaml")
            library = LibraryPage.objects.get(locale__language_code=language)
            fields = {
                "title": content["title"],
                "kind": content["kind"],
                "topic": content["topic"],
                "published_on": content["published"],
                "abstract": content["abstract"],
                "authors": json.dumps([{"type": "author", "value": name} for name in content["authors"]]),
                "key_messages": json.dumps([{"type": "message", "value": text} for text in content["key_messages"]]),
                "body": stream(content["body"], "work", slug),
            }
            ensure_page(PublicationPage, library, demo_key("work", slug), slug, fields, report)


def remove(report: Report) -> None:
    """Take the notes out."""
    for slug in slugs():
        for language in LANGUAGES:
            remove_pages([demo_key("work", slug)], language, report)
