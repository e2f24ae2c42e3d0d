"""What the catalogues of the site say: for tests that ask whether a text has been translated."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.functional import Promise

ROOT = Path(__file__).resolve().parents[1]
# Texts are written in it.
SOURCE_LANGUAGE = "en"


@lru_cache
def catalogue(language: str) -> Catalog:
    """Return the translations of a language as they are kept."""
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def source(text: str | Promise) -> str:
    """Return a text as the code has it."""
    with translation.override(None):
        return str(text)


def is_translated(text: str | Promise, language: str) -> bool:
    """Whether a text has words in a language of its own; a lazy one that no catalogue knows has not."""
    message = catalogue(language).get(source(text)) if language != SOURCE_LANGUAGE else None
    return language == SOURCE_LANGUAGE or bool(message and message.string)
