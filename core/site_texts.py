"""The texts that a bare site begins with, and what is said when everything fails: one file a language in core/site_content."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

CONTENT = Path(__file__).parent / "site_content"


@cache
def site_texts(language: str) -> dict[str, dict[str, str]]:
    """Return the texts of a language, by what they are for.

    Raises:
        FileNotFoundError: the language has no file yet (docs/languages.md).
    """
    texts: dict[str, dict[str, str]] = yaml.safe_load((CONTENT / f"{language}.yaml").read_text(encoding="utf-8"))
    return texts
