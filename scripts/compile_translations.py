"""Compiles locale/*/LC_MESSAGES/*.po into the .mo files that Django reads. Babel does it: no gettext on the machine."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from scripts.locks import one_at_a_time

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"


def is_stale(po: Path) -> bool:
    """Whether the compiled file is missing or older than its source."""
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime


def stale_files() -> list[Path]:
    """Return the sources that have to be compiled."""
    return [po for po in sorted(LOCALE_DIR.glob("*/LC_MESSAGES/*.po")) if is_stale(po)]


def compile_file(po: Path) -> None:
    """Compile one file. Fuzzy entries are left out: the reader gets the source text, not a guess."""
    language = po.parent.parent.name
    with po.open("rb") as source:
        catalog = read_po(source, locale=language)
    fresh = po.with_suffix(".mo.new")
    with fresh.open("wb") as target:
        write_mo(target, catalog)
    # Renamed into place, so that a running site never reads half a file.
    fresh.replace(po.with_suffix(".mo"))


def compile_all() -> int:
    """Compile what has changed and return how many files that were."""
    if not stale_files():
        return 0
    with one_at_a_time(LOCALE_DIR):
        stale = stale_files()
        for po in stale:
            compile_file(po)
        return len(stale)


if __name__ == "__main__":
    sys.stdout.write(f"Translations: {compile_all()} compiled.\n")
