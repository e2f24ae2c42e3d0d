"""Whatever readers are shown asks `core.shown`: a page that is live may stand below one that is not, or have expired.

Floors that show pages to readers do not say `.live()` of pages, and no SQL of theirs looks at the column alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FLOORS = ("core", "knowledge", "courses", "learning")
# Where the column alone is meant, and why.
MEANT = {
    "core/not_found.py": "whether a page may stand at an address: the tree is asked next",
    "core/generation.py": "how many have expired, as part of the number that draws everything anew",
    "core/shown.py": "where it is decided",
    "core/services/put_in_bin.py": "what is taken down, and the bin itself, which is never shown",
    "core/seeding.py": "makes a draft",
    "courses/receivers.py": "of a page that was published just now, whether it was or was only given a date",
    "courses/services/share_facts.py": "what is published, whoever sees it",
    "knowledge/services/index_names.py": "which entries of the search to make again: each asks its rule",
}


def modules() -> Iterator[Path]:
    for floor in FLOORS:
        yield from (path for path in sorted((ROOT / floor).rglob("*.py")) if "migrations" not in path.parts and "demo" not in path.parts)


def looks_at_the_column(source: str) -> list[str]:
    """Return the places of a module that ask whether a page is live, and nothing of what stands above it."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "live" and not node.args:
            found.append(f"line {node.lineno}: .live()")
        if isinstance(node, ast.keyword) and node.arg == "live" and not isinstance(node.value, ast.Name):
            found.append(f"line {node.value.lineno}: live=")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"\b(?:AND|WHERE) (?:\w\.)?live\b", node.value):
            found.append(f"line {node.lineno}: SQL")
    return found


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_that_readers_see_looks_at_the_page_alone(path: Path) -> None:
    found = looks_at_the_column(path.read_text(encoding="utf-8"))
    assert found == [] or str(path.relative_to(ROOT)) in MEANT


@pytest.mark.parametrize(
    "source", ["Page.objects.live()", "Page.objects.filter(live=True)", 'S = "SELECT 1 FROM p WHERE p.id = 1 AND p.live"']
)
def test_what_would_is_found(source: str) -> None:
    assert looks_at_the_column(source)


def test_what_is_meant_is_still_there() -> None:
    assert [name for name in MEANT if not looks_at_the_column((ROOT / name).read_text(encoding="utf-8"))] == []
