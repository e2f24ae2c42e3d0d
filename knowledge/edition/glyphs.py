"""Check before a PDF is made that the shipped fonts can print its characters: never an empty box, never a guess.

Running text is set in Noto Serif and Noto Sans, in several styles; a character must be in each of them, or among the signs that stand
behind both. Scripts that need more than that (Arabic, Chinese, emoji) hold the PDF back, and the editors are told (docs/editions.md).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent / "fonts"
TEXT = ("NotoSerif-Regular", "NotoSerif-Italic", "NotoSerif-Bold", "NotoSerif-BoldItalic", "NotoSans-Regular", "NotoSans-Bold")
SIGNS = ("NotoSansMath-Regular", "NotoSansSymbols2-Regular")
# Set by the typesetter without a glyph: places where a line may or may not end.
WITHOUT_GLYPH = frozenset("\u200b\u00ad\u00a0\u202f ")


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    """Return the characters that can be set wherever they stand."""
    maps = {}
    for name in (*TEXT, *SIGNS):
        with TTFont(FONTS / f"{name}.ttf", lazy=True) as font:
            maps[name] = frozenset(font.getBestCmap())
    text = frozenset.intersection(*(maps[name] for name in TEXT))
    return text.union(*(maps[name] for name in SIGNS))


def missing_characters(document: Any) -> str:
    """Return the characters of a document that no shipped font has, once each, in the order of the text."""
    missing: dict[str, None] = {}
    covered = _covered()
    waiting = [document]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting += reversed(found)
        elif isinstance(found, dict):
            if found.get("t") == "s":
                missing |= dict.fromkeys(sign for sign in found["v"] if ord(sign) not in covered and sign not in WITHOUT_GLYPH)
            else:
                waiting += reversed(list(found.values()))
    return "".join(missing)
