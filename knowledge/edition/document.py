"""Make the JSON document that the PDF template prints from an edition, and the files beside it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.covers import TOPIC_COLOURS, cover_svg
from foundation.civil_dates import civil_date
from foundation.languages import text_for
from knowledge.edition import stored, typography
from knowledge.edition.body import SHORT, Body
from knowledge.edition.richtext import Node
from knowledge.edition.values import EditionValues
from knowledge.edition.words_v1 import LICENCES, ROLES, TOPICS, WORDS, written_date
from knowledge.kinds import KINDS

# Pixels of the drawing; its proportions are those of the band on the page (210 × 116 mm).
COVER_WIDTH, COVER_HEIGHT = 434, 240


@dataclass(frozen=True, slots=True)
class Document:
    """What template_v1.typ reads: its data, and images by file name."""

    data: dict[str, Any]
    files: dict[str, bytes]


def document_v1(values: EditionValues) -> Document:
    """Return the document of an edition in the template's first version."""
    body = Body(values)
    words, facts, language = text_for(values.language, WORDS), values.facts, values.language
    title = typography.plain_line(values.text("title")).strip()
    topic = values.text("topic") if values.text("topic") in TOPIC_COLOURS else "foundations"
    issued = values.published_at
    nodes = body.nodes()
    data = {
        "language": language,
        "issued": [issued.year, issued.month, issued.day, issued.hour, issued.minute, issued.second],
        "document_title": title,
        "authors": _authors(values),
        "description": typography.plain_line(values.text("abstract")),
        "keywords": [typography.plain_line(word) for word in (*_topics(values), *facts.get("countries", []))],
        "title": body.line(title),
        "short_title": body.line(_short(title)),
        "kicker": body.line(" · ".join((_kind(values), text_for(language, TOPICS)[topic])).strip(" ·")),
        "author_line": body.line(_listed(_authors(values))),
        "series": body.line(_series(values)),
        "date": body.line(written_date(values.published_on, language)),
        "language_name": body.line(words["language_name"]),
        "publisher": body.line(str(facts.get("publisher", ""))),
        "cover": cover_svg(topic, values.text("slug"), width=COVER_WIDTH, height=COVER_HEIGHT, standalone=True),
        "colour": TOPIC_COLOURS[topic],
        "version": body.line(words["version_short"].format(number=values.number, date=written_date(civil_date(issued), language))),
        "abstract": [{"t": "p", "c": body.line(values.text("abstract"))}] if values.text("abstract").strip() else [],
        "messages": [body.on_paper("key_messages", block) for block in stored.blocks(values.content, "key_messages")],
        "body": nodes,
        "numbers": body.numbers,
        "colophon": _colophon(values, body),
        "words": {name: body.line(words[name]) for name in ("abstract", "key_messages", "contents", "numbers", "numbers_intro", "about")},
        "see": {name: [body.line(part) for part in words[name].split("{page}")] for name in ("see_numbers", "see_chart")},
    }
    return Document(data, body.files)


def _kind(values: EditionValues) -> str:
    """Return what version 1 calls the kind of the work.

    Raises:
        UnknownContent: no kind has this name.
    """
    kind = KINDS.get(values.text("kind"))
    if kind is None:
        raise stored.UnknownContent(f"There is no kind of publication named {values.text('kind')!r}.")
    return text_for(values.language, kind.printed[1])


def _short(title: str) -> str:
    """Return a title for the head of the page: up to its colon, or cut after a word."""
    head = title.split(":")[0].strip() if ":" in title[: SHORT + 1] else title
    return head if len(head) <= SHORT else head[: SHORT + 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def _authors(values: EditionValues) -> list[str]:
    """Return the authors; a work without any is its publisher's."""
    found = [typography.plain_line(str(part["name"])) for part in values.facts.get("credits", []) if part["role"] == "author"]
    return found or [typography.plain_line(str(values.facts.get("publisher", "")))]


def _listed(names: list[str]) -> str:
    return ", ".join(names)


def _topics(values: EditionValues) -> list[str]:
    known = text_for(values.language, TOPICS)
    return [known[value] for value in values.facts.get("topics", [values.text("topic")]) if value in known]


def _series(values: EditionValues) -> str:
    series, number, words = str(values.facts.get("series") or ""), values.content.get("series_number"), text_for(values.language, WORDS)
    if not series:
        return ""
    return words["series_number"].format(title=series, number=number) if number else words["series"].format(title=series)


def _colophon(values: EditionValues, body: Body) -> list[Node]:
    """Return what is said of the edition, as pairs of a name and lines."""
    words, language, facts = text_for(values.language, WORDS), values.language, values.facts
    address = str(facts.get("address") or "")
    licence, licence_url = LICENCES.get(values.text("licence"), (words["reserved"], ""))
    day = written_date(civil_date(values.published_at), language)
    suggested = str(facts.get("suggested") or "")
    before, _address, after = suggested.partition(address) if address else (suggested, "", "")
    cite = [*body.line(before), *([_linked(address, body)] if address else []), *body.line(after)]
    pairs: list[tuple[str, list[Node]]] = [
        (words["cite"], cite if suggested else []),
        (words["online"], [_linked(address, body), {"t": "br"}, *body.line(words["online_note"])] if address else []),
        (words["version"], body.line(words["version_value"].format(number=values.number, date=day))),
        (words["licence"], [{"t": "a", "url": licence_url, "c": body.line(licence)}] if licence_url else body.line(licence)),
        *((text_for(language, ROLES)[role], body.line(_listed(names))) for role, names in _others(values).items()),
        (words["topics"], body.line(_listed(_topics(values)))),
        (words["countries"], body.line(_listed([str(name) for name in facts.get("countries", [])]))),
        (words["publisher"], body.line(str(facts.get("publisher", "")))),
    ]
    return [{"name": body.line(name), "c": lines} for name, lines in pairs if lines]


def _linked(address: str, body: Body) -> Node:
    return {"t": "a", "url": address, "c": [{"t": "s", "v": typography.set_text(address, body.language)}]}


def _others(values: EditionValues) -> dict[str, list[str]]:
    """Return who else had a part in it, by part."""
    found: dict[str, list[str]] = {}
    for part in values.facts.get("credits", []):
        if part["role"] in text_for(values.language, ROLES):
            found.setdefault(part["role"], []).append(str(part["name"]))
    return found
