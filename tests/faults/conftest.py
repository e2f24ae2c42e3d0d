"""What these tests share: the parts, started once, and the check of the invariant.

They kill what they have started, so nothing of them runs inside pytest itself: the site, its task worker and the stage are
processes, with the settings of the real site. FULL=1 (`make faults`) repeats each fault many times.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults.devices import Crowd
from tests.faults.invariant import Found, FoundEnrolment, Ledger, violations
from tests.faults.parts import Cluster, Process, Site, Stage, cluster, environment

FULL = os.environ.get("FULL") == "1"
_said: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured, below the results."""
    if _said:
        terminalreporter.section("what the faults did")
        for line in _said:
            terminalreporter.write_line(line)


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say a figure at the end of the run."""
    return lambda text: _said.append(f"{request.node.name}: {text}")


@dataclass
class World:
    """One site with its database: what a test needs to write to it and to look what became of it."""

    env: dict[str, str]
    stage: Stage
    steps: dict[str, list[str]]
    long: str
    pages: list[str]
    postgres: Cluster | None = None

    def people(self, number: int, devices: int = 1) -> list[dict[str, Any]]:
        """Make signed-in learners."""
        made: list[dict[str, Any]] = self.stage("learners", number=number, devices=devices)
        return made

    def crowd(self, site: Site, learners: int, devices: int = 2) -> Crowd:
        """Make signed-in learners, each with some devices that send the same steps in different orders."""
        return Crowd(site.port, self.people(learners, devices), self.steps)

    def found(self) -> Found:
        """Return what is stored."""
        found = self.stage("look")
        return Found(
            enrolments=[FoundEnrolment(e[0], e[1], e[2], int(e[3], 16), int(e[4], 16), *e[5:]) for e in found["enrolments"]],
            slots=found["slots"],
            folded={(run, slot): number for run, slot, number in found["folded"]},
            waiting={(run, slot): number for run, slot, number in found["waiting"]},
        )

    def check(self, ledgers: list[Ledger]) -> None:
        """Assert that the invariant holds, before and after what is waiting is folded into the counts."""
        assert violations(self.found(), ledgers) == []
        self.stage("fold")
        found = self.found()
        assert found.waiting == {}
        assert violations(found, ledgers) == []

    @contextlib.contextmanager
    def copied_to(self, folder: Path, database_url: str, postgres: Cluster | None = None) -> Iterator[World]:
        """A world with the same content, in a copy of the database."""
        env = {**self.env, "DATABASE_URL": database_url, "VAR_DIR": str(folder)}
        made = replace(self, env=env, stage=Stage(env), postgres=postgres)
        try:
            yield made
        finally:
            made.stage.kill()

    @contextlib.contextmanager
    def site(self, workers: int = 2, **more: str) -> Iterator[Site]:
        """Run a web server of this world."""
        site = Site({**self.env, **more}, workers)
        try:
            site.wait_until_ready()
            yield site
        finally:
            site.kill()

    @contextlib.contextmanager
    def part(self, make: Callable[[dict[str, str]], Process]) -> Iterator[Process]:
        """Run another process of this world."""
        process = make(self.env)
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def world(folder: Path, database_url: str, postgres: Cluster | None = None) -> Iterator[World]:
    """A site with its content in an empty database."""
    env = environment(folder, database_url)
    stage = Stage(env)
    try:
        content = stage("prepare")
        yield World(env, stage, content["steps"], content["long"], content["pages"], postgres)
    finally:
        stage.kill()


@pytest.fixture(scope="session")
def on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A site on PostgreSQL."""
    with cluster() as postgres:
        postgres.make()
        with world(tmp_path_factory.mktemp("postgres"), postgres.url, postgres) as made:
            yield made


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A site on SQLite."""
    folder = tmp_path_factory.mktemp("sqlite")
    with world(folder, f"sqlite:///{folder / 'puente.sqlite3'}") as made:
        yield made


@pytest.fixture
def postgres(on_postgres: World) -> Cluster:
    """The cluster of the site on PostgreSQL, running, whatever the test before has left."""
    assert on_postgres.postgres
    if not on_postgres.postgres.is_running:
        on_postgres.postgres.start()
    return on_postgres.postgres


@contextlib.contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A disk of a few megabytes, in memory; skips the test where none may be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="puente-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "puente-faults", str(folder)]
    mounted = shutil.which("mount") is not None and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    if not mounted:
        folder.rmdir()
        pytest.skip("no small disk can be mounted here: that needs root, and in a container the right to mount (CAP_SYS_ADMIN)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)
        with contextlib.suppress(OSError):
            folder.rmdir()


def fill(disk: Path, leave_kilobytes: int) -> Path:
    """Fill a disk up to a rest; return the file to delete when it should have room again."""
    filler = disk / "filler"
    rest = shutil.disk_usage(disk).free - leave_kilobytes * 1024
    # Others write to it, too: there may be less room than there was.
    with contextlib.suppress(OSError), filler.open("wb") as file:
        while rest > 0:
            rest -= file.write(b"\0" * min(rest, 1 << 20))
    return filler
