"""Adds letters with accents to the fonts of the certificate, where Unicode has no single character for them: G̃, Ẹ́, Ɛ̃, a̱.

    python -m scripts.compose_fonts SOURCE credentials/certificate/fonts

SOURCE is a folder with the fonts as their authors publish them (Debian: fonts-noto-core). Without this they print well but
copy badly: the typesetter writes letter and accent as two texts, and a PDF reader says the letter twice ("G̃G̃uarani").
The same input gives the same bytes. Run once; the result is kept in the repository.
"""

from __future__ import annotations

import argparse
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphComponent

FILES = ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSerif-Regular.ttf", "NotoSerif-Bold.ttf")
# The alphabet, and letters of Guaraní, Quechua, Bribri, Mapudungun, Yoruba, Igbo, Ewe, Akan, Lingala and their neighbours.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + "ẸẹỊịỌọỤụṢṣƐɛƆɔƏəƗɨɄʉŊŋØøÆæŒœƁɓƊɗƘƙɌɍ"
# Grave, acute, circumflex, tilde, macron, breve, diaeresis, caron; tilde, line and dot below.
MARKS = "\u0300\u0301\u0302\u0303\u0304\u0306\u0308\u030c\u0330\u0331\u0323"
MARK_TO_BASE, EXTENSION = 4, 9

Anchors = dict[tuple[str, str], tuple[int, int]]


def offsets(font: TTFont) -> Anchors:
    """Return how far each mark is moved to stand with each letter, by the names of letter and mark."""
    found: Anchors = {}
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            actual = table.ExtSubTable if table.LookupType == EXTENSION else table
            if actual.LookupType != MARK_TO_BASE:
                continue
            marks = dict(zip(actual.MarkCoverage.glyphs, actual.MarkArray.MarkRecord, strict=True))
            for base, record in zip(actual.BaseCoverage.glyphs, actual.BaseArray.BaseRecord, strict=True):
                for mark, anchored in marks.items():
                    anchor = record.BaseAnchor[anchored.Class]
                    if anchor is not None:
                        place = anchor.XCoordinate - anchored.MarkAnchor.XCoordinate, anchor.YCoordinate - anchored.MarkAnchor.YCoordinate
                        found.setdefault((base, mark), place)
    return found


def pairs(font: TTFont) -> Iterator[tuple[str, str]]:
    """Return letter and mark, by their names in the font, wherever two characters are needed to write them."""
    names = font.getBestCmap()
    for letter in LETTERS:
        for mark in MARKS:
            if len(unicodedata.normalize("NFC", letter + mark)) == 2 and ord(letter) in names and ord(mark) in names:
                yield names[ord(letter)], names[ord(mark)]


def add_glyphs(font: TTFont) -> dict[tuple[str, str], str]:
    """Draw each pair as one glyph; returns their names."""
    places, glyphs, made = offsets(font), font["glyf"], {}
    for base, mark in pairs(font):
        if (base, mark) not in places:
            continue
        x, y = places[base, mark]
        name = f"{base}_{mark}"
        glyph = Glyph()
        glyph.numberOfContours = -1
        glyph.components = [_component(base, 0, 0), _component(mark, x, y)]
        font.setGlyphOrder([*font.getGlyphOrder(), name])
        glyphs[name] = glyph
        glyph.recalcBounds(glyphs)
        font["hmtx"][name] = (font["hmtx"][base][0], glyph.xMin)
        font["GDEF"].table.GlyphClassDef.classDefs[name] = 1
        made[base, mark] = name
    return made


def _component(name: str, x: int, y: int) -> GlyphComponent:
    component = GlyphComponent()
    component.glyphName, component.x, component.y, component.flags = name, x, y, 0x4
    return component


def add_lookups(font: TTFont, made: dict[tuple[str, str], str]) -> None:
    """Put the new glyphs in place of letter and mark, but not where a further mark follows: that one would lose its hold."""
    classes = font["GDEF"].table.GlyphClassDef.classDefs
    every_mark = " ".join(sorted(name for name, kind in classes.items() if kind == 3))
    letters = " ".join(dict.fromkeys(base for base, _mark in made))
    marks = " ".join(dict.fromkeys(mark for _base, mark in made))
    rules = "\n".join(f"sub {base} {mark} by {name};" for (base, mark), name in made.items())
    feature = (
        f"lookup COMPOSED {{ {rules} }} COMPOSED;\n"
        f"feature ccmp {{ ignore sub [{letters}]' [{marks}]' [{every_mark}]; sub [{letters}]' lookup COMPOSED [{marks}]'; }} ccmp;"
    )
    apart = TTFont()
    apart.setGlyphOrder(font.getGlyphOrder())
    apart["cmap"] = newTable("cmap")
    apart["cmap"].tables = []
    addOpenTypeFeaturesFromString(apart, feature, tables=["GSUB"])
    graft(font["GSUB"].table, apart["GSUB"].table)


def graft(table: Any, more: Any) -> None:
    """Append lookups to those of a font: they run last, on what its own have left. Its features `ccmp` call them."""
    lookups = table.LookupList.Lookup
    first = len(lookups)
    called = {first + index for record in more.FeatureList.FeatureRecord for index in record.Feature.LookupListIndex}
    for lookup in more.LookupList.Lookup:
        for subtable in lookup.SubTable:
            for record in getattr(subtable, "SubstLookupRecord", None) or []:
                record.LookupListIndex += first
        lookups.append(lookup)
    table.LookupList.LookupCount = len(lookups)
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag == "ccmp":
            record.Feature.LookupListIndex = sorted({*record.Feature.LookupListIndex, *called})
            record.Feature.LookupCount = len(record.Feature.LookupListIndex)


def main() -> None:
    """Compose each font of SOURCE and save it in TARGET."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    arguments.add_argument("source", type=Path)
    arguments.add_argument("target", type=Path)
    given = arguments.parse_args()
    for name in FILES:
        font = TTFont(given.source / name, recalcTimestamp=False)
        made = add_glyphs(font)
        add_lookups(font, made)
        font["name"].setName(f"{font['name'].getDebugName(5)}; {len(made)} letters composed for Puente", 5, 3, 1, 0x409)
        font.save(given.target / name)
        print(f"{name}: {len(made)} letters composed")  # noqa: T201


if __name__ == "__main__":
    main()
