"""Addresses by name, for floors that lie below what stands there; and which of them the header and the footer of every page show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise

from foundation.registry import Entry, Registry


class Place(Enum):
    """Where an address is shown on every page."""

    HEADER = "header"
    FOOTER = "footer"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address(Entry):
    """An address under a name, in the language that is active. `url` takes the keys of what it is the address of."""

    url: Callable[..., str]
    place: Place = Place.NOWHERE
    label: str | Promise = ""


ADDRESSES = Registry(Address)


def address(name: str, *keys: object) -> str:
    """Return an address.

    Raises:
        KeyError: no app has entered this name.
    """
    return ADDRESSES[name].url(*keys)


def links(place: Place) -> list[tuple[str, str]]:
    """Return label and address of all that is shown at a place, in order."""
    return [(str(entry.label), entry.url()) for entry in ADDRESSES if entry.place is place]
