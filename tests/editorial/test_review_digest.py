"""When two texts are the same text: a form that was opened, remarked upon and saved sends other characters, not another text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from editorial.review_rules import text_digest

KEY = "7b0a4f7e-7d0f-4d3a-9d0e-3f1f5f1c2a11"


def content(**changes: Any) -> dict[str, Any]:
    """The content of a revision: as code or an import made it."""
    body = [
        {"type": "rich_text", "value": "<p>Uno.</p>\n<p>Dos <b>tres</b>.</p>", "id": KEY},
        {"type": "table", "value": {"title": "T", "data": "A\tB\n1\t2"}, "id": "x"},
    ]
    return {
        "title": "Título",
        "abstract": "Una línea.\nOtra.",
        "body": json.dumps(body),
        "contributions": [{"pk": None, "page": 5, "sort_order": 0, "contributor": 3}],
        "wagtail_admin_comments": [],
        **changes,
    }


def body(rich_text: str = "<p>Uno.</p>\n<p>Dos <b>tres</b>.</p>", data: str = "A\tB\n1\t2") -> str:
    blocks = [{"type": "rich_text", "value": rich_text, "id": "other"}, {"type": "table", "value": {"title": "T", "data": data}}]
    return json.dumps(blocks)


@pytest.mark.parametrize(
    "changes",
    [
        {"abstract": "Una línea.\r\nOtra."},
        {"body": body(data="A\tB\r\n1\t2")},
        {"body": body('<p data-block-key="abcde">Uno.</p><p data-block-key="fghij">Dos <b>tres</b>.</p>')},
        {"contributions": [{"pk": 17, "page": 5, "sort_order": 0, "contributor": 3}]},
        {"wagtail_admin_comments": [{"text": "¿Seguro?"}]},
        {"latest_revision_created_at": "2026-11-24T20:00:00Z", "locked": True},
    ],
    ids=["line ends", "line ends in rows", "Draftail's keys", "numbers of rows", "a remark", "where the page stands"],
)
def test_what_a_form_changes_by_itself_changes_no_text(changes: dict[str, Any]) -> None:
    assert text_digest(content(**changes)) == text_digest(content())


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Titulo"},
        {"abstract": "Una línea. Otra."},
        {"body": body("<p>Uno.</p>\n<p>Dos tres.</p>")},
        {"body": body(data="A\tB\n1\t3")},
        {"contributions": [{"pk": None, "page": 5, "sort_order": 0, "contributor": 4}]},
        {"contributions": []},
    ],
    ids=["a title", "a line", "emphasis", "a cell", "another author", "no author"],
)
def test_what_somebody_wrote_changes_it(changes: dict[str, Any]) -> None:
    assert text_digest(content(**changes)) != text_digest(content())
