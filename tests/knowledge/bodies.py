"""Bodies of publications for tests, as editors would write them."""

from __future__ import annotations

import json
from typing import Any

from wagtail.blocks import StreamBlock, StreamValue

from knowledge.models import PublicationPage

FIGURES = {"title": "Figures", "as_of": "2024", "source": "R4V", "source_url": "", "note": ""}


def text(html: str) -> dict[str, Any]:
    """A block of text."""
    return {"type": "rich_text", "value": html}


def footnotes(*notes: tuple[str, str]) -> dict[str, Any]:
    """The block of notes, from marks and texts."""
    return {"type": "footnotes", "value": [{"mark": mark, "text": html} for mark, html in notes]}


def table(rows: str = "País\tCosto\nPerú\t4,3\nChile\t2", **fields: Any) -> dict[str, Any]:
    """A table with its source."""
    return {"type": "table", "id": "7d9f7b0e-1111-4111-8111-000000000001", "value": {**FIGURES, "data": rows, **fields}}


def chart(rows: str = "País\tCosto\nPerú\t4,3\nChile\t2", **fields: Any) -> dict[str, Any]:
    """A chart with its source."""
    value = {**FIGURES, "kind": "bar", "summary": "Peru pays more.", "unit": "per cent", "data": rows, **fields}
    return {"type": "chart", "id": "7d9f7b0e-1111-4111-8111-000000000002", "value": value}


def stored(*blocks: dict[str, Any]) -> str:
    """Blocks as the database keeps them."""
    return json.dumps(list(blocks))


def body(*blocks: dict[str, Any]) -> StreamValue:
    """Blocks as a page reads them."""
    block = PublicationPage._meta.get_field("body").stream_block
    assert isinstance(block, StreamBlock)
    return block.to_python(list(blocks))
