"""Read the content of an edition as Revision.content keeps it: values by field, streams as JSON in JSON. Pure.

Read here and not through the page's classes: an edition must be readable when its page, its images, or a kind of block is gone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class UnknownContent(LookupError):
    """An edition names something that has no form on paper, or none any more: it is refused, and not printed without it."""


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """One block: its type, its value, its id."""

    type: str
    value: Any
    id: str = ""


def blocks(content: Mapping[str, Any], field: str) -> list[StoredBlock]:
    """Return the blocks of a stream; none for a field that is empty or cannot be read."""
    raw = content.get(field) or []
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError:
            return []
    if not isinstance(raw, list):
        return []
    return [StoredBlock(str(item.get("type", "")), item.get("value"), str(item.get("id") or "")) for item in raw if isinstance(item, dict)]


def items(value: Any) -> list[Any]:
    """Return the items of a list block, as either of its two stored forms: bare, or each with type and id."""
    if not isinstance(value, list):
        return []
    return [item["value"] if isinstance(item, dict) and item.get("type") == "item" and "value" in item else item for item in value]


def word(value: Any, name: str) -> str:
    """Return a text of a struct block; empty if there is none."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return "" if found is None else str(found)


@dataclass(frozen=True, slots=True)
class StoredImage:
    """Which image, and what an editor says of it in this place."""

    key: int | None
    alt: str = ""
    is_decorative: bool = False


def image(value: Any) -> StoredImage:
    """Return the image of a block: an id, or an id with its words (wagtail.images.blocks.ImageBlock)."""
    raw = value.get("image") if isinstance(value, Mapping) else None
    if isinstance(raw, Mapping):
        key = raw.get("image")
        return StoredImage(key if isinstance(key, int) else None, word(raw, "alt_text"), bool(raw.get("decorative")))
    return StoredImage(raw if isinstance(raw, int) else None)
