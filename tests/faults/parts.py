"""The real parts of a site, started on this machine for a test, and killed by it: PostgreSQL, web server, task worker, stage."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"
# Whatever is not done by then is not done: no test waits for ever.
SECONDS = 120
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def end_with_parent() -> None:
    """Ask Linux to kill a child if its test is killed, so that nothing is left running."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Ask Linux to make the orphans of our children ours: who is killed is then buried here, and not perhaps never."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def bury(pid: int) -> None:
    """Take note of the death of an adopted process: until somebody does, its number counts as taken."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def free_port() -> int:
    """Return a port of this machine at which nobody listens now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], Any], what: str, seconds: float = SECONDS, pause: float = 0.05) -> float:
    """Wait until something is so; return how many seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds} s"
        time.sleep(pause)
    return time.monotonic() - began


def environment(folder: Path, database_url: str, **more: str) -> dict[str, str]:
    """Return the environment of the real site, with its own folder, and neither cache nor mail that anyone answers."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "SECRET_KEY": "only-for-tests-of-faults-0123456789-0123456789",
        "ALLOWED_HOSTS": HOST,
        "SITE_URL": f"https://{HOST}",
        "DATABASE_URL": database_url,
        "CACHE_URL": "dbcache://puente_cache",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "VAR_DIR": str(folder),
        "STATIC_ROOT": str(folder / "static"),
        "PYTHONUNBUFFERED": "1",
        **more,
    }


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def kill(pid: int) -> None:
    """kill -9, also if it is gone already."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


class Cluster:
    """A PostgreSQL of its own that keeps what it has acknowledged: fsync and synchronous_commit are on, as installed.

    PostgreSQL refuses to run as root: then it runs as the user that its package made, or as nobody.
    """

    def __init__(self, folder: Path) -> None:
        adopt_orphans()
        self.bin = self.find()
        self.folder, self.data = folder, folder / "data"
        self.prefix: list[str] = []
        if os.getuid() == 0:
            try:
                owner = pwd.getpwnam("postgres")
            except KeyError:
                owner = pwd.getpwnam("nobody")
            self.prefix = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        self.url = f"postgres://puente@/{folder}/puente"

    @staticmethod
    def find() -> Path:
        """Return the folder of the newest PostgreSQL; skip the test if there is none."""
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
        path = found[-1] if found else shutil.which("initdb")
        if path is None:
            pytest.skip("PostgreSQL is not on this machine (Debian: apt-get install postgresql)")
        return Path(path).resolve().parent

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*self.prefix, str(self.bin / program), *arguments]
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def _must(self, program: str, *arguments: str) -> None:
        answer = self._run(program, *arguments)
        log = self.folder / "server.log"
        assert answer.returncode == 0, answer.stdout + answer.stderr + (log.read_text()[-3000:] if log.exists() else "")

    def make(self) -> None:
        """Make the cluster, start it, and make its database."""
        self._must("initdb", "-D", str(self.data), "-U", "puente", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.start()
        self._must("createdb", "-h", str(self.folder), "-U", "puente", "puente")

    def copy_to(self, other: Cluster) -> None:
        """Copy it into the folder of another while it runs."""
        self._must(
            "pg_basebackup", "-h", str(self.folder), "-U", "puente", "-D", str(other.data), "-X", "stream", "-c", "fast", "--no-sync"
        )

    def size(self) -> int:
        """Return how many bytes its files have."""
        return sum(path.stat().st_size for path in self.data.rglob("*") if path.is_file())

    def start(self) -> None:
        """Start it, and wait until it has recovered."""
        if (dead := self.first_process()) is not None:
            bury(dead)
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=on -c synchronous_commit=on -c max_connections=100 -c timezone=UTC"
        self._must("pg_ctl", "-D", str(self.data), "-w", "-t", "60", "-l", str(self.folder / "server.log"), "-o", options, "start")

    def restart(self) -> None:
        """Restart it without waiting for clients, as an upgrade of the package does."""
        log = str(self.folder / "server.log")
        self._must("pg_ctl", "-D", str(self.data), "-w", "-t", "60", "-l", log, "-m", "fast", "restart")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it if it runs."""
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def first_process(self) -> int | None:
        """Return the number of its first process, if one has started and did not end in order."""
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, IndexError):
            return None

    @property
    def is_running(self) -> bool:
        """Whether its first process lives."""
        first = self.first_process()
        return first is not None and alive(first)

    def kill_all(self) -> int:
        """kill -9 every process of it at once. Returns how many there were."""
        first = self.first_process()
        assert first is not None
        # Stopped first, so that it starts no other while its children die.
        os.kill(first, signal.SIGSTOP)
        pids = [first, *children_of(first)]
        for pid in pids:
            kill(pid)
        # The first before the others, which are adopted when it dies.
        for pid in pids:
            bury(pid)
        wait_for(lambda: not any(alive(pid) for pid in pids), "every process of PostgreSQL dies")
        return len(pids)

    def connect(self) -> psycopg.Connection[Any]:
        """Open a connection."""
        return psycopg.connect(host=str(self.folder), user="puente", dbname="puente", autocommit=True)


