"""What a process of the house remembers from one request to the next, and so from one test to the next.

Two kinds. REMEMBERED holds what the database said: every test starts without it (`empty_cache` in tests/conftest.py).
CONSTANT holds what depends on nothing but its arguments and the files of the release: it is right for every test, and some
of it, as the letters in a font, is dear to find. A process cache of the product that stands in neither list fails
tests/architecture/test_process_caches.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts import admin_second_factor
from core import countries, covers, generation, page_templates, site_texts
from courses.models import structure
from credentials.certificate import glyphs as certificate_glyphs
from foundation import statements
from knowledge.edition import glyphs
from learning import api

Cache = tuple[Any, Callable[[], None]]


# What holds it, and how it is emptied.
REMEMBERED: list[Cache] = [
    (structure._documents, structure._documents.clear),
    # Every drawn page, wherever it is kept.
    (page_templates._all, page_templates.forget_all),
    (generation._expiries, generation._expiries.cache_clear),
    # Addresses: tests of the script prefix and of the language change what they are.
    (admin_second_factor._admin_home, admin_second_factor._admin_home.cache_clear),
    (api._addresses, api._addresses.cache_clear),
]
CONSTANT: list[Any] = [
    certificate_glyphs._coverage,
    countries.names,
    covers.cover_svg,
    glyphs._covered,
    site_texts.site_texts,
    statements._columns,
    statements._prepared_class,
    statements._update_sql,
    statements._written,
]


def empty() -> None:
    """Forget what the database said."""
    for _cache, forget in REMEMBERED:
        forget()
