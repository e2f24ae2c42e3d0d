"""The PostgreSQL cluster of a run: its databases, the statements counted from its log, and its processor time."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.bench.accounts import used_by_cluster

# One mark a line: a statement may have many lines.
PREFIX = "@@%d@@ "
STATEMENT = re.compile(r"^@@(?P<database>[^@]*)@@ LOG:  (?:statement|execute [^:]*): (?P<text>.*)$")
# What frames a transaction, and the question whether a kept connection lives, which all sites ask alike.
FRAME = re.compile(r"^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET |SELECT 1\s*$)", re.IGNORECASE)


def count_statements(log: str, database: str) -> int:
    """Return how many statements of a database a piece of the server's log holds, without those that frame a transaction."""
    found = (STATEMENT.match(line) for line in log.splitlines())
    return sum(1 for match in found if match and match["database"] == database and not FRAME.match(match["text"]))


class Cluster:
    """A cluster that lives in a folder and listens on a socket there."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.postmaster = int((Path(folder) / "data" / "postmaster.pid").read_text().split()[0])
        self._log = Path(folder) / "server.log"

    @classmethod
    def from_environment(cls) -> Cluster:
        """Return the cluster that scripts/with_postgres.sh started.

        Raises:
            SystemExit: it did not start one.
        """
        folder = os.environ.get("POSTGRES_FOLDER")
        if not folder:
            raise SystemExit("The benchmark needs a PostgreSQL cluster of its own: make bench")
        return cls(folder)

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """Open a connection that commits each statement."""
        return psycopg.connect(host=self.folder, user="puente", dbname=database, autocommit=True)

    def create(self, database: str) -> None:
        """Make a database."""
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{database}"')

    def settle(self, databases: list[str]) -> None:
        """Clean up after loading, so that no later block pays for it."""
        for database in databases:
            with self.connect(database) as connection:
                connection.execute("VACUUM (ANALYZE)")
        with self.connect() as connection:
            connection.execute("CHECKPOINT")

    def execute(self, database: str, statements: list[str], values: Mapping[str, Any]) -> None:
        """Run statements in a database."""
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement, values if "%(" in statement else None)

    def count(self, database: str, statement: str, values: Mapping[str, Any]) -> int:
        """Return the number that a statement counts."""
        with self.connect(database) as connection:
            row = connection.execute(statement, values).fetchone()
        assert row is not None
        return int(row[0])

    def used(self) -> int:
        """Return the processor time of all its processes so far, in nanoseconds."""
        return used_by_cluster(self.postmaster)

    @contextmanager
    def statements(self, database: str) -> Iterator[list[int]]:
        """Count what a database is asked inside the block: the list holds the number afterwards."""
        found: list[int] = []
        self._log_statements("all")
        start = self._log.stat().st_size
        try:
            yield found
        finally:
            # The last line is written by its own process before that answers; a moment for the file.
            time.sleep(0.05)
            with self._log.open("rb") as log:
                log.seek(start)
                found.append(count_statements(log.read().decode(errors="replace"), database))
            self._log_statements("none")

    def _log_statements(self, which: str) -> None:
        with self.connect() as connection:
            connection.execute(f"ALTER SYSTEM SET log_line_prefix = '{PREFIX}'")
            connection.execute(f"ALTER SYSTEM SET log_statement = '{which}'")
            connection.execute("SELECT pg_reload_conf()")
        # Signals reach the backends of others within moments; they read them before the next statement.
        time.sleep(0.1)
