"""`make bench`: prepares the sites, measures every task at every size, writes results, table and chart."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bench import results
from benchmarks.bench.cluster import Cluster
from benchmarks.bench.machine import commit, describe
from benchmarks.bench.measuring import Contender, Run
from benchmarks.bench.modes import SHORT, Mode, mode_of
from benchmarks.bench.peer_environment import PeerMissing, peer_python
from benchmarks.bench.sites import Running, Site, sites
from benchmarks.bench.tasks import TASKS, Task


def say(text: str) -> None:
    """Print a line at once, with the minutes since the start."""
    print(f"[{(time.monotonic() - BEGAN) / 60:5.1f} min] {text}", flush=True)


BEGAN = time.monotonic()
SITE_OF_FLOOR = {"wagtail page": "wagtail", "wagtail explorer": "wagtail", "healthz": "puente"}


def chosen(only: str) -> list[Task]:
    """Return the tasks that ONLY=T2,T6 names; all of them if it is empty."""
    return [task for task in TASKS if not only or task.name in only.split(",")]


def peer_or_why_not() -> tuple[str, str]:
    """Return the interpreter of the peer's environment, or why there is none."""
    if os.environ.get("PEER") == "no":
        return "", "left out, as PEER=no asked"
    try:
        return peer_python(), ""
    except PeerMissing as error:
        return "", f"could not be installed: {error}"


def contenders_of(task: Task, steps: int, learners: int, mode: Mode, found: dict[str, Site]) -> dict[str, Contender]:
    """Return who takes part in a task: the floor always, Puente and the peer where there is something to measure."""
    first = steps == mode.steps[0]
    floor = found[SITE_OF_FLOOR.get(task.floor, "hello")]
    taking = {"floor": Contender(f"{task.key} floor", floor, floor.plan[task.floor][""])}
    if first or task.puente_varies:
        taking["puente"] = Contender(task.key, found["puente"], found["puente"].plan[task.asks or task.key][str(steps)])
    if "peer" in found and task.of_peer and (first or task.peer_varies) and learners <= task.peer_at_most:
        taking["peer"] = Contender(task.key, found["peer"], found["peer"].plan[task.key][str(steps)])
    return taking


def measure(run: Run, found: dict[str, Site], learners: int, *, has_many_pages: bool = False) -> list[results.Row]:
    """Measure every task at every length of course, with so many learners; or those that are measured again with many pages."""
    rows = []
    for steps in run.mode.steps:
        for task in chosen(os.environ.get("ONLY", "")):
            if task.has_many_pages is not has_many_pages:
                continue
            taking = contenders_of(task, steps, learners, run.mode, found)
            if len(taking) == 1:
                continue
            run.measure(list(taking.values()))
            made = [results.row_of(task, system, steps, learners, one, taking["floor"]) for system, one in taking.items()]
            rows += made
            said = ", ".join(
                f"{row['system']} {row['cpu_ms']:.2f} ms (× {row['times_floor']:.2f}, {row['queries']} queries)" for row in made
            )
            say(f"{task.key}, {steps} steps, {learners} learners: {said}")
    return rows


def leave(number: int, _frame: object) -> None:
    """End by an exception, so that what was started is stopped. A shell's background command ignores Ctrl-C otherwise."""
    raise SystemExit(128 + number)


def main() -> None:
    """Run the benchmark that the environment asks for."""
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, leave)
    mode, cluster = mode_of(os.environ), Cluster.from_environment()
    python, missing = peer_or_why_not()
    if missing:
        say(f"The run goes on without the peer, which {missing.splitlines()[0]}")
    all_sites = sites(python)
    with tempfile.TemporaryDirectory(prefix="puente-bench.") as folder:
        for site in all_sites.values():
            say(f"Preparing {site.name}")
            site.make(cluster, Path(folder), {"steps": mode.steps, "actors": mode.actors})
        with Running(cluster, all_sites) as found:
            run = Run(cluster, mode, found["hello"], began=BEGAN)
            rows: list[results.Row] = []
            for learners in mode.learners:
                say(f"Loading up to {learners} learners")
                for site in found.values():
                    site.grow(cluster, learners)
                cluster.settle([site.database for site in found.values()])
                rows += measure(run, found, learners)
            say(f"Filling up to {mode.works} works and {mode.courses} courses")
            for site in found.values():
                site.fill(cluster, mode.works, mode.courses)
            cluster.settle([site.database for site in found.values()])
            rows += measure(run, found, mode.learners[-1], has_many_pages=True)
            finish(mode, run, rows, describe(cluster), missing)


def finish(mode: Mode, run: Run, rows: list[results.Row], machine: str, missing: str) -> None:
    """Write what was found."""
    found: dict[str, Any] = {
        "machine": machine,
        "mode": mode.name,
        "measured_on": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "minutes": round((time.monotonic() - BEGAN) / 60, 1),
        "repeats": mode.repeats,
        "blocks_repeated": run.repetitions,
        "hello_ms": round(median(run.hello_costs), 3),
        "peer": missing or "wagtail-lms 0.11.1",
        "rows": rows,
    }
    named = os.environ.get("RESULTS")
    path = Path(named) if named else results.LATEST if mode is not SHORT else Path(tempfile.gettempdir()) / "puente-bench-short.json"
    results.write(path, found)
    say(f"Results: {path}")
    if path == results.LATEST:
        from benchmarks.bench import document

        document.write(found)
        say("Table and chart: docs/performance.md")


if __name__ == "__main__":
    main()
