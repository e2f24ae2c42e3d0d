"""What a language of the site needs beside its entry in the table, and which of it is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from accounts.roles import ROLES
from foundation.languages import Language
from tests.architecture.floors import FLOORS, ROOT

# Whatever others have, the first language has: its file says which texts there are.
WHOLE = "es"


def drawing_words() -> dict[str, Mapping[str, Any]]:
    """Return each table of words by language that a version of a PDF prints, whichever versions there are."""
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("words_v*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for table, value in vars(import_module(name)).items():
            if isinstance(value, Mapping) and WHOLE in value:
                found[f"{name}.{table}"] = value
    return found


def missing(language: Language, root: Path = ROOT) -> list[str]:
    """Return what a language lacks, in words; nothing for one that can be used."""
    own_or_relatives = (language.code, *language.fallbacks)
    return [
        *_missing_catalogue(language.code, root),
        *_missing_texts(language.code, root),
        *(f"words of {name}" for name, table in drawing_words().items() if not set(own_or_relatives) & set(table)),
        *(
            f"a guide for {role.key}"
            for role in ROLES
            if not any((root / "docs" / "guides" / code / f"{role.key}.md").is_file() for code in own_or_relatives)
        ),
    ]


def _missing_catalogue(code: str, root: Path) -> Iterator[str]:
    path = root / "locale" / code / "LC_MESSAGES" / "django.po"
    if not path.is_file():
        yield f"the catalogue {path.relative_to(root)}"


def _missing_texts(code: str, root: Path) -> Iterator[str]:
    folder = root / "core" / "site_content"
    path = folder / f"{code}.yaml"
    if not path.is_file():
        yield f"the texts {path.relative_to(root)}"
        return
    there = texts_in(path)
    wanted = set(texts_in(folder / f"{WHOLE}.yaml"))
    yield from (f"the text {name} of {path.relative_to(root)}" for name in sorted(wanted - {name for name, text in there.items() if text}))
    yield from (f"nobody reads the text {name} of {path.relative_to(root)}" for name in sorted(set(there) - wanted))


def texts_in(path: Path) -> dict[str, str]:
    """Return the texts of a file by the way to them, as "about.title"."""
    parts: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {f"{part}.{name}": text for part, texts in parts.items() for name, text in texts.items()}
