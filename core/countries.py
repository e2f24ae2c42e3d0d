"""Countries by ISO 3166-1 alpha-2 code, with names in the languages of the site.

Fixed in code, as topics are. Names come from the CLDR data in Babel; its list also holds regions, reserved codes and
test codes, which are no countries and are left out here. Latin America and the Caribbean stand first for editors.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from babel import Locale

from foundation.languages import LANGUAGES

# CLDR's own codes and ISO's reserved ones: no assigned country.
NOT_ASSIGNED = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"})
# Latin America and the Caribbean: UN M49 area 419, with the territories in it.
_REGION = (
    "AG AI AR AW BB BL BM BO BR BS BZ CL CO CR CU CW DM DO EC FK GD GF GP GT GY HN HT JM KN KY "
    "LC MF MQ MS MX NI PA PE PR PY SR SV SX TC TT UY VC VE VG VI"
)
REGION = frozenset(_REGION.split())


@cache
def names(language: str) -> dict[str, str]:
    """Return the name of every country in a language, by code."""
    # Wagtail's admin speaks "pt-br".
    entry = LANGUAGES.get(language)
    territories = (Locale.parse(entry.babel_locale) if entry else Locale.parse(language, sep="-")).territories
    return {code: str(name) for code, name in territories.items() if len(code) == 2 and code.isalpha() and code not in NOT_ASSIGNED}


CODES = frozenset(names("en"))


def country_name(code: str, language: str) -> str:
    """Return the name of a country in a language, or the code itself for one that is not assigned."""
    return names(language).get(code, code)


def sort_key(name: str) -> str:
    """Return what a name is sorted by: without accents, so that "Écuador" would not stand after Z."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))


def choices(language: str) -> list[tuple[str, str]]:
    """Return code and name of every country by name, those of the region first."""
    return sorted(names(language).items(), key=lambda item: (item[0] not in REGION, sort_key(item[1])))
