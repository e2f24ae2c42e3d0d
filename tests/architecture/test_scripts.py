"""Scripts: each says its task, and finds what it works on by data-* attributes, which the templates have for nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.test_source import FLOORS

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
# A selector of data attributes, one inside another at most: no class, id or tag, which belong to the look and the text.
BY_DATA = re.compile(r"(\[data-[a-z-]+(=\"[^\"]*\")?\])+( (\[data-[a-z-]+(=\"[^\"]*\")?\])+)*")
LOOKED_FOR = re.compile(r"\.(?:querySelector|querySelectorAll|closest|matches)\??\.?\(\s*(?P<selector>[^\n]*?)\)(?=[\s;.,?)\]])")
BY_OTHER_MEANS = re.compile(
    r"\.(?:getElement\w+|forms|images|links|children|childNodes|parent(?:Element|Node)|(?:first|last)(?:Element)?Child"
    r"|(?:next|previous)(?:Element)?Sibling)\b"
)
LONGEST = 100


def selectors(text: str) -> list[str]:
    """Return what a script looks for, as it is written there: a literal, or a name."""
    return [found["selector"].strip() for found in LOOKED_FOR.finditer(text)]


def wrong_ways(text: str) -> list[str]:
    """Return each way in which a script finds something that is not a data attribute."""
    literals = [selector[1:-1] if selector[:1] in {'"', "'", "`"} else "" for selector in selectors(text)]
    return [wrong for wrong in literals if not BY_DATA.fullmatch(wrong)] + BY_OTHER_MEANS.findall(text)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_find_things_by_data_attributes(path: Path) -> None:
    assert wrong_ways(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        'document.querySelector(".card");',
        'document.querySelector("#main");',
        'form.querySelectorAll("details li").length;',
        'region.querySelector("a[data-done]");',
        'region.querySelector("[data-start] a")?.href;',
        "box.querySelector(`.tick-${n}`);",
        "box.querySelector(selector);",
        'node.closest("form");',
        'document.getElementById("exports");',
        "link.firstChild.textContent = label;",
        "link.parentElement.hidden = true;",
    ],
)
def test_other_ways_are_found(line: str) -> None:
    assert wrong_ways(line)


@pytest.mark.parametrize(
    "line", ['x.querySelectorAll("[data-slot]");', 'x.querySelector(`[data-slot="${slot}"]`)?.href;', 'x.closest("[data-a] [data-b]").y;']
)
def test_data_attributes_are_not(line: str) -> None:
    assert selectors(line)
    assert wrong_ways(line) == []


def test_what_scripts_look_for_is_in_a_template() -> None:
    # Widgets of forms are written in Python; components/button.html writes `data-{{ mark }}`.
    forms = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py") if {"forms", "field"} & set(path.stem.split("_"))]
    templates = "".join(path.read_text(encoding="utf-8") for path in (*(ROOT / "templates").rglob("*.html"), *forms))
    known = set(re.findall(r"\bdata-[a-z-]+", templates)) | {f"data-{mark}" for mark in re.findall(r"\bmark=\"([a-z-]+)\"", templates)}
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        looked_for = {name for selector in selectors(text) for name in re.findall(r"data-[a-z-]+", selector)}
        assert looked_for <= known, f"{path.name}: {looked_for - known}"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_its_one_task_and_is_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("/**")
    assert len(text.splitlines()) <= LONGEST
