"""The disk is full while devices write: what can't be stored is not acknowledged, and when there is room again the site goes on."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.faults.conftest import World, fill, small_disk
from tests.faults.devices import Crowd
from tests.faults.parts import Cluster, wait_for

pytestmark = pytest.mark.xdist_group("faults")

Say = Callable[[str], None]
LEARNERS = 8
RECOVERED_SECONDS = 30
MEGABYTE = 1 << 20


def refused(crowd: Crowd) -> int:
    """How many devices have been answered 5xx, or not at all."""
    return sum(1 for device in crowd.devices if device.statuses["500"] + device.statuses["lost"])


def copy_sqlite(source: str, target: Path) -> None:
    """Copy a database that is in use."""
    with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
        old.backup(new)


def test_sqlite_on_a_full_disk(on_sqlite: World, tmp_path: Path, say: Say) -> None:
    with small_disk(64) as disk:
        database = disk / "puente.sqlite3"
        copy_sqlite(on_sqlite.env["DATABASE_URL"].removeprefix("sqlite:///"), database)
        with on_sqlite.copied_to(tmp_path, f"sqlite:///{database}") as world, world.site() as site:
            crowd = world.crowd(site, LEARNERS)
            with crowd.at_work():
                crowd.wait_for_more(20)
                filler = fill(disk, leave_kilobytes=64)
                wait_for(lambda: refused(crowd) >= LEARNERS, "the disk is full")
                before = crowd.acknowledged
                filler.unlink()
                seconds = crowd.wait_for_all_since(time.monotonic(), RECOVERED_SECONDS)
            say(f"{before} batches acknowledged until then, {crowd.acknowledged} in all, {dict(crowd.statuses)}")
            say(f"all devices heard again {seconds:.1f} s after there was room")
            assert crowd.unexpected() == []
            world.check(crowd.ledgers)
            with contextlib.closing(sqlite3.connect(database)) as found:
                assert found.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_postgresql_on_a_full_disk(on_postgres: World, postgres: Cluster, tmp_path: Path, say: Say) -> None:
    """It stops rather than go on without its log; once there is room, and it is started, all that was acknowledged is there."""
    with small_disk(postgres.size() // MEGABYTE + 96) as disk:
        copy = Cluster(disk)
        postgres.copy_to(copy)
        copy.start()
        try:
            with on_postgres.copied_to(tmp_path, copy.url, copy) as world, world.site() as site:
                crowd = world.crowd(site, LEARNERS)
                with crowd.at_work():
                    crowd.wait_for_more(20)
                    filler = fill(disk, leave_kilobytes=1024)
                    # The next part of its log is sixteen megabytes: it begins now, and not in some thousand batches.
                    with contextlib.suppress(psycopg.Error), copy.connect() as connection:
                        late = time.monotonic() + RECOVERED_SECONDS
                        while refused(crowd) < LEARNERS and time.monotonic() < late:
                            connection.execute("SELECT pg_switch_wal()")
                            time.sleep(0.1)
                    wait_for(lambda: refused(crowd) >= LEARNERS, "the disk is full")
                    before = crowd.acknowledged
                    # It fails, tries to recover, and stops when it can't.
                    seconds = wait_for(lambda: not copy.is_running, "PostgreSQL stops")
                    say(f"{before} batches acknowledged; PostgreSQL stopped {seconds:.1f} s later")
                    filler.unlink()
                    copy.start()
                    seconds = crowd.wait_for_all_since(time.monotonic(), RECOVERED_SECONDS)
                say(f"{crowd.acknowledged} batches acknowledged in all, {dict(crowd.statuses)}")
                say(f"all devices heard again {seconds:.1f} s after it was started with room")
                assert crowd.unexpected() == []
                world.check(crowd.ledgers)
        finally:
            copy.stop()
