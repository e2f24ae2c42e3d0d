"""Versions of what is stored as JSON (outlines, papers, certificates, facts of an edition): a reader names those that it understands. Pure.

What a newer release wrote, or nobody knows, is refused, and said in words: a guess could give a wrong grade. No database, no clock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.errors import Refused


class VersionUnknown(Refused):
    """A stored document is of a version that this release cannot read. Nothing was changed, and nothing is lost."""

    code = "version_unknown"
    message = _("This was saved by another version of the site, which this one cannot read. Nothing was changed, and nothing is lost.")

    def __init__(self, what: str, version: object) -> None:
        super().__init__(what, version)
        self.what, self.version = what, version

    def __repr__(self) -> str:
        return f"VersionUnknown: {self.what} of version {self.version!r}"


def known_version(what: str, stored: Mapping[str, Any], known: Collection[int]) -> int:
    """Return the version of a stored document.

    Args:
        what: a word for the log ("paper").
        known: the versions that the caller understands.

    Raises:
        VersionUnknown: it is another, or none.
    """
    version = stored.get("schema")
    if type(version) is not int or version not in known:
        raise VersionUnknown(what, version)
    return version
