"""Draw charts in a child process: `python -m knowledge.drawer` reads Vega-Lite and writes SVG, one JSON document a line.

Vega is JavaScript, and its engine takes 60 to 110 MB in the process that has drawn (docs/editions.md): no web process shall carry that
for good. So a child is started when there is something to draw, and ends when nobody has asked for IDLE_SECONDS, or with its parent.
Nothing of Django is imported here: the child starts in a fraction of a second.
"""

from __future__ import annotations

import json
import logging
import os
import select
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

VEGA_LITE = "5.20"
IDLE_SECONDS = 20
LONGEST_SECONDS = 20
FONTS = Path(__file__).resolve().parent / "edition" / "fonts"
ROOT = Path(__file__).resolve().parent.parent


class DrawingFailed(Exception):
    """The child gave no picture."""


class _Child:
    """The child of this process, if there is one. One conversation at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._parent = 0

    def draw(self, jobs: list[dict[str, Any]]) -> list[str]:
        """Return the SVG of each job {spec, format}; tries once more when the child ended just now, being idle.

        Raises:
            DrawingFailed: there was no answer in time, or Vega refused a description.
        """
        line = json.dumps(jobs, ensure_ascii=True).encode() + b"\n"
        with self._lock:
            answer = self._asked(line) or self._asked(line)
            if not answer:
                self._end()
                raise DrawingFailed("The drawing process gave no answer.")
        result = json.loads(answer)
        if "error" in result:
            raise DrawingFailed(result["error"])
        drawn: list[str] = result["drawn"]
        return drawn

    def _asked(self, line: bytes) -> bytes:
        """Return the answer of the child; empty when it is gone."""
        process = self._running()
        if process.stdin is None or process.stdout is None:
            return b""
        try:
            process.stdin.write(line)
            process.stdin.flush()
        except OSError:
            self._end()
            return b""
        if not select.select([process.stdout], [], [], LONGEST_SECONDS)[0]:
            self._end()
            return b""
        answer = process.stdout.readline()
        if answer.endswith(b"\n"):
            return answer
        self._end()
        return b""

    def _running(self) -> subprocess.Popen[bytes]:
        # After a fork the child belongs to the parent process, and so does its conversation.
        if self._process is None or self._process.poll() is not None or self._parent != os.getpid():
            self._process = subprocess.Popen(
                [sys.executable, "-m", "knowledge.drawer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
            )
            self._parent = os.getpid()
        return self._process

    def _end(self) -> None:
        if self._process is not None and self._parent == os.getpid():
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
        self._process = None


_child = _Child()
draw = _child.draw


def main() -> None:
    """Answer until nobody has asked for a while."""
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))
    while select.select([sys.stdin.buffer], [], [], IDLE_SECONDS)[0]:
        line = sys.stdin.buffer.readline()
        if not line:
            return
        try:
            drawn = [
                vl_convert.vegalite_to_svg(job["spec"], vl_version=VEGA_LITE, format_locale=job["format"], allowed_base_urls=[])
                for job in json.loads(line)
            ]
            answer: dict[str, Any] = {"drawn": drawn}
        except (ValueError, TypeError, KeyError) as failure:
            answer = {"error": str(failure)[:500]}
        sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=True).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
