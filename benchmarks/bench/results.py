"""Make rows of results from measured blocks, and write them to benchmarks/results/latest.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.bench.measuring import Contender
from benchmarks.bench.summary import percentile, ratios, spread
from benchmarks.bench.tasks import Task

Row = dict[str, Any]
LATEST = Path(__file__).resolve().parent.parent / "results" / "latest.json"


def row_of(task: Task, system: str, steps: int, learners: int, contender: Contender, floor: Contender) -> Row:
    """Return what one contender came to at one task.

    `range` is that of `times_floor`, the figure that counts; `cpu_range` that of the milliseconds. Bytes are compressed, by
    the site or, if it does not, as a proxy in front of it would; `bytes_sent` is what the site itself sent, `bytes_plain` what a
    browser reads.
    """
    blocks = contender.blocks
    times = [seconds * 1000 for block in blocks for seconds in block.times]
    times_floor, between = spread(ratios(blocks, floor.blocks), 3)
    cpu, cpu_between = spread([block.cpu_ms for block in blocks], 3)
    return {
        "task": task.name,
        "variant": task.variant,
        "system": system,
        "steps": steps,
        "learners": learners,
        "cpu_ms": cpu,
        "queries": contender.queries,
        "bytes": contender.weight.compressed,
        "p50_ms": round(percentile(times, 0.5), 2),
        "p95_ms": round(percentile(times, 0.95), 2),
        "times_floor": times_floor,
        "range": between,
        "cpu_range": cpu_between,
        "app_ms": spread([block.app_ms for block in blocks], 3)[0],
        "db_ms": spread([block.db_ms for block in blocks], 3)[0],
        "bytes_sent": contender.weight.sent,
        "bytes_plain": contender.weight.plain,
        "visits": contender.visits,
        "blocks": len(blocks),
        "floor": task.floor,
    }


def write(path: Path, results: dict[str, Any]) -> None:
    """Write results, a row a line, so that a change can be read."""
    head = {name: value for name, value in results.items() if name != "rows"}
    lines = [f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)},\n" for name, value in head.items()]
    rows = ",\n".join(f"    {json.dumps(row)}" for row in results["rows"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + "".join(lines) + '  "rows": [\n' + rows + "\n  ]\n}\n", encoding="utf-8")


def read(path: Path = LATEST) -> dict[str, Any]:
    """Read results."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
