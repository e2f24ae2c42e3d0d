"""Make the fonts of the PDF editions: Noto Serif in four styles and Noto Sans in two, letters composed, cut down to what briefs use.

python -m scripts.edition_fonts SOURCE TARGET

SOURCE holds the fonts of Debian's fonts-noto-core 20201225-1 as published. Letters with accents of the region's languages are
composed as for the certificate (scripts.compose_fonts); then everything outside CHARACTERS goes: 4.9 MB become 1.6 MB.
The same input gives the same bytes. Run once; the result is kept in the repository (knowledge/edition/fonts).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from scripts.compose_fonts import add_glyphs, add_lookups

FILES = (
    "NotoSerif-Regular.ttf",
    "NotoSerif-Italic.ttf",
    "NotoSerif-Bold.ttf",
    "NotoSerif-BoldItalic.ttf",
    "NotoSans-Regular.ttf",
    "NotoSans-Bold.ttf",
)
# Latin with all its extensions, Greek, Cyrillic; marks; punctuation, currencies, fractions, arrows and signs.
CHARACTERS = (
    (0x20, 0x24F), (0x250, 0x36F), (0x370, 0x3FF), (0x400, 0x45F), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x2070, 0x209F),
    (0x20A0, 0x20BF), (0x2100, 0x218F), (0xA720, 0xA7FF),
)  # fmt: skip
# What the two families lack: arrows, mathematical signs and shapes (≤ is one of them); check marks and stars.
SIGNS = {
    "NotoSansMath-Regular.ttf": ((0x2190, 0x21FF), (0x2200, 0x22FF), (0x25A0, 0x25FF)),
    "NotoSansSymbols2-Regular.ttf": ((0x2605, 0x2606), (0x2610, 0x2612), (0x2713, 0x2718)),
}


def made(path: Path) -> TTFont:
    """Return the font with composed letters, without what lies outside CHARACTERS, or SIGNS."""
    font = TTFont(path, recalcTimestamp=False)
    if path.name in FILES:
        add_lookups(font, add_glyphs(font))
    options = Options()
    options.layout_features = ["ccmp", "locl", "mark", "mkmk", "kern", "liga", "lnum", "tnum", "sups", "frac"]
    options.name_IDs, options.hinting, options.glyph_names, options.notdef_outline = ["*"], False, False, True
    options.recalc_timestamp = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in SIGNS.get(path.name, CHARACTERS) for code in range(first, last + 1)])
    subsetter.subset(font)
    font["name"].setName(f"{font['name'].getDebugName(5)}; composed and subset for Puente", 5, 3, 1, 0x409)
    return font


def main() -> None:
    """Make each font of SOURCE and save it in TARGET."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    arguments.add_argument("source", type=Path)
    arguments.add_argument("target", type=Path)
    given = arguments.parse_args()
    for name in (*FILES, *SIGNS):
        made(given.source / name).save(given.target / name)
        print(f"{name}: {(given.target / name).stat().st_size:,} bytes")  # noqa: T201


if __name__ == "__main__":
    main()
