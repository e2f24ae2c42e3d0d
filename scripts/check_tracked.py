"""Refuse tracked files that name one machine: package-index addresses, somebody's home folder, secrets of the demo.

A lock file with an index address installs from somebody's mirror; a path of one machine breaks on every other.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINARY = {".png", ".jpg", ".jpeg", ".webp", ".avif", ".ico", ".pdf", ".otf", ".ttf", ".woff2", ".mo", ".gz", ".br"}
# Written in pieces, so that this file does not find itself.
RULES: dict[str, re.Pattern[str]] = {
    "a package index": re.compile("--(extra-" + "index|index|find)-(url|links)|" + r"pypi\.org" + "/simple|files\\.python" + "hosted"),
    "a file address": re.compile(r"file:" + r"//" + r"/(?!\{)[\w.]"),
    "a path of one machine": re.compile(r"(?<![\w.:/~$}\])-])/(?:" + "ho" + r"me/\w|ro" + r"ot/[\w.]|Us" + r"ers/\w|wo" + r"rk/\w)"),
    "a private key": re.compile("BEGIN [A-Z ]*PRIVATE" + " KEY"),
}


def tracked() -> list[Path]:
    """Return the files git knows and those it would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - git of the developer
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def problems(path: Path) -> list[str]:
    """Return what is wrong with one file, a line each."""
    if path.suffix in BINARY or not path.is_file():
        return []
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        found += [f"{path.relative_to(ROOT)}:{number}: {what}: {line.strip()[:120]}" for what, rule in RULES.items() if rule.search(line)]
    return found


def main() -> None:
    """Look at every file; end with status 1 when something was found."""
    found = [line for path in tracked() for line in problems(path)]
    for line in found:
        sys.stdout.write(f"{line}\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
