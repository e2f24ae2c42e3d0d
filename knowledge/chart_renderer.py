"""Vega-Lite in a process of its own: `python -m knowledge.chart_renderer` reads descriptions and writes SVG, both as JSON.

Vega is JavaScript, and its engine takes 60 to 110 MB in the process that has drawn (docs/editions.md): no web process shall carry that
for good, so each drawing has a process that ends with it. Nothing of Django is imported here: it starts in a fraction of a second.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

VEGA_LITE = "5.20"
LONGEST_SECONDS = 20
FONTS = Path(__file__).resolve().parent / "edition" / "fonts"
ROOT = Path(__file__).resolve().parent.parent


class DrawingFailed(Exception):
    """The process gave no picture."""


def draw(jobs: list[dict[str, Any]]) -> list[str]:
    """Return the SVG of each job {spec, format}, drawn by a process that ends with it.

    Raises:
        DrawingFailed: there was no answer in time, or Vega refused a description.
    """
    command = [sys.executable, "-m", "knowledge.chart_renderer"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, which reads from a pipe
            command, input=json.dumps(jobs).encode(), stdout=subprocess.PIPE, cwd=ROOT, timeout=LONGEST_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as failure:
        raise DrawingFailed("The drawing process gave no answer.") from failure
    result = json.loads(done.stdout)
    if "error" in result:
        raise DrawingFailed(result["error"])
    drawn: list[str] = result["drawn"]
    return drawn


def main() -> None:
    """Draw what is asked for on standard input, and write it to standard output."""
    import vl_convert  # here, so that only the process that draws carries it

    vl_convert.register_font_directory(str(FONTS))
    answer: dict[str, Any]
    try:
        jobs = json.load(sys.stdin.buffer)
        answer = {
            "drawn": [
                vl_convert.vegalite_to_svg(job["spec"], vl_version=VEGA_LITE, format_locale=job["format"], allowed_base_urls=[])
                for job in jobs
            ]
        }
    except (ValueError, TypeError, KeyError) as failure:
        answer = {"error": str(failure)[:500]}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
