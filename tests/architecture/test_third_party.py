"""Every view that comes from a package is listed with the right that it takes (third_party.py): a package may ask for less than we do."""

from __future__ import annotations

import re
from typing import Any

from tests.architecture.audience import Address, addresses
from tests.architecture.third_party import BY_RIGHT, RIGHT_OF

OURS = ("accounts", "core", "editorial", "knowledge", "courses", "learning", "credentials", "administration", "config")


def home_of(view: Any) -> str:
    """Return the module in which a view is written, beneath what wraps it."""
    while hasattr(view, "__wrapped__") and not hasattr(view, "view_class"):
        view = view.__wrapped__
    return str(getattr(view, "view_class", view).__module__)


def is_ours(address: Address) -> bool:
    return home_of(address.pattern.callback).split(".")[0] in OURS


def name_of(address: Address) -> str:
    """Return what the table calls an address; our own shadow of a view of a package is not in it."""
    return address.name if address.pattern.name else address.route


def third_party() -> set[str]:
    return {name_of(address) for address in addresses() if not is_ours(address)}


def test_every_view_of_a_package_is_listed_with_its_right() -> None:
    assert sorted(third_party() - set(RIGHT_OF)) == [], "say in tests/architecture/third_party.py which right it takes"


def test_nothing_is_listed_that_is_no_more() -> None:
    assert sorted(set(RIGHT_OF) - third_party()) == []


def test_nothing_is_listed_twice() -> None:
    names = [name for names in BY_RIGHT.values() for name in names]
    assert sorted(names) == sorted(set(names))


def test_views_that_ask_too_little_are_answered_by_ours() -> None:
    """The same address, found first: what wagtail-localize would answer is reached by nobody."""
    replaced = {
        "submit_page_translation": "page_translations",
        "update_translations": "page_translations_update",
        "upload_pofile": "page_translation_upload",
        "translations_report": "page_translations_report",
        "translations_report_results": "page_translations_report_results",
    }
    by_route: dict[str, list[str]] = {}
    for address in addresses():
        by_route.setdefault(re.sub(r"\s", "", address.route), []).append(address.name)
    for theirs, ours in replaced.items():
        (names,) = [names for names in by_route.values() if f"wagtail_localize:{theirs}" in names]
        assert names[0] == ours