def alive(pid: int) -> bool:
    """Whether a process lives; one that is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@contextlib.contextmanager
def cluster(parent: Path | None = None) -> Iterator[Cluster]:
    """A cluster in a folder that its owner may enter, and gone after it."""
    # Not pytest's folder, which is closed to others.
    folder = Path(tempfile.mkdtemp(prefix="puente-faults-", dir=parent))
    made = Cluster(folder)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Process:
    """One process of ours, with what it says in a file."""

    def __init__(self, name: str, command: list[str], env: dict[str, str]) -> None:
        self.log = Path(env["VAR_DIR"]) / f"{name}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True, preexec_fn=end_with_parent
            )

    def kill(self) -> None:
        """kill -9 it and all that it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Site(Process):
    """The web server as it is run for real: gunicorn with the project's own configuration."""

    def __init__(self, env: dict[str, str], workers: int = 2) -> None:
        self.port = free_port()
        super().__init__(
            "web",
            [sys.executable, "-m", "gunicorn", "config.wsgi:application"],
            {**env, "BIND": f"{HOST}:{self.port}", "WEB_CONCURRENCY": str(workers), "LOG_LEVEL": "error"},
        )
        self.workers_wanted = workers

    def is_ready(self) -> bool:
        """Whether it answers and reads its database."""
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port}/readyz", timeout=5):
                return True
        except OSError:
            return False

    def wait_until_ready(self) -> float:
        """Wait for it; return how many seconds it took."""
        try:
            return wait_for(self.is_ready, "the web server answers", pause=0.2)
        except AssertionError as late:
            raise AssertionError(self.log.read_text()[-3000:]) from late

    def workers(self) -> list[int]:
        """Return its worker processes."""
        return children_of(self.process.pid)


def worker(env: dict[str, str]) -> Process:
    """A task worker as it is run for real."""
    return Process("tasks", [sys.executable, "manage.py", "db_worker", "--no-startup-delay", "--interval", "0.1"], env)


class Redis(Process):
    """A Redis of its own, which keeps nothing on disk and answers on this machine only."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("Redis is not on this machine (Debian: apt-get install redis-server)")
        self.port, self._folder = free_port(), folder
        self.url = f"redis://{HOST}:{self.port}/0"
        self._command = [program, "--port", str(self.port), "--bind", HOST, "--save", "", "--appendonly", "no", "--dir", str(folder)]
        self.start()

    def start(self) -> None:
        """Start it, for the first time or again, at the same address, and wait until it answers."""
        super().__init__("redis", self._command, {**os.environ, "VAR_DIR": str(self._folder)})
        wait_for(self.is_ready, "Redis answers")

    def client(self) -> redis.Redis:
        """Return a connection to it."""
        return redis.Redis(HOST, self.port, socket_timeout=SECONDS, decode_responses=True)

    def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            return bool(self.client().ping())
        except redis.exceptions.ConnectionError:
            return False


class Stage:
    """Talks to a process of tests.faults.stage. Lines that begin with "ack" are kept apart."""

    def __init__(self, env: dict[str, str]) -> None:
        self.acknowledged: list[tuple[int, str, str]] = []
        with (Path(env["VAR_DIR"]) / "stage.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.stage"],
                cwd=ROOT,
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                preexec_fn=end_with_parent,
            )

    def __call__(self, do: str, **arguments: Any) -> Any:
        """Have something done; return what came of it."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self.process.stdin.flush()
        while line := self.process.stdout.readline():
            if line.startswith("ack "):
                _ack, learner, course, step = line.split()
                self.acknowledged.append((int(learner), course, step))
                continue
            answer = json.loads(line)
            assert "done" in answer, answer["failed"]
            return answer["done"]
        raise AssertionError("the stage has died")

    def kill(self) -> None:
        """kill -9 it."""
        self.process.kill()
        self.process.wait()
