"""Show how far a long command is: a bar on a terminal, a plain line now and then anywhere else."""

from __future__ import annotations

import time
from typing import IO, Any

WIDTH = 30
PLAIN_LINES = 10


class ProgressBar:
    """Counts up to `total` of `unit` and says so on a stream. The last word is always a whole line."""

    def __init__(self, total: int, unit: str, stream: IO[str] | Any) -> None:
        self.total, self.unit, self.stream = total, unit, stream
        self.done, self.began, self._said = 0, time.monotonic(), -1
        self._is_terminal = bool(getattr(stream, "isatty", lambda: False)())

    def step(self, number: int) -> None:
        """Count more of them, and say so if it is time."""
        self.done += number
        share = min(1.0, self.done / self.total) if self.total else 1.0
        tick = int(share * (100 if self._is_terminal else PLAIN_LINES))
        if tick == self._said:
            return
        self._said = tick
        seconds = time.monotonic() - self.began
        left = f", {seconds / share - seconds:.0f} s left" if 0 < share < 1 else ""
        line = f"{share:4.0%}  {self.done:,} of {self.total:,} {self.unit}  {seconds:.0f} s{left}"
        if self._is_terminal:
            filled = int(share * WIDTH)
            # Clears to the end of the line: the one before may have been longer.
            line = f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {line}\x1b[K"
        self.stream.write(line + ("\n" if not self._is_terminal or share >= 1 else ""))
        self.stream.flush()
