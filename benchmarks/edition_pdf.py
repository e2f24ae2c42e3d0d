"""Measure the PDF of a brief and the drawing of its charts: seconds, bytes and memory.

python -m benchmarks.edition_pdf        no database, no server: the demo's own briefs, straight from their files

Cold is a process that has just started. Warm is the same brief in the other language right after it: the very same brief again would
come out of the typesetter's memory. Memory is resident, in MB: before, when the charts are drawn, when the PDF is made; and the child's.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")

PAGE = os.sysconf("SC_PAGE_SIZE")
COLUMNS = ("pages", "bytes", "cold s", "warm s", "drawn cold", "drawn warm", "MB before", "MB drawn", "MB made", "MB child")


def resident(process: int | str = "self") -> float:
    """Return the resident memory of a process in MB."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE / 1e6


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return how many seconds a piece of work takes, and what it returns."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def measured(language: str, slug: str) -> list[float]:
    """Measure one brief in this process, in the order of COLUMNS."""
    import django

    django.setup()
    import pypdfium2
    import yaml

    from knowledge.demo import CONTENT, _block
    from knowledge.edition.typesetting import typeset_edition
    from tests.knowledge.editions import drawings, values

    def read(code: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        content = yaml.safe_load((CONTENT / code / f"{slug}.yaml").read_text())
        messages = json.dumps([{"type": "message", "value": message} for message in content["key_messages"]])
        fields = {name: content[name] for name in ("title", "abstract", "topic")}
        return fields | {"key_messages": messages}, [_block(block) for block in content["body"]]

    other = "en" if language == "es" else "es"
    (fields, blocks), (other_fields, other_blocks) = read(language), read(other)
    before = resident()
    drawn_cold, _svg = timed(lambda: drawings({"body": blocks}, language))
    drawn_warm, _svg = timed(lambda: drawings({"body": other_blocks}, other))
    # In KB, the most that a process which has ended had: the one that draws.
    after_drawing, child_memory = resident(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
    edition = values(*blocks, language=language, **fields)
    second = values(*other_blocks, language=other, **other_fields)
    cold, pdf = timed(lambda: typeset_edition(edition))
    warm, _pdf = timed(lambda: typeset_edition(second))
    return [len(pypdfium2.PdfDocument(pdf)), len(pdf), cold, warm, drawn_cold, drawn_warm, before, after_drawing, resident(), child_memory]


def main() -> None:
    """Print a table: each brief of the demo in a process of its own, the largest first."""
    if len(sys.argv) == 3:
        print(json.dumps(measured(*sys.argv[1:])))
        return
    content = Path(__file__).resolve().parent.parent / "knowledge" / "demo" / "content"
    rows = []
    for path in sorted(content.glob("e[sn]/*.yaml")):
        command = [sys.executable, "-m", "benchmarks.edition_pdf", path.parent.name, path.stem]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - this very file
        rows.append((f"{path.parent.name} {path.stem}", json.loads(answer.stdout)))
    print(f"{'brief':<36}" + "".join(f"{name:>12}" for name in COLUMNS))
    for name, row in sorted(rows, key=lambda item: -item[1][1]):
        print(f"{name[:36]:<36}" + "".join(f"{cell:>12.2f}" if 2 <= place <= 5 else f"{cell:>12.0f}" for place, cell in enumerate(row)))


if __name__ == "__main__":
    main()
