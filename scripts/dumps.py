"""Copy a database while the site runs, and put it back whole or not at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.db import connection, transaction
from django.db.utils import OperationalError

from scripts.archive import CHUNK, BackupRefused

BUSY_SECONDS = 5
LOCK_SECONDS = 5
STOP = "Stop the web server and the task worker first."

# What pg_dump and psql read from the environment, by the name in Django's OPTIONS. A password is never an argument: others see those.
PG_OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
    "options": "PGOPTIONS",
}

# Each object by itself: the schema may belong to another than the site's role.
WIPE = """
DO $wipe$ DECLARE name text; here regnamespace := 'public'; BEGIN
  FOR name IN SELECT oid::regclass::text FROM pg_class WHERE relnamespace = here AND relkind IN ('r', 'p') AND NOT relispartition
  LOOP EXECUTE 'DROP TABLE ' || name || ' CASCADE'; END LOOP;
  FOR name IN SELECT oid::regclass::text FROM pg_class WHERE relnamespace = here AND relkind = 'S'
  LOOP EXECUTE 'DROP SEQUENCE IF EXISTS ' || name || ' CASCADE'; END LOOP;
  FOR name IN SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = here
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
  LOOP EXECUTE 'DROP FUNCTION IF EXISTS ' || name || ' CASCADE'; END LOOP;
END $wipe$;
"""


@dataclass(frozen=True, slots=True)
class Dumped:
    """What a copy holds: rows by table, applied migrations by app; both as of the very moment of the copy."""

    tables: dict[str, int]
    migrations: dict[str, list[str]]
    server: str


def engine() -> str:
    """Return "postgresql" or "sqlite".

    Raises:
        BackupRefused: it is neither.
    """
    if connection.vendor not in ("postgresql", "sqlite"):
        raise BackupRefused(f"DATABASE_URL names a {connection.vendor} database: only PostgreSQL and SQLite can be backed up here.")
    return connection.vendor


def dump(target: Path) -> Dumped:
    """Copy the database into a new file.

    Raises:
        BackupRefused: why not.
    """
    try:
        return _dump_postgresql(target) if engine() == "postgresql" else _dump_sqlite(target)
    except (OperationalError, sqlite3.Error) as failure:
        raise BackupRefused(f"The database can’t be copied: {failure}") from failure


def is_empty() -> bool:
    """Whether the database has no tables, or there is no file.

    Raises:
        BackupRefused: it can't be reached.
    """
    if engine() == "sqlite":
        forget_bare_file()
        if not _sqlite_path().exists():
            return True
    try:
        return not connection.introspection.table_names()
    except OperationalError as failure:
        raise BackupRefused(f"The database can’t be reached: {failure} Make an empty one, and check DATABASE_URL.") from failure
    finally:
        connection.close()


def forget_bare_file() -> None:
    """Take away the file without a table that is left where somebody has only opened a connection: it is no database."""
    if engine() == "sqlite":
        connection.close()
        path = _sqlite_path()
        if path.exists() and not _has_tables(path):
            path.unlink()


def restore(source: Path, tables: dict[str, int], *, kept_as: str) -> str:
    """Replace what the database holds by a copy: check its rows, and only then commit it.

    Args:
        kept_as: ending of the name under which a former SQLite file is kept.

    Returns:
        Where the former database is kept, or "".

    Raises:
        BackupRefused: why not; the database is as it was.
    """
    if engine() == "postgresql":
        _restore_postgresql(source, tables)
        return ""
    return _restore_sqlite(source, tables, kept_as)


def _grouped(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for app, name in rows:
        found.setdefault(app, []).append(name)
    return {app: sorted(names) for app, names in sorted(found.items())}


# PostgreSQL


def program(name: str) -> str:
    """Return the path of a client program, of the server's own version where there is one.

    Raises:
        BackupRefused: it is not on this machine.
    """
    with connection.cursor():
        major = connection.pg_version // 10000  # type: ignore[attr-defined]
    own = Path(f"/usr/lib/postgresql/{major}/bin/{name}")
    found = str(own) if own.exists() else shutil.which(name)
    if found is None:
        raise BackupRefused(f"{name} is not on this machine. On Debian:  apt-get install postgresql-client")
    return found


def _client() -> dict[str, str]:
    """Return the environment in which client programs reach the site's database, a socket included."""
    given: dict[str, Any] = connection.settings_dict
    names = {
        "PGHOST": given["HOST"],
        "PGPORT": given["PORT"],
        "PGUSER": given["USER"],
        "PGPASSWORD": given["PASSWORD"],
        "PGDATABASE": given["NAME"],
    }
    names |= {variable: given["OPTIONS"].get(option, "") for option, variable in PG_OPTIONS.items()}
    return {**os.environ, "LC_MESSAGES": "C", **{name: str(value) for name, value in names.items() if value}}


def _dump_postgresql(target: Path) -> Dumped:
    pg_dump = program("pg_dump")
    with transaction.atomic(), connection.cursor() as cursor:
        # What pg_dump sees is what is counted here, whatever is written meanwhile.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        command = [pg_dump, "--format=custom", "--no-owner", "--no-acl", f"--snapshot={snapshot}", f"--file={target}"]
        answer = subprocess.run(command, env=_client(), capture_output=True, text=True, check=False)
        if answer.returncode:
            raise BackupRefused(f"pg_dump failed: {answer.stderr.strip()}")
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = {name: _count(cursor, name) for (name,) in cursor.fetchall()}
        cursor.execute("SELECT app, name FROM django_migrations")
        migrations = _grouped(cursor.fetchall())
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0]
    return Dumped(tables, migrations, f"PostgreSQL {server}")


