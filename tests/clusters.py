"""PostgreSQL clusters of a test's own: a first one, and a standby that follows it. Sockets only, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

OPTIONS = "-c listen_addresses='' -c fsync=off -c max_connections=40 -c timezone=UTC -c wal_level=replica -c max_wal_senders=4"


def postgres_bin() -> Path | None:
    """Return the newest PostgreSQL's folder of programs, or None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


class Pair:
    """Two clusters: `first` takes writes, `standby` follows. Runs them as another user where this one is root."""

    def __init__(self) -> None:
        found = postgres_bin()
        if found is None:
            raise RuntimeError("PostgreSQL (initdb) is not on this machine.")
        self.bin = found
        self.folder = Path(tempfile.mkdtemp(prefix="puente-pair."))
        self.owner = self._owner()

    def _owner(self) -> pwd.struct_passwd | None:
        """Return who runs the clusters: PostgreSQL refuses root."""
        if os.getuid() != 0:
            return None
        for name in ("postgres", "nobody"):
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        raise RuntimeError("There is no user whom PostgreSQL could run as.")

    def __enter__(self) -> Self:
        for name in ("first", "standby"):
            (self.folder / name).mkdir(mode=0o700)
        if self.owner:
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
        self._run("initdb", "-D", self._data("first"), "-U", "puente", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.start("first")
        self._run("createdb", "-h", str(self.folder / "first"), "-U", "puente", "puente")
        self._run("pg_basebackup", "-h", str(self.folder / "first"), "-U", "puente", "-D", self._data("standby"), "-R", "-c", "fast")
        self.start("standby")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        for name in ("standby", "first"):
            self.stop(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, name: str) -> None:
        """Start one, and wait until it answers."""
        socket = self.folder / name
        self._run("pg_ctl", "-D", self._data(name), "-w", "-t", "60", "-l", str(socket / "log"), "-o", f"-k {socket} {OPTIONS}", "start")

    def stop(self, name: str) -> None:
        """Stop one at once, as a crash does."""
        self._run("pg_ctl", "-D", self._data(name), "-m", "immediate", "-w", "stop", check=False)

    def url(self, name: str) -> str:
        """Return the address of one as a site takes it: no host, and the socket's folder before the name of the database."""
        return f"postgres://puente@/{self.folder / name}/puente"

    def _data(self, name: str) -> str:
        return str(self.folder / name / "data")

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        user = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []} if self.owner else {}
        # To a file: a server that is started keeps its output open, and a pipe would be waited for.
        with (self.folder / f"{program}.out").open("ab") as out:
            done = subprocess.run(
                [str(self.bin / program), *arguments],
                cwd=self.folder,
                env={**os.environ, "HOME": str(self.folder)},
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                timeout=120,
                check=False,
                **user,  # type: ignore[call-overload]
            )
        if check and done.returncode:
            raise RuntimeError(f"{program}: {(self.folder / f'{program}.out').read_text()}")
