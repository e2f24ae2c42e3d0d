"""The floors of the house, from the lowest to the highest, as the import linter reads them."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def _floors() -> tuple[str, ...]:
    written = ConfigParser()
    written.read(ROOT / ".importlinter")
    return tuple(reversed(written["importlinter:contract:floors"]["layers"].split()))


FLOORS = _floors()
# Those that are Django apps: all but the way in which they are put together.
APPS = FLOORS[:-1]
# Those that hold personal data.
PERSONAL = ("accounts", "learning", "credentials", "administration")
