"""Write the generated part of docs/performance.md: verdicts, table and chart.

python -m benchmarks.bench.document         brings page and chart up to date with benchmarks/results/latest.json
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench.goals import KILO, Row, find, sizes, verdicts
from benchmarks.bench.tasks import COURSES, PAGES, Task

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
PAGE, CHART = DOCS / "performance.md", DOCS / "images" / "performance.svg"
BEGIN, END = "<!-- written by `make bench`: do not edit -->", "<!-- end of what `make bench` writes -->"
MET = {True: "yes", False: "**no**"}


def generated(results: dict[str, Any]) -> str:
    """Return the generated part for the results of a run, markers included."""
    rows: list[Row] = results["rows"]
    # The table has the largest size only: the goals say how smaller ones compare, and the results keep every row, range and waiting time.
    parts = [BEGIN, _head(results), _goals(rows), *_edit_view(rows), _picture(rows), _table(rows, sizes(rows, "learners")[-1]), END]
    return "\n\n".join(parts)


def replaced(page: str, part: str) -> str:
    """Return a page with its generated part replaced.

    Raises:
        ValueError: the page has no markers.
    """
    before, begin, rest = page.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page lacks the markers of the generated part")
    return before + part + after


def write(results: dict[str, Any]) -> None:
    """Bring page and chart up to date with the results of a run."""
    from benchmarks.bench import chart

    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), generated(results)), encoding="utf-8")
    CHART.parent.mkdir(exist_ok=True)
    CHART.write_text(chart.draw(results["rows"]), encoding="utf-8")


def _head(results: dict[str, Any]) -> str:
    kind = {"whole": "`make bench`", "full": "`make bench FULL=1`", "short": "`make bench SHORT=1`: that it works, no figures to keep"}
    said = f"Measured on {results['measured_on']} at commit {results['commit'] or 'unknown'} with {kind[results['mode']]}, "
    fewer = sorted({row["blocks"] for row in results["rows"] if row["blocks"] != results["repeats"]})
    few = f" (where time ran short: {fewer[0]})" if fewer else ""
    said += f"{results['minutes']} minutes; {results['repeats']} {'block' if results['repeats'] == 1 else 'blocks'} each{few}, "
    said += f"{results['blocks_repeated']} of them measured again because the machine was disturbed. Peer: {results['peer']}. "
    said += f"The anonymous hello beside every block cost {results['hello_ms']:.2f} ms in the median."
    return f"{said}\n\nMachine: {results['machine']}."


def _lines(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    marks = [":---" if number < 2 else "---:" for number in range(len(head))]
    return "\n".join(f"|{'|'.join(cells)}|" for cells in [head, marks, *body])


def _goals(rows: list[Row]) -> str:
    found = verdicts(rows)
    body = [(verdict.task, verdict.goal, verdict.measured, MET[verdict.met]) for verdict in found if verdict.met is not None]
    left_out = ", ".join(dict.fromkeys(verdict.task for verdict in found if verdict.met is None))
    lengths = " / ".join(f"{steps:,}" for steps in sizes(rows, "steps"))
    said = f"A figure for each length of the course ({lengths} steps); T9 to T14 also, the last, with many pages."
    said += f" Not measured in this run: goals of {left_out}." if left_out else ""
    return f"### Goals\n\n{said}\n\n" + _lines(("Task", "Goal", "Measured", "Met?"), body)


def _edit_view(rows: list[Row]) -> list[str]:
    """Return a sentence on the peer's T8, whose weight the table shows compressed."""
    found = [row for row in rows if row["task"] == "T8" and row["system"] == "peer"]
    said = [f"{row['bytes_plain'] / KILO:,.0f} kB and {row['cpu_ms'] / KILO:,.2f} s with {row['learners']:,} learners" for row in found]
    return [f"The peer's edit view of an enrolment (T8), uncompressed, and its processor time: {'; '.join(said)}."] if said else []


def _picture(rows: list[Row]) -> str:
    learners = sizes(rows, "learners")[-1]
    text = f"Processor time of Puente and of the peer as a multiple of each task's floor, with {learners:,} learners"
    text += "; the table below has the figures of the longest course"
    return f"![{text}](images/{CHART.name})"


def _table(rows: list[Row], learners: int) -> str:
    body = []
    # What a page costs with many pages stands among the goals.
    for task in (*COURSES, *PAGES):
        found = [row for row in rows if (row["task"], row["variant"], row["learners"]) == (task.name, task.variant, learners)]
        if found:
            body.append(_line(task, rows, sizes(found, "steps")[-1], learners))
    of_each = ("× floor", "SQL", "kB")
    head = ("Task", "Steps", "Floor, ms", "Puente, ms", *of_each, "Peer, ms", *of_each)
    return f"### With {learners:,} learners, in the longest course\n\n" + _lines(head, body)


def _line(task: Task, rows: list[Row], steps: int, learners: int) -> list[str]:
    floor = find(rows, task.name, steps, learners, "floor", task.variant)
    cells = [f"{task.name} {task.title}", f"{steps:,}", f"{floor['cpu_ms']:.2f}" if floor else "–"]
    for system in ("puente", "peer"):
        cells += _cells(find(rows, task.name, steps, learners, system, task.variant))
    return cells


def _cells(row: Row | None) -> list[str]:
    if row is None:
        return ["–"] * 4
    return [
        f"{row['cpu_ms']:.2f}",
        f"{row['times_floor']:.2f}",
        f"{row['queries']:,}",
        f"{row['bytes'] / KILO:,.1f}" if row["bytes"] >= KILO else f"{row['bytes'] / KILO:.2f}",
    ]


if __name__ == "__main__":
    from benchmarks.bench.results import read

    write(read())
