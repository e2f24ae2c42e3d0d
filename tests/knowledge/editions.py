"""Editions for tests, and what a PDF says to those who do not see it."""

from __future__ import annotations

import ctypes
import datetime
import json
import re
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from knowledge import chart_renderer, chart_svg, charts
from knowledge.edition import stored
from knowledge.edition.typesetting import typeset_edition
from knowledge.edition.values import EditionValues

ISSUED = datetime.datetime(2026, 11, 24, 12, 30, tzinfo=datetime.UTC)
ADDRESS = "https://puente.example/es/knowledge/obra/"
FACTS: dict[str, Any] = {
    "schema": 1, "site": "https://puente.example", "publisher": "Puente", "address": ADDRESS, "series": "Cinco campos",
    "suggested": f"Pérez Gómez, M. (2026). Obra. Puente. {ADDRESS}", "topics": ["finance", "health"], "countries": ["Perú"],
    "credits": [{"name": "María Pérez Gómez", "role": "author"}, {"name": "Ana Ruiz", "role": "translator"}],
    "links": {"page:12": "https://puente.example/es/courses/"},
}  # fmt: skip


def values(*blocks: dict[str, Any], language: str = "es", facts: dict[str, Any] | None = None, **fields: Any) -> EditionValues:
    """An edition with these blocks; `pictures` go to the edition, other fields to its content."""
    pictures = fields.pop("pictures", {})
    content = {
        "title": "Obra", "slug": "obra", "abstract": "Lo que pregunta y responde.", "kind": "brief", "topic": "finance", "series_number": 2,
        "licence": "cc-by-4.0", "published_on": "2026-11-20", "key_messages": "[]", "body": json.dumps(list(blocks)), **fields,
    }  # fmt: skip
    return EditionValues(content, facts or FACTS, language, 3, ISSUED, pictures=pictures, drawings=drawings(content, language))


def drawings(content: dict[str, Any], language: str) -> dict[str, str]:
    """The charts of a content, drawn as the service does, without its table."""
    found = [block.value for block in stored.blocks(content, "body") if block.type == "chart" and "kind" in block.value]
    wanted = [charts.chart_of(value["kind"], value["data"], language) for value in found]
    if not wanted:
        return {}
    drawn = chart_renderer.draw([{"spec": charts.spec(chart, charts.WIDE), "format": charts.number_format(language)} for chart in wanted])
    return {
        charts.drawing_digest(chart): chart_svg.on_paper(chart_svg.cleaned(svg, charts.WIDE))
        for chart, svg in zip(wanted, drawn, strict=True)
    }


def pdf_of(*blocks: dict[str, Any], **fields: Any) -> bytes:
    """The PDF of an edition with these blocks."""
    return typeset_edition(values(*blocks, **fields))


def pages(pdf: bytes) -> list[str]:
    """The words of each page, on one line, as they are copied out of the file."""
    document = pypdfium2.PdfDocument(pdf)
    # pypdfium2 writes U+FFFE where a word was hyphenated at the end of a line.
    texts = [re.sub(r"\ufffe\s*|\u00ad\s*|\u200b", "", document[n].get_textpage().get_text_bounded()) for n in range(len(document))]
    return [" ".join(text.split()) for text in texts]


def words(pdf: bytes) -> str:
    """All words of a PDF."""
    return " ".join(pages(pdf))


def structure(pdf: bytes) -> list[tuple[str, str]]:
    """The tags of a PDF in reading order: type and alternative text."""
    document = pypdfium2.PdfDocument(pdf)
    found: list[tuple[str, str]] = []

    def text(read: Any, element: Any) -> str:
        size = read(element, None, 0)
        if size < 2:
            return ""
        buffer = ctypes.create_string_buffer(size)
        read(element, buffer, size)
        return buffer.raw.decode("utf-16-le").rstrip("\0")

    def walk(element: Any) -> None:
        found.append((text(pdfium.FPDF_StructElement_GetType, element), text(pdfium.FPDF_StructElement_GetAltText, element)))
        for place in range(pdfium.FPDF_StructElement_CountChildren(element)):
            child = pdfium.FPDF_StructElement_GetChildAtIndex(element, place)
            if child:
                walk(child)

    for number in range(len(document)):
        # pdfium closes a page that nobody holds.
        page = document[number]
        tree = pdfium.FPDF_StructTree_GetForPage(page.raw)
        for place in range(pdfium.FPDF_StructTree_CountChildren(tree)):
            walk(pdfium.FPDF_StructTree_GetChildAtIndex(tree, place))
        pdfium.FPDF_StructTree_Close(tree)
    return found


def links(pdf: bytes) -> list[str]:
    """The addresses that links of a PDF lead to, and "#" for each that stays inside."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    for number in range(len(document)):
        page = document[number]
        for place in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
            annotation = pdfium.FPDFPage_GetAnnot(page.raw, place)
            link = pdfium.FPDFAnnot_GetLink(annotation)
            if link:
                action = pdfium.FPDFLink_GetAction(link)
                size = pdfium.FPDFAction_GetURIPath(document.raw, action, None, 0) if action else 0
                buffer = ctypes.create_string_buffer(max(1, size))
                if size:
                    pdfium.FPDFAction_GetURIPath(document.raw, action, buffer, size)
                found.append(buffer.value.decode() or "#")
            pdfium.FPDFPage_CloseAnnot(annotation)
    return found


def xmp(pdf: bytes) -> str:
    """The metadata packet of a PDF."""
    found = re.search(rb"<x:xmpmeta.*?</x:xmpmeta>", pdf, re.DOTALL)
    return found[0].decode() if found else ""
