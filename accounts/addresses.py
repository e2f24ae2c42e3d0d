"""E-mail addresses as they are typed: letters that only look like others are refused, before a message goes to somebody else. Pure."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LOOK_ALIKE = _("One letter of this address only looks like another one. Type the address anew on your keyboard, without copying it.")
# Written together in one word.
JAPANESE = {"CJK", "HIRAGANA", "KATAKANA"}


def validate_letters(address: str) -> None:
    """Check that an address is written with the letters that it shows.

    Before the @ are the letters, digits and signs of RFC 5322 only: what else passes Django's validator, passes because its capital
    or small letter is one of them (a Kelvin sign is a capital k). Between two dots behind it are letters of one script, in their
    ordinary form.

    Raises:
        ValidationError: it is not.
    """
    local, _at, domain = address.rpartition("@")
    labels = domain.split(".")
    if not local.isascii() or unicodedata.normalize("NFKC", domain) != domain or any(len(_scripts(label)) > 1 for label in labels):
        raise ValidationError(LOOK_ALIKE, code="look_alike")


def _scripts(label: str) -> set[str]:
    """Return the scripts of the letters of a label."""
    found = {unicodedata.name(character, "UNKNOWN").split()[0] for character in label if character.isalpha()}
    return found - JAPANESE | ({"JAPANESE"} if found & JAPANESE else set())
