"""The table of languages: everything that the code has to know about a language of the site.

A new language is one entry here and its files (docs/languages.md). The first entry is the language that others are translated
from; what has one name only, as a group of people who work here, has it in that language.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from foundation.registry import Entry, Registry

Text = TypeVar("Text")
# ISO 639, without a region: the code is a part of every address, the name of files, and what a PDF says of its language.
CODE = re.compile(r"[a-z]{2,3}")
# A space that is narrower than others and does not break.
NARROW = "\u202f"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberForm:
    """How a language writes numbers: its marks, and from how many digits on thousands stand apart."""

    decimal_mark: str
    thousands_mark: str
    grouped_from: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Language(Entry):
    """A language of the site; its name in the registry is its code.

    Attributes:
        own_name: what its readers call it.
        babel_locale: where Babel has its names of countries, or those of a relative.
        quotation_marks: what opens and closes a quotation, with the spaces that belong to them.
        single_mark: what a straight ' becomes before a word; elsewhere it is an apostrophe.
        has_spaced_marks: whether a space stands before ; ! ? and the colon.
        fallbacks: its relatives, the nearest first: which language its readers get where a text in their own is missing.
    """

    own_name: str
    direction: Literal["ltr", "rtl"]
    babel_locale: str
    quotation_marks: tuple[str, str]
    single_mark: str
    has_spaced_marks: bool
    numbers: NumberForm
    fallbacks: tuple[str, ...]

    def __post_init__(self) -> None:
        if not CODE.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no code of a language without a region")

    @property
    def code(self) -> str:
        """The code by which addresses, files and records know it."""
        return self.name


LANGUAGES = Registry(Language)
LANGUAGES.register(
    Language(
        name="es",
        own_name="Español",
        direction="ltr",
        babel_locale="es",
        quotation_marks=("«", "»"),
        single_mark="’",
        has_spaced_marks=False,
        # A narrow space between thousands, and four digits together (RAE).
        numbers=NumberForm(decimal_mark=",", thousands_mark=NARROW, grouped_from=5),
        fallbacks=("en",),
    )
)
LANGUAGES.register(
    Language(
        name="pt",
        own_name="Português",
        direction="ltr",
        babel_locale="pt",
        quotation_marks=("“", "”"),
        single_mark="’",
        has_spaced_marks=False,
        numbers=NumberForm(decimal_mark=",", thousands_mark=".", grouped_from=5),
        # Nearer to Spanish than to English.
        fallbacks=("es", "en"),
    )
)
LANGUAGES.register(
    Language(
        name="fr",
        own_name="Français",
        direction="ltr",
        babel_locale="fr",
        quotation_marks=("«" + NARROW, NARROW + "»"),
        single_mark="’",
        has_spaced_marks=True,
        # Imprimerie nationale.
        numbers=NumberForm(decimal_mark=",", thousands_mark=NARROW, grouped_from=5),
        # French readers of the region read Spanish, too.
        fallbacks=("es", "en"),
    )
)
LANGUAGES.register(
    Language(
        name="en",
        own_name="English",
        direction="ltr",
        babel_locale="en",
        quotation_marks=("“", "”"),
        single_mark="‘",
        has_spaced_marks=False,
        numbers=NumberForm(decimal_mark=".", thousands_mark=",", grouped_from=4),
        fallbacks=("es",),
    )
)


def codes() -> list[str]:
    """Return the codes of all languages, the first language first."""
    return [language.code for language in LANGUAGES]


def choices() -> list[tuple[str, str]]:
    """Return code and own name of each language, as settings and fields take them."""
    return [(language.code, language.own_name) for language in LANGUAGES]


def first_language() -> Language:
    """Return the language that others are translated from."""
    return next(iter(LANGUAGES))


def entry_for(code: str) -> Language:
    """Return the language of a code that may have a region ("pt-br"); the first one for a language that the site does not speak."""
    return LANGUAGES.get(code) or LANGUAGES.get(code.partition("-")[0]) or first_language()


def in_order_for(code: str) -> list[str]:
    """Return all codes in the order in which a text is looked for: the language, its relatives, the first language, the others."""
    language = entry_for(code)
    return list(dict.fromkeys([language.code, *language.fallbacks, *codes()]))


def nearest(code: str, available: Container[str]) -> str:
    """Return the language nearest to one among those that are there.

    Raises:
        LookupError: no language of the site is there.
    """
    for candidate in in_order_for(code):
        if candidate in available:
            return candidate
    raise LookupError(f"nothing in {code!r}, nor in any other language of the site")


def text_for(code: str, texts: Mapping[str, Text]) -> Text:
    """Return what a table of texts by language has for a language, or for the nearest one that it has.

    Raises:
        LookupError: it has no language of the site.
    """
    return texts[nearest(code, texts)]
