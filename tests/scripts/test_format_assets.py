"""Stylesheets and scripts: one declaration a line, no line longer than the others of the house, and a check that can fail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.format_assets import OPTIONS, ROOT, assets, differences, formatted

LONGEST_LINE = 140


@pytest.mark.parametrize("path", list(assets(ROOT)), ids=lambda path: path.name)
def test_no_line_is_too_long(path: Path) -> None:
    long = [number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if len(line) >= LONGEST_LINE]
    assert long == []


def test_every_asset_is_in_the_form() -> None:
    assert list(differences(ROOT)) == []


@pytest.mark.parametrize("path", sorted((ROOT / "static/css").glob("*.css")), ids=lambda path: path.name)
def test_one_declaration_a_line(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert [line for line in text.splitlines() if line.count(";") > 1 or re.search(r"\{.*;", line)] == []


def test_a_file_out_of_form_is_found(tmp_path: Path) -> None:
    for folder in ("static/css", "static/js", "tests/js"):
        (tmp_path / folder).mkdir(parents=True)
    style = tmp_path / "static/css/a.css"
    style.write_text("@layer base { a, b { color: red; margin: 0; } .x > .y{color:red} }\n")
    script = tmp_path / "static/js/a.js"
    script.write_text("if (a) {\n  b?.c();\n}\n")
    assert set(differences(tmp_path)) == {style}
    assert differences(tmp_path)[style].splitlines()[1:5] == ["  a, b {", "    color: red;", "    margin: 0;", "  }"]


@pytest.mark.parametrize("kind", sorted(OPTIONS))
def test_what_is_in_the_form_stays_as_it_is(kind: str) -> None:
    for path in assets(ROOT):
        if path.suffix == kind:
            text = path.read_text(encoding="utf-8")
            assert formatted(text, kind) == text


def test_an_option_that_a_library_dropped_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPTIONS[".css"], "no_such_option", True)
    with pytest.raises(ValueError, match="no_such_option"):
        formatted("a{}", ".css")
