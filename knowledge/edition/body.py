"""Make nodes for the PDF template from the blocks of an edition. Pure.

A node is a dictionary with its type under "t". Whatever is seen on paper is a run {"t": "s", "v": text}; nothing else is printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from foundation.languages import entry_for, text_for
from foundation.registry import Entry, Registry
from knowledge import charts, data, notes
from knowledge.edition import richtext, stored, typography
from knowledge.edition.richtext import Node, Reader
from knowledge.edition.stored import StoredBlock, word
from knowledge.edition.values import EditionValues
from knowledge.edition.words_v1 import WORDS, written_month

SOURCE = re.compile(r"^#source-(\d{1,3})$")
CITED = re.compile(r"\[(\d{1,3})\]")
# What a cell of a column of numbers may hold: a number with its signs, and a mark for "none" or a note.
NUMERIC = re.compile(r"^[≈~<>±+−-]?\s?[$€]?\s?\d[\d\s.,\u00a0\u202f]*\s?%?(?:\s?\[\d+\])*$|^[–—-]$|^$")
TONES = ("idea", "caution", "example")
SHORT = 56
# Lines of a table that is kept together, and letters in a line of it, all columns together.
MOST_LINES_WHOLE, LETTERS_ACROSS = 8, 92


def _lines(row: Sequence[str], widths: Sequence[float]) -> int:
    """Return about how many lines a row takes."""
    return max(ceil(len(cell) * sum(widths) / (width * LETTERS_ACROSS)) for cell, width in zip(row, widths, strict=True)) or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FormOnPaper(Entry):
    """How the blocks of one type are set. `name` is that of a field and a type, as content stores them: "body.chart".

    `nodes` makes nodes for the template; where it is None, `why_not` gives the reason. A type that pages have no more keeps its entry:
    editions have it still.
    """

    nodes: Callable[[Body, StoredBlock], list[Node]] | None
    why_not: str


ON_PAPER = Registry(FormOnPaper)


class Body:
    """Reads the blocks of one edition. Asked once."""

    def __init__(self, values: EditionValues) -> None:
        self.values = values
        self.language = values.language
        self.words = text_for(values.language, WORDS)
        self.blocks = stored.blocks(values.content, "body")
        self.notes: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.numbers: list[Node] = []
        self._sources = sum(len(stored.items(block.value)) for block in self.blocks if block.type == "sources")
        self._placed_sources = 0
        self._headings = 0
        for block in self.blocks:
            if block.type == "footnotes":
                for note in stored.items(block.value):
                    self.notes.setdefault(word(note, "mark"), word(note, "text"))
        self._unmarked = dict(self.notes)

    def nodes(self) -> list[Node]:
        """Return the blocks of the text in their order; notes go to the foot of the page on which they are marked."""
        made = [node for block in self.blocks for node in self.on_paper("body", block)]
        if self._unmarked:
            # Notes that no mark points to are not lost. Editors are told when they save (knowledge.notes.problems).
            items = [self.paragraphs(html) for html in self._unmarked.values()]
            made += [self.heading(self.words["notes"]), {"t": "list", "ordered": True, "c": [item for item in items if item]}]
        return made

    def on_paper(self, field: str, block: StoredBlock) -> list[Node]:
        """Return a block as its type is set; nothing for one of which there is a reason not to set it here.

        Raises:
            UnknownContent: nobody has said how blocks of this type are set. Printed without it, the edition would say something else.
        """
        form = ON_PAPER.get(f"{field}.{block.type}")
        if form is None:
            raise stored.UnknownContent(f"A block of type {block.type!r} in {field!r} has no form on paper.")
        return form.nodes(self, block) if form.nodes else []

    # Words

    def run(self, text: str, before: str = "") -> list[Node]:
        """Return a run of text, with a footnote where it is marked."""
        nodes: list[Node] = []
        for place, part in enumerate(notes.MARK.split(text)):
            if place % 2 == 0:
                shown = typography.set_text(part, self.language, before)
                nodes += [{"t": "s", "v": shown}] if shown else []
                before = shown[-1:] or before
            elif part in self._unmarked:
                html = self._unmarked.pop(part)
                nodes.append({"t": "note", "mark": [self._bare(part)], "c": self.paragraphs(html)})
            else:
                nodes.append(self._bare(f"[^{part}]"))
        return nodes

    def _bare(self, text: str) -> Node:
        return {"t": "s", "v": typography.plain_line(text)}

    def line(self, text: str) -> list[Node]:
        """Return a field of plain text as one line; [3] becomes a link to the third reference."""
        nodes: list[Node] = []
        for place, part in enumerate(CITED.split(text)):
            if place % 2 == 0:
                nodes += self.run(part, richtext.last_character(nodes))
            else:
                found = self._citation(int(part), [self._bare(f"[{part}]")])
                nodes = [*richtext.closed_up(nodes), *found] if found[0]["t"] == "ref" else [*nodes, *found]
        return nodes

    def _citation(self, number: int, words: list[Node]) -> list[Node]:
        return [{"t": "ref", "label": f"source-{number}", "c": words}] if 0 < number <= self._sources else words

    def _link(self, element: richtext.Element, words: list[Node]) -> list[Node]:
        """Return a link: to a reference, to an address, or only its words when it leads nowhere."""
        attributes = element.attributes
        address = attributes.get("href", "")
        if attributes.get("linktype"):
            address = str(self.values.facts.get("links", {}).get(f"{attributes['linktype']}:{attributes.get('id', '')}", ""))
        if found := SOURCE.match(address):
            return self._citation(int(found[1]), words)
        safe = richtext.safe_address(address, str(self.values.facts.get("site", "")))
        return [{"t": "a", "url": safe, "c": words}] if safe and richtext.has_words(words) else words

    def paragraphs(self, html: str) -> list[Node]:
        """Return rich text as blocks."""
        return self._reader().blocks(html)

    def _reader(self) -> Reader:
        return Reader(self.run, self._link)

    # Blocks

    def heading(self, text: str) -> Node:
        """Return a heading between parts."""
        self._headings += 1
        # The short form stands at the head of the page, without notes.
        bare = typography.plain_line(notes.MARK.sub("", text)).strip()
        short = bare if len(bare) <= SHORT else bare[: SHORT + 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
        short_nodes = [{"t": "s", "v": typography.set_text(short, self.language)}]
        return {"t": "heading", "level": 1, "c": self.run(text.strip()), "short": short_nodes, "label": f"part-{self._headings}"}

    def callout(self, block: StoredBlock) -> list[Node]:
        """Return an idea, caution or example."""
        tone = word(block.value, "tone") if word(block.value, "tone") in TONES else "idea"
        inner = self.paragraphs(word(block.value, "text"))
        return [{"t": "callout", "tone": [self._bare(self.words[tone])], "title": self.line(word(block.value, "title")), "c": inner}]

    def box(self, block: StoredBlock) -> list[Node]:
        """Return what stands beside the argument."""
        return [{"t": "box", "title": self.line(word(block.value, "title")), "c": self.paragraphs(word(block.value, "text"))}]

    def quotation(self, block: StoredBlock) -> list[Node]:
        """Return words of somebody else, in the quotation marks of the language."""
        opening, closing = entry_for(self.language).quotation_marks
        text = re.sub(r'^[\s"«“]+|[\s"»”]+$', "", word(block.value, "text"))
        lines: list[Node] = [{"t": "s", "v": opening}]
        for place, line in enumerate(text.splitlines()):
            lines += [{"t": "br"}, *self.line(line)] if place else self.line(line)
        return [{"t": "quotation", "c": [*lines, {"t": "s", "v": closing}], "by": self.line(word(block.value, "attribution"))}]

    def source_line(self, value: Any, credit: str = "") -> list[Node]:
        """Return where a figure comes from: note, source, date, and who made the picture."""
        nodes = self.line(word(value, "note"))
        source, as_of, address = word(value, "source"), word(value, "as_of"), word(value, "source_url")
        if source:
            words = self.line(source)
            safe = richtext.safe_address(address, "")
            nodes += self.line((" " if nodes else "") + self.words["source"] + " ")
            nodes += [{"t": "a", "url": safe, "c": words}] if safe else words
        if as_of:
            nodes += self.line((", " if source else "") + as_of)
        if credit:
            nodes += self.line((" · " if nodes else "") + self.words["image"].format(name=credit))
        if not nodes:
            return []
        return nodes if re.search(r"[.!?…]$", richtext.last_character(nodes) or ".") else [*nodes, {"t": "s", "v": "."}]

    def _rows(self, table: data.DataTable, *, is_chart: bool) -> Node:
        """Return the cells of a table, which columns hold numbers, and how wide each wants to be."""
        kept = [
            tuple(charts.written_number(cell, self.language) if is_chart and place else cell for place, cell in enumerate(row))
            for row in table.rows
        ]
        columns = list(zip(*kept, strict=True))
        wide = []
        for name, cells in zip(table.header, columns, strict=True):
            words = [len(part) for text in (name, *cells) for part in text.split()] or [1]
            mean = sum(len(cell) for cell in cells) / len(cells)
            wide.append(round(max(4.0, min(max(words), 18), min(60.0, max(mean, len(name) / 3))), 1))
        return {
            "header": [self.line(name) for name in table.header],
            "rows": [[self.line(cell) for cell in row] for row in kept],
            "numeric": [place > 0 and all(NUMERIC.match(cell) for cell in cells) for place, cells in enumerate(columns)],
            "widths": wide,
            # Small enough to be kept together: a larger one would leave a hole before it.
            "whole": sum(_lines(row, wide) for row in kept) <= MOST_LINES_WHOLE,
        }

    def table(self, block: StoredBlock) -> list[Node]:
        """Return a table; nothing for rows that cannot be read."""
        try:
            table = data.parse(word(block.value, "data"))
        except data.DataMalformed:
            return []
        title, source = self.line(word(block.value, "title")), self.source_line(block.value)
        return [{"t": "table", "title": title, "source": source, **self._rows(table, is_chart=False)}]

    def chart(self, block: StoredBlock) -> list[Node]:
        """Return a chart, whose numbers stand at the end."""
        value = block.value
        try:
            chart = charts.chart_of(word(value, "kind"), word(value, "data"), self.language)
        except data.DataMalformed:
            return []
        number = len(self.numbers) + 1
        title, unit, summary = (word(value, name) for name in ("title", "unit", "summary"))
        alt = self.words["chart_alt"].format(title=typography.plain_line(title), summary=typography.plain_line(summary))
        rows = {"t": "table", "title": self.line(f"{title} ({unit})"), "source": [], **self._rows(chart.table, is_chart=True)}
        self.numbers.append({**rows, "label": f"numbers-{number}", "back": f"chart-{number}"})
        drawing = self.values.drawings.get(charts.drawing_digest(chart), "")
        return [
            {
                "t": "chart",
                "title": self.line(title),
                "unit": self.line(f"({unit})"),
                "summary": self.line(summary),
                "alt": alt,
                "svg": drawing,
                "source": self.source_line(value),
                "label": f"chart-{number}",
                "numbers": f"numbers-{number}",
            }
        ]

    def picture(self, block: StoredBlock) -> list[Node]:
        """Return a picture, or, if its file is gone, what it shows in words."""
        image = stored.image(block.value)
        picture = self.values.pictures.get(image.key) if image.key is not None else None
        alt = image.alt or (picture.description if picture else "")
        caption, lines = self.line(word(block.value, "caption")), self.source_line(block.value, picture.credit if picture else "")
        if picture is None:
            missing = self.words["missing_image"].format(alt=alt) if alt else self.words["missing_image_bare"]
            return [{"t": "picture", "file": "", "missing": self.line(missing), "alt": "", "title": caption, "source": lines}]
        name = f"image-{image.key}{picture.suffix}"
        self.files[name] = picture.body
        shown = "" if image.is_decorative else typography.plain_line(alt or word(block.value, "caption"))
        return [{"t": "picture", "file": name, "missing": [], "alt": shown, "title": caption, "source": lines}]

    def references(self, block: StoredBlock) -> list[Node]:
        """Return the numbered references under their heading."""
        items = []
        for source in stored.items(block.value):
            self._placed_sources += 1
            items.append({"label": f"source-{self._placed_sources}", **self._reference(source)})
        return (
            [self.heading(self.words["sources"]), {"t": "sources", "start": self._placed_sources - len(items) + 1, "c": items}]
            if items
            else []
        )

    def _reference(self, source: Any) -> Node:
        address, year, read = richtext.safe_address(word(source, "url"), ""), word(source, "year"), word(source, "read")
        rest = f". {word(source, 'publisher')}" + (f", {year}" if year else "")
        rest = rest if rest.endswith(".") else f"{rest}."
        shown = typography.set_text(re.sub(r"^https?://(www\.)?|/$", "", address), self.language)
        return {
            "c": [{"t": "i", "c": self.line(word(source, "title"))}, *self.line(rest)],
            "url": address,
            "address": [{"t": "s", "v": shown}] if address else [],
            "read": self.line(" (" + self.words["read"].format(date=written_month(read, self.language)) + ")") if read else [],
        }
