"""Check ORCID iDs. Rule: ISO 7064 MOD 11-2 over the first fifteen digits (ORCID, "Structure of the ORCID Identifier")."""

from __future__ import annotations

import re

PATTERN = re.compile(
    r"(?:orcid(?: id)?:? ?)?(?:https?://)?(?:www\.)?(?:orcid\.org/)?"
    r"([0-9]{4})[- ]?([0-9]{4})[- ]?([0-9]{4})[- ]?([0-9]{3}[0-9X])/?(?:[?#].*)?",
    re.IGNORECASE,
)
# What word processors make of a hyphen or a space between the groups.
DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-") | dict.fromkeys("\u00a0\u2007\u202f", " "))


class OrcidMalformed(ValueError):
    """The text is no ORCID iD, or its last character does not match the others."""


def check_character(digits: str) -> str:
    """Return the check character of fifteen digits: 0 to 9, or X for ten."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    result = (12 - total % 11) % 11
    return "X" if result == 10 else str(result)


def normalised(text: str) -> str:
    """Return an iD as `0000-0002-1825-0097`, from any common way of writing it.

    Raises:
        OrcidMalformed: it has another shape, or the check character is wrong.
    """
    match = PATTERN.fullmatch(text.translate(DASHES).strip())
    if match is None:
        raise OrcidMalformed(text)
    found = "-".join(match.groups()).upper()
    plain = found.replace("-", "")
    if check_character(plain[:15]) != plain[15]:
        raise OrcidMalformed(text)
    return found
