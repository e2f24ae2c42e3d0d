"""The four sites of the benchmark, each with its own database and environment: prepare, start under gunicorn, stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.bench.accounts import children_of, used_by
from benchmarks.bench.client import ask
from benchmarks.bench.cluster import Cluster

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
STARTED_IN = 60.0


class WorkerEnded(Exception):
    """A worker process of a site is gone: what it cost can't be known any more."""


@dataclass
class Site:
    """A site: how to prepare and start it, and, while it runs, its processes and what may be asked of it."""

    name: str
    settings: str
    prepare: str
    python: str = sys.executable
    wsgi: str = "benchmarks.bench.wsgi:application"
    plan: dict[str, Any] = field(default_factory=dict)
    folder: Path = Path()
    _process: subprocess.Popen[bytes] | None = None
    _workers: list[int] = field(default_factory=list)

    @property
    def database(self) -> str:
        """The name of its database."""
        return f"bench_{self.name}"

    @property
    def socket(self) -> str:
        """Where it listens."""
        return str(self.folder / f"{self.name}.sock")

    def make(self, cluster: Cluster, folder: Path, sizes: dict[str, Any]) -> None:
        """Make its database and its content, and read its plan."""
        self.folder = folder
        cluster.create(self.database)
        plan = folder / f"{self.name}.json"
        self._prepare(cluster, "make", str(plan), json.dumps(sizes))
        self.plan = json.loads(plan.read_text())

    def grow(self, cluster: Cluster, learners: int) -> None:
        """Add learners beside the people who act."""
        self._prepare(cluster, "grow", str(learners))

    def fill(self, cluster: Cluster, works: int, courses: int) -> None:
        """Add works and courses beside those of the tasks, up to that many."""
        self._prepare(cluster, "fill", str(works), str(courses))

    def start(self, cluster: Cluster) -> None:
        """Start it under gunicorn, and wait until both workers are there.

        Raises:
            SystemExit: it did not start.
        """
        command = [self.python, "-m", "gunicorn", "--config", str(HERE / "gunicorn.conf.py"), "--bind", f"unix:{self.socket}", self.wsgi]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self.environment(cluster), start_new_session=True)  # noqa: S603
        end = time.monotonic() + STARTED_IN
        while time.monotonic() < end and self._process.poll() is None:
            self._workers = children_of(self._process.pid)
            if len(self._workers) == 2 and Path(self.socket).exists():
                return
            time.sleep(0.05)
        raise SystemExit(f"{self.name} did not start.")

    def stop(self) -> None:
        """Stop it, its workers too."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def used(self) -> int:
        """Return the processor time of its workers so far, in nanoseconds.

        Raises:
            WorkerEnded: one of them is gone, and its account with it.
        """
        found = [used_by(pid) for pid in self._workers]
        if not all(found):
            raise WorkerEnded(f"A worker of {self.name} ended in the middle of the run.")
        return sum(found)

    def ask(self, request: dict[str, Any]) -> tuple[bytes, str]:
        """Make one request."""
        return ask(self.socket, request)

    def environment(self, cluster: Cluster) -> dict[str, str]:
        """Return what its processes are told."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        return kept | {
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DJANGO_SETTINGS_MODULE": self.settings,
            "BENCH_DATABASE": self.database,
            "POSTGRES_FOLDER": cluster.folder,
            "VAR_DIR": str(self.folder / self.name),
            "STATIC_ROOT": str(self.folder / self.name / "static"),
        }

    def _prepare(self, cluster: Cluster, *arguments: str) -> None:
        command = [self.python, "-m", "benchmarks.bench.preparing", self.prepare, *arguments]
        subprocess.run(command, cwd=ROOT, env=self.environment(cluster), check=True)  # noqa: S603 - our own modules


def sites(peer_python: str) -> dict[str, Site]:
    """Return the sites by name; without the peer if its interpreter is not given."""
    found = [
        Site("hello", "benchmarks.bench.floors.hello_settings", "benchmarks.bench.floors.prepare_hello"),
        Site("wagtail", "benchmarks.bench.floors.wagtail_settings", "benchmarks.bench.floors.prepare_wagtail"),
        Site("puente", "benchmarks.bench.puente.settings", "benchmarks.bench.puente.prepare", wsgi="config.wsgi:application"),
    ]
    if peer_python:
        found.append(Site("peer", "benchmarks.bench.peer.settings", "benchmarks.bench.peer.prepare", python=peer_python))
    return {site.name: site for site in found}


class Running:
    """All sites while they run; whatever happens inside, they are stopped."""

    def __init__(self, cluster: Cluster, started: dict[str, Site]) -> None:
        self._cluster, self._sites = cluster, started

    def __enter__(self) -> dict[str, Site]:
        try:
            for site in self._sites.values():
                site.start(self._cluster)
        except BaseException:
            self._stop()
            raise
        return self._sites

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None) -> None:
        self._stop()

    def _stop(self) -> None:
        for site in self._sites.values():
            site.stop()
