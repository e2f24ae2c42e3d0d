"""Templates: components say what they take and take nothing else, and nothing inline that the strict CSP would refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LONGEST_LINE = 140
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))
# Fragments of Wagtail's admin extend its templates and live under its CSP; e-mails have no CSP.
PUBLIC_TEMPLATES = [path for path in TEMPLATES if not {"admin", "wagtailadmin", "email"} & set(path.parts)]
INLINE = {
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    # JSON-LD is data: no browser runs it, and no policy forbids it.
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?! type=\"application/ld\+json\")", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "somebody else's address": re.compile(r"<(?:script|link|img|source|iframe)\b[^>]*(?:src|href)=[\"']?(?:https?:)?//", re.IGNORECASE),
}


def named(path: Path) -> str:
    """Return a template's name, for test ids."""
    return str(path.relative_to(ROOT / "templates"))


def without_comments(text: str) -> str:
    """Return a template without its comments, which may speak of what they forbid."""
    return re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("path", COMPONENTS, ids=named)
def test_components_begin_with_their_inputs(path: Path) -> None:
    assert re.match(r"\{#\s*inputs:", path.read_text(encoding="utf-8")), f"{named(path)} must begin with {{# inputs: … #}}"


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_components_are_included_with_only(path: Path) -> None:
    """Without `only` a component sees the whole context, and works until somebody renames a variable elsewhere."""
    for tag in re.findall(r"\{%\s*include\s+(.*?)%\}", without_comments(path.read_text(encoding="utf-8")), flags=re.DOTALL):
        if "components/" in tag:
            assert tag.split()[-1] == "only", f"{named(path)}: {{% include {tag.strip()} %}}"


@pytest.mark.parametrize("path", sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file()), ids=named)
def test_no_line_is_too_long(path: Path) -> None:
    """Django has no tag on two lines: what is long is broken between attributes, at blocks, or inside `blocktranslate trimmed`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) >= LONGEST_LINE] == []


@pytest.mark.parametrize("path", PUBLIC_TEMPLATES, ids=named)
def test_nothing_is_inline(path: Path) -> None:
    text = without_comments(path.read_text(encoding="utf-8"))
    assert [what for what, pattern in INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", PUBLIC_TEMPLATES, ids=named)
def test_nothing_is_marked_safe(path: Path) -> None:
    """Whatever is safe was made so in Python, where the reason stands beside it."""
    text = without_comments(path.read_text(encoding="utf-8"))
    assert not re.search(r"\|\s*safe\b|autoescape off", text)


def test_private_and_public_pages_have_layouts() -> None:
    for layout in ("base.html", "layouts/public.html", "layouts/private.html"):
        assert (ROOT / "templates" / layout).exists()
