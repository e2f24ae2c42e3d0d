"""Check a name that is to be printed on a certificate. Pure: forms, services and the certificate share it.

It asks for as little as it can. People have one name or six, in any script; only what could not be printed, or would
change how the words around it read, is refused.
"""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MIN_LENGTH = 2
MAX_LENGTH = 120

# What orders text from right to left or left to right by force (UAX #9): in a name it can make a certificate read as
# something that it does not say. The marks U+200E, U+200F and U+061C are in it too: no name needs them to be printed.
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Zero-width joiner and non-joiner are part of how Persian, Sinhala and other names are spelt: allowed between letters.
JOINERS = frozenset("\u200c\u200d")
_SPACES = re.compile(r"\s+")


def clean_printed_name(raw: str) -> str:
    """Return the name as it will be printed: NFC, trimmed, single spaces.

    Raises ValidationError, with a sentence in the reader's language, when the name is shorter than 2 or longer than
    120 characters, has no letter, or holds control or text-direction characters.
    """
    name = _SPACES.sub(" ", unicodedata.normalize("NFC", raw)).strip()
    if any(_is_forbidden(character) for character in name):
        raise ValidationError(
            _("This name contains invisible characters that can’t be printed. Please type it instead of pasting it."),
            code="forbidden_characters",
        )
    if len(name) < MIN_LENGTH:
        raise ValidationError(_("Write your name with at least 2 characters."), code="too_short")
    if len(name) > MAX_LENGTH:
        raise ValidationError(
            _("This name has %(length)d characters. A certificate has room for %(limit)d."),
            code="too_long",
            params={"length": len(name), "limit": MAX_LENGTH},
        )
    if not any(unicodedata.category(character).startswith("L") for character in name):
        raise ValidationError(_("Write your name with letters."), code="no_letter")
    return name


def _is_forbidden(character: str) -> bool:
    """Say whether a character is a control, unassigned, private or surrogate one, or an invisible format character."""
    if character in JOINERS:
        return False
    return character in BIDI_CONTROLS or unicodedata.category(character) in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
