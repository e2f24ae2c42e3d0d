"""Counts renderings: a context processor that writes down the path of each page that is drawn, from every process of every machine."""

from __future__ import annotations

import os
from typing import Any

from django.http import HttpRequest


def written_down(request: HttpRequest) -> dict[str, Any]:
    """Add a line to the file that RENDERS names. A line this short is written whole, whoever else writes."""
    with open(os.environ["RENDERS"], "a", encoding="utf-8") as renders:  # noqa: PTH123 - unbuffered appending
        renders.write(f"{request.path}\n")
    return {}
