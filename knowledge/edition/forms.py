"""How each type of block in a publication stands on paper: entries of `knowledge.edition.body.ON_PAPER`.

A new block of a publication needs an entry here, or a reason why it has none: tests/knowledge/test_forms_on_paper.py asks.
"""

from __future__ import annotations

from knowledge.edition.body import ON_PAPER, Body, FormOnPaper
from knowledge.edition.richtext import Node
from knowledge.edition.stored import StoredBlock

AT_THE_FOOT = "A note stands at the foot of the page on which it is marked; one without a mark stands at the end."


def _line(body: Body, block: StoredBlock) -> list[Node]:
    return body.line(str(block.value or ""))


def _rich_text(body: Body, block: StoredBlock) -> list[Node]:
    return body.paragraphs(str(block.value or ""))


def _heading(body: Body, block: StoredBlock) -> list[Node]:
    return [body.heading(str(block.value or ""))]


FORMS = (
    FormOnPaper(name="key_messages.message", nodes=_line, why_not=""),
    FormOnPaper(name="body.rich_text", nodes=_rich_text, why_not=""),
    FormOnPaper(name="body.heading", nodes=_heading, why_not=""),
    FormOnPaper(name="body.callout", nodes=Body.callout, why_not=""),
    FormOnPaper(name="body.box", nodes=Body.box, why_not=""),
    FormOnPaper(name="body.quotation", nodes=Body.quotation, why_not=""),
    FormOnPaper(name="body.chart", nodes=Body.chart, why_not=""),
    FormOnPaper(name="body.table", nodes=Body.table, why_not=""),
    FormOnPaper(name="body.figure", nodes=Body.picture, why_not=""),
    FormOnPaper(name="body.image", nodes=Body.picture, why_not=""),
    FormOnPaper(name="body.sources", nodes=Body.references, why_not=""),
    FormOnPaper(name="body.footnotes", nodes=None, why_not=AT_THE_FOOT),
)


def register_forms() -> None:
    """Enter them. Called from `ready()`."""
    for form in FORMS:
        ON_PAPER.register(form)
