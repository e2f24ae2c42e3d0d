"""Writes stylesheets and scripts in one form: one declaration a line. With --check it changes nothing and names what is not in that form.

python -m scripts.format_assets            what `make format` does
python -m scripts.format_assets --check    what `make check` asks
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator
from pathlib import Path

import cssbeautifier
import jsbeautifier

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("static/css", "static/js", "tests/js")
COMMON = {"indent_size": 2, "end_with_newline": True, "max_preserve_newlines": 2, "eol": "\n"}
OPTIONS: dict[str, dict[str, object]] = {
    ".css": {**COMMON, "selector_separator_newline": False, "newline_between_rules": False, "space_around_combinator": True},
    ".js": {**COMMON, "brace_style": "collapse,preserve-inline"},
}
LIBRARIES = {".css": cssbeautifier, ".js": jsbeautifier}


def formatted(text: str, kind: str) -> str:
    """Return a stylesheet (".css") or a script (".js") in the form of the house."""
    library = LIBRARIES[kind]
    options = library.default_options()
    for name, value in OPTIONS[kind].items():
        if not hasattr(options, name):
            raise ValueError(f"{library.__name__} has no option {name}")
        setattr(options, name, value)
    return str(library.beautify(text, options))


def assets(root: Path) -> Iterator[Path]:
    """Return every stylesheet and script of ours."""
    for folder in FOLDERS:
        yield from sorted(path for path in (root / folder).iterdir() if path.suffix in OPTIONS)


def differences(root: Path) -> dict[Path, str]:
    """Return, by file, how each file that is not in the form would be written."""
    found = {}
    for path in assets(root):
        text = path.read_text(encoding="utf-8")
        wanted = formatted(text, path.suffix)
        if wanted != text:
            found[path] = wanted
    return found


def main() -> int:
    """Write or check; returns 1 when a check finds something."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; say what is not in the form")
    is_check = parser.parse_args().check
    found = differences(ROOT)
    for path, wanted in found.items():
        name = str(path.relative_to(ROOT))
        if is_check:
            lines = difflib.unified_diff(path.read_text(encoding="utf-8").splitlines(), wanted.splitlines(), name, name, lineterm="", n=1)
            sys.stdout.write("\n".join(lines) + "\n")
        else:
            path.write_text(wanted, encoding="utf-8")
            sys.stdout.write(f"{name}: written anew\n")
    return int(is_check and bool(found))


if __name__ == "__main__":
    sys.exit(main())
