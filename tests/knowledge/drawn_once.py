"""Pictures of charts, by the real renderer, remembered by what was to be drawn."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Jobs = list[dict[str, Any]]


class DrawnOnce:
    """In place of `chart_renderer.draw`: what was drawn before is not drawn again, and what fails is not remembered."""

    def __init__(self, draw: Callable[[Jobs], list[str]]) -> None:
        self.draw = draw
        self.drawn: dict[str, str] = {}

    def __call__(self, jobs: Jobs) -> list[str]:
        names = [json.dumps(job, sort_keys=True) for job in jobs]
        missing = {name: job for name, job in zip(names, jobs, strict=True) if name not in self.drawn}
        if missing:
            self.drawn |= zip(missing, self.draw(list(missing.values())), strict=True)
        return [self.drawn[name] for name in names]
