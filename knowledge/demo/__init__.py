"""Demo content of the library: the editorial team's notes and briefs, and the series of the five fields."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from core.seeding import Report, demo_key, ensure_page, load, remove_pages, stream
from foundation import languages
from knowledge.data import DataTable
from knowledge.demo.drafts import remove_drafts, seed_drafts
from knowledge.licences import Licence
from knowledge.models import Contribution, Contributor, LibraryPage, PublicationCountry, PublicationPage, PublicationTopic, SeriesPage

CONTENT = Path(__file__).parent / "content"
SERIES = "five-fields"
TEAM = "puente-editorial-team"


def written_languages() -> list[str]:
    """The languages that the demo's works are written in, their source first."""
    return [code for code in languages.codes() if (CONTENT / code).is_dir()]


def slugs() -> list[str]:
    """The publications there are files for."""
    return sorted(path.stem for path in (CONTENT / written_languages()[0]).glob("*.yaml"))


def work_key(slug: str) -> Any:
    """The key of a demo work, for those who cite it."""
    return demo_key("work", slug)


def seed(report: Report) -> None:
    """Publish each work in each language that it is written in."""
    team, _made = Contributor.objects.get_or_create(
        slug=TEAM, defaults={"name": "Puente editorial team", "kind": Contributor.Kind.ORGANISATION}
    )
    series = {language: _seed_series(language, report) for language in written_languages()}
    for slug in slugs():
        for language in written_languages():
            content = load(CONTENT / language / f"{slug}.yaml")
            library = LibraryPage.objects.get(locale__language_code=language)
            ensure_page(PublicationPage, library, work_key(slug), slug, _fields(slug, content, team, series[language]), report)
    seed_drafts(team, report)


def _seed_series(language: str, report: Report) -> SeriesPage:
    content = load(CONTENT / "series" / f"{SERIES}.{language}.yaml")
    library = LibraryPage.objects.get(locale__language_code=language)
    fields = {"title": content["title"], "summary": content["summary"], "about": content["about"]}
    return cast(SeriesPage, ensure_page(SeriesPage, library, demo_key("series", SERIES), SERIES, fields, report))


def _fields(slug: str, content: dict[str, Any], team: Contributor, series: SeriesPage) -> dict[str, Any]:
    return {
        "title": content["title"],
        "kind": content["kind"],
        "topic": content["topic"],
        "published_on": content["published"],
        "licence": content.get("licence", Licence.CC_BY_IGO),
        "abstract": content["abstract"],
        "series": series if content.get("series") == SERIES else None,
        "series_number": content.get("number"),
        "contributions": [Contribution(contributor=team)],
        "more_topics": [PublicationTopic(topic=topic) for topic in content.get("more_topics", [])],
        "countries": [PublicationCountry(country=code) for code in content.get("countries", [])],
        "key_messages": json.dumps([{"type": "message", "value": text} for text in content["key_messages"]]),
        "body": stream([_block(block) for block in content["body"]], "work", slug),
    }


def _block(block: dict[str, Any]) -> dict[str, Any]:
    """Return a block as the library stores it: rows are kept as they would be pasted."""
    value = block["value"]
    if block["type"] == "table":
        table = DataTable(tuple(value["columns"]), tuple(tuple(row) for row in value["rows"]))
        kept = {name: value[name] for name in value if name not in {"columns", "rows"}}
        return {"type": "table", "value": {**kept, "data": table.as_text()}}
    if block["type"] == "chart":
        header = (value["axis"], *value["series"])
        table = DataTable(header, tuple((row["label"], *row["values"]) for row in value["rows"]))
        kept = {name: value[name] for name in value if name not in {"axis", "series", "rows"}}
        return {"type": "chart", "value": {**kept, "data": table.as_text()}}
    return block


def remove(report: Report) -> None:
    """Take the drafts out, then the works, the series, and the team if nothing of it is left."""
    remove_drafts(report)
    for slug in slugs():
        for language in written_languages():
            remove_pages([work_key(slug)], language, report)
    for language in written_languages():
        remove_pages([demo_key("series", SERIES)], language, report)
    Contributor.objects.filter(slug=TEAM, contributions__isnull=True).delete()