def _count(cursor: Any, table: str) -> int:
    quoted = '"' + table.replace('"', '""') + '"'
    cursor.execute(f"SELECT count(*) FROM {quoted}")  # noqa: S608 - a name from the database's own catalogue
    return int(cursor.fetchone()[0])


def _restore_postgresql(source: Path, tables: dict[str, int]) -> None:
    """One transaction: empty, fill, count, and commit only when pg_restore has ended well and each table has its rows."""
    pg_restore, psql = program("pg_restore"), program("psql")
    connection.close()
    with tempfile.TemporaryFile() as said:
        writing = subprocess.Popen(
            [psql, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"],
            env=_client(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        assert writing.stdin  # noqa: S101 - it is a pipe
        try:
            writing.stdin.write(f"BEGIN; SET LOCAL lock_timeout = '{LOCK_SECONDS}s';{WIPE}".encode())
            failed = _pour([pg_restore, "--no-owner", "--no-acl", "--file=-", str(source)], writing.stdin)
            if not failed:
                writing.stdin.write((_counts(tables) + "COMMIT;\n").encode())
            # Without the word COMMIT, the end of what it reads takes everything back.
            writing.stdin.close()
        except BrokenPipeError:
            # It has said why, below.
            failed = ""
            with suppress(BrokenPipeError):
                writing.stdin.close()
        status = writing.wait()
        said.seek(0)
        complaint = said.read().decode(errors="replace").strip()
    if failed:
        raise BackupRefused(f"pg_restore failed: {failed}")
    if status:
        advice = f" Somebody uses the database. {STOP}" if "lock timeout" in complaint else ""
        raise BackupRefused(f"The database was not restored: {complaint}{advice}")


def _pour(command: list[str], target: IO[bytes]) -> str:
    """Write what a program says into a pipe. Returns why it failed, or ""."""
    with tempfile.TemporaryFile() as said, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said) as reading:
        assert reading.stdout  # noqa: S101 - it is a pipe
        try:
            shutil.copyfileobj(reading.stdout, target, CHUNK)
        except BrokenPipeError:
            reading.kill()
            raise
        if reading.wait() == 0:
            return ""
        said.seek(0)
        return said.read().decode(errors="replace").strip() or "it ended without a word"


def _counts(tables: dict[str, int]) -> str:
    """Return a statement that fails unless each table has its rows, and there is no other table."""
    checks = [f"SELECT count(*) FROM pg_tables WHERE schemaname = 'public' HAVING count(*) <> {len(tables)}"]  # noqa: S608 - an int
    for name, rows in tables.items():
        quoted = name.replace('"', '""')
        checks.append(f'SELECT count(*) FROM public."{quoted}" HAVING count(*) <> {int(rows)}')  # noqa: S608 - quoted, and an int
    body = "\n".join(f"IF EXISTS ({check}) THEN RAISE EXCEPTION 'rows are missing'; END IF;" for check in checks)
    return f"DO $check$ BEGIN\n{body}\nEND $check$;\n"


# SQLite


def _sqlite_path() -> Path:
    return Path(connection.settings_dict["NAME"])


def _has_tables(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True)) as database:
            return bool(database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    except sqlite3.Error:
        # Damaged, in use, or something else: not to be taken away.
        return True


def _dump_sqlite(target: Path) -> Dumped:
    path = _sqlite_path()
    if not path.exists():
        raise BackupRefused(f"There is no database at {path}. Check DATABASE_URL and VAR_DIR.")
    with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True)) as source, closing(sqlite3.connect(target)) as copy:
        # The online backup: a copy of the file would lack what is still in the log beside it. Not opened for reading only: that leaves
        # an empty log behind, which may then belong to another than the site's user.
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        return _looked_over(copy, path)


def _looked_over(database: sqlite3.Connection, path: Path) -> Dumped:
    if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        raise BackupRefused(f"{path} is damaged: PRAGMA integrity_check does not pass. Restore the last good backup.")
    names = [
        name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1")
    ]
    tables = {name: _count_sqlite(database, name) for name in names}
    migrations = _grouped(database.execute("SELECT app, name FROM django_migrations"))
    return Dumped(tables, migrations, f"SQLite {sqlite3.sqlite_version}")


def _count_sqlite(database: sqlite3.Connection, table: str) -> int:
    quoted = '"' + table.replace('"', '""') + '"'
    return int(database.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0])  # noqa: S608 - a name from the database's own catalogue


def _restore_sqlite(source: Path, tables: dict[str, int], kept_as: str) -> str:
    path = _sqlite_path()
    forget_bare_file()
    new, kept = path.with_name(f"{path.name}.restoring"), path.with_name(f"{path.name}.{kept_as}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # Nobody else's to read, from its first byte.
        new.touch(mode=0o600)
        shutil.copyfile(source, new)
        with closing(sqlite3.connect(new)) as copy:
            if _looked_over(copy, new).tables != tables:
                raise BackupRefused("The restored database has other rows than the manifest says. Take another backup.")
        with new.open("rb") as file:
            os.fsync(file.fileno())
        if path.exists():
            _bring_to_rest(path)
            # Under both names for a moment, so that there is a database at every moment.
            os.link(path, kept)
        new.rename(path)
    except (OSError, sqlite3.Error) as failure:
        raise BackupRefused(f"The database was not restored: {failure}") from failure
    finally:
        new.unlink(missing_ok=True)
    return str(kept) if kept.exists() else ""


def _bring_to_rest(path: Path) -> None:
    """Write the log beside a database into it and delete the log, which must not be read with the new file.

    Raises:
        BackupRefused: somebody has the database open.
    """
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as database:
        try:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            mode = database.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
        except sqlite3.OperationalError as failure:
            raise BackupRefused(f"{path} is in use. {STOP}") from failure
    if mode != "delete":
        raise BackupRefused(f"{path} is in use. {STOP}")
