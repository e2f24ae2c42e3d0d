"""No text of a list calculates in a spreadsheet, and an ordinary one stays as it is."""

from __future__ import annotations

import pytest

from administration.export_formats import harmless


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@a", "\t=1", "\r1", "\n=1", "  =1", "＝1", "＋1", "－1", "＠a", "x\n=1", 'x",=1', "x|=1"]
)
def test_whatever_begins_a_formula_is_shown_and_not_calculated(text: str) -> None:
    assert "'" in harmless(text)
    assert harmless(text).replace("'", "") == text


@pytest.mark.parametrize("text", ["José", "a-b", "1+1", "ana@example.org", "O’Neil", "a = b", ""])
def test_ordinary_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text
