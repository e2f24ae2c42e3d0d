"""Check before a PDF is made that the shipped fonts can print its characters: never an empty box, never a guess.

A text is set in one font from end to end: in a name half in one and half in another, an accent lands beside its letter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent / "fonts"
# Family as the template calls it, its files; the first that has every character is taken.
FAMILIES = (("Noto Serif", "NotoSerif"), ("Noto Sans", "NotoSans"))
WEIGHTS = ("Regular", "Bold")


@lru_cache(maxsize=1)
def _coverage() -> dict[str, frozenset[int]]:
    """Return the characters that each family has in every weight."""
    covered = {}
    for family, stem in FAMILIES:
        maps = []
        for weight in WEIGHTS:
            with TTFont(FONTS / f"{stem}-{weight}.ttf", lazy=True) as font:
                maps.append(frozenset(font.getBestCmap()))
        covered[family] = frozenset.intersection(*maps)
    return covered


def _needed(text: str) -> list[str]:
    """Return the characters of a text that need a glyph, once each, in the order of the text."""
    composed = unicodedata.normalize("NFC", text)
    return [character for character in dict.fromkeys(composed) if not character.isspace()]


def _lacking(text: str, family: str) -> list[str]:
    covered = _coverage()[family]
    return [character for character in _needed(text) if ord(character) not in covered]


def family_for(text: str) -> str:
    """Return the family that a text is set in, or "" when none has all of it."""
    return next((family for family, _stem in FAMILIES if not _lacking(text, family)), "")


def missing_characters(texts: Iterable[str]) -> str:
    """Return the characters that keep these texts from being printed, once each; "" when all can be."""
    missing: dict[str, None] = {}
    for text in texts:
        if family_for(text):
            continue
        lacking = [_lacking(text, family) for family, _stem in FAMILIES]
        nowhere = [character for character in lacking[0] if all(character in others for others in lacking[1:])]
        # Every character may be in some font and yet no font has them all: then what the best one lacks.
        fewest = min(lacking, key=len)
        missing.update(dict.fromkeys(nowhere or fewest))
    return "".join(missing)
