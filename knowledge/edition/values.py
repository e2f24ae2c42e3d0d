"""The plain values from which one PDF edition is made. The same values give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from foundation.civil_dates import civil_date


@dataclass(frozen=True, slots=True)
class Picture:
    """An image ready to be printed, and what the site says of it."""

    body: bytes
    suffix: str
    credit: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class EditionValues:
    """An edition with everything that it points to.

    Attributes:
        content: the revision that was published, as Wagtail serialises it.
        facts: what it points to, in words (`knowledge.edition.facts`).
        pictures: images by their key; those that are gone are not here.
        drawings: charts as SVG, by digest; one that could not be drawn is not here.
    """

    content: Mapping[str, Any]
    facts: Mapping[str, Any]
    language: str
    number: int
    published_at: datetime
    template_version: int = 1
    pictures: Mapping[int, Picture] = field(default_factory=dict)
    drawings: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a field of text."""
        return str(self.content.get(name) or "")

    @property
    def published_on(self) -> date:
        """The date that the work itself bears."""
        found = self.text("published_on")[:10]
        return date.fromisoformat(found) if found else civil_date(self.published_at)
