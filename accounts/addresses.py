"""E-mail addresses as they are typed: letters that only look like others are refused, before a message goes to somebody else. Pure."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LOOK_ALIKE = _("One letter of this address only looks like another one. Type the address anew on your keyboard, without copying it.")
# Written together in one word.
JAPANESE = {"CJK", "HIRAGANA", "KATAKANA"}
# Latin letters that are an ordinary one with something added, although Unicode does not take them apart.
EUROPEAN = frozenset("ßæœøłđðþħŋŧ")
# Letters of other scripts that look like Latin ones. A whole word of them looks like another word: the lists of Chromium's rules for
# showing domain names (components/url_formatter/spoof_checks, "whole script confusables").
LOOK_LATIN = {"CYRILLIC": frozenset("аысԁеԍһіюјӏорԗԛѕԝхуъьҽпгѵѡ"), "GREEK": frozenset("αικνρυωηοτ")}


def validate_letters(address: str) -> None:
    """Check that an address is written with the letters that it shows.

    Before the @ are the letters, digits and signs of RFC 5322 only: what else passes Django's validator, passes because its capital
    or small letter is one of them (a Kelvin sign is a capital k). Between two dots behind it are letters of one script, in their
    ordinary form, that do not all look like letters of another.

    Raises:
        ValidationError: it is not.
    """
    local, _at, domain = address.rpartition("@")
    if not local.isascii() or unicodedata.normalize("NFKC", domain) != domain or not all(map(_is_plain, domain.split("."))):
        raise ValidationError(LOOK_ALIKE, code="look_alike")


def _is_plain(label: str) -> bool:
    """Whether a part of a domain is what it shows."""
    scripts, letters = _scripts(label), {character for character in label.lower() if character.isalpha()}
    if len(scripts) != 1:
        return not scripts
    script = scripts.pop()
    if script == "LATIN":
        return all(unicodedata.normalize("NFD", letter)[0].isascii() or letter in EUROPEAN for letter in letters)
    return not letters <= LOOK_LATIN.get(script, frozenset())


def _scripts(label: str) -> set[str]:
    """Return the scripts of the letters of a label."""
    found = {unicodedata.name(character, "UNKNOWN").split()[0] for character in label if character.isalpha()}
    return found - JAPANESE | ({"JAPANESE"} if found & JAPANESE else set())
