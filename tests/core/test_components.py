"""The look: every component says what it takes and has an example; pages stay light and within the policy."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import translation

from core.templatetags.puente import figure, holds_current, is_number
from core.templatetags.styleguide import component_examples, icon_names

ROOT = Path(__file__).resolve().parents[2]
COMPONENTS = sorted((ROOT / "templates/components").glob("*.html"))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "admin" not in path.parts and "email" not in path.parts)
FRAME = {"header", "footer"}
# JSON-LD is data, which no browser runs.
FORBIDDEN = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?! type=\"application/ld\+json\")(?![^>]*\ssrc=)", re.IGNORECASE)


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_begins_with_its_inputs(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("{# inputs: ")


def test_every_component_has_an_example_in_the_styleguide() -> None:
    examples = {example.name: example for example in component_examples()}
    assert set(examples) == {path.stem for path in COMPONENTS} - FRAME
    for example in examples.values():
        assert example.inputs
        assert not FORBIDDEN.search("".join(example.html))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_needs_more_than_the_strict_policy(path: Path) -> None:
    assert not FORBIDDEN.search(path.read_text(encoding="utf-8"))


def test_components_are_included_with_only() -> None:
    for path in TEMPLATES:
        for include in re.findall(r"\{% include [\"']components/[^%]*%\}", path.read_text(encoding="utf-8")):
            assert include.endswith(" only %}"), f"{path.name}: {include}"


def test_icons_that_templates_name_are_in_the_sprite() -> None:
    known = set(icon_names())
    for path in TEMPLATES:
        for name in re.findall(r"\{% icon [\"']([\w-]+)[\"']", path.read_text(encoding="utf-8")):
            assert name in known, f"{path.name}: {name}"


def test_stylesheets_and_scripts_stay_within_their_budgets() -> None:
    weights = {path.stem: len(gzip.compress(path.read_bytes())) for path in (ROOT / "static/css").glob("*.css")}
    # What every page loads, and what only publications load.
    assert sum(weights.values()) - weights["publication"] <= 9 * 1024
    assert weights["publication"] <= 2 * 1024
    assert (ROOT / "static/js/check.js").stat().st_size <= 1536


def test_icon_is_silent_unless_labelled() -> None:
    html = Template("{% load puente %}{% icon 'lock' %}{% icon 'arrow-left' label %}").render(Context({"label": "<Back>"}))
    assert 'class="icon" aria-hidden="true"' in html
    assert 'class="icon icon-flip" role="img" aria-label="&lt;Back&gt;"' in html


@pytest.mark.parametrize("cell", ["2,83", "1 041 000", "85 %", "−3.5", "≈ 12", "2.4 M", "0"])
def test_figures_are_set_to_the_right(cell: str) -> None:
    assert is_number(cell)


@pytest.mark.parametrize("cell", ["Sí", "", "2020 a 2025", "Ley 1", "–"])
def test_words_are_not(cell: str) -> None:
    assert not is_number(cell)


@pytest.mark.parametrize(
    ("value", "spanish", "english"),
    [(53.6, "53,6", "53.6"), (32.0, "32", "32"), (0.0, "0", "0"), (2_830_000.0, "2\xa0830\xa0000", "2,830,000"), (1.005, "1", "1")],
)
def test_figures_read_as_each_language_writes_them(value: float, spanish: str, english: str) -> None:
    with translation.override("es"):
        assert figure(value) == spanish
    with translation.override("en"):
        assert figure(value) == english


def test_a_module_is_unfolded_when_it_holds_the_page() -> None:
    assert holds_current({"steps": [{"current": False}, {"current": True}]})
    assert not holds_current({"steps": [{"current": False}]})
