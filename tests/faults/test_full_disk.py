"""The disk is full while devices write: what can't be stored is not acknowledged, and when there is room again the site goes on."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.faults.conftest import World, fill, small_disk, world
from tests.faults.devices import Crowd
from tests.faults.parts import Cluster, cluster, wait_for

pytestmark = pytest.mark.xdist_group("faults")

Say = Callable[[str], None]
RECOVERED_SECONDS = 30


def wait_for_refusals(crowd: Crowd, devices: int) -> None:
    """Wait until some devices have been answered 5xx, or not at all."""
    wait_for(lambda: sum(1 for device in crowd.devices if device.statuses["500"] + device.statuses["lost"]) >= devices, "the disk is full")


def test_sqlite_on_a_full_disk(on_sqlite: World, say: Say) -> None:
    with small_disk(64) as disk:
        database = disk / "puente.sqlite3"
        with contextlib.closing(sqlite3.connect(on_sqlite.env["DATABASE_URL"].removeprefix("sqlite:///"))) as source:
            with contextlib.closing(sqlite3.connect(database)) as target:
                source.backup(target)
        moved = on_sqlite.moved_to(f"sqlite:///{database}")
        with contextlib.closing(moved.stage), moved.site() as site:
            crowd = moved.crowd(site, 4)
            with crowd.at_work():
                crowd.wait_for_more(20)
                filler = fill(disk, leave_kilobytes=64)
                wait_for_refusals(crowd, 4)
                refused = crowd.statuses["500"]
                filler.unlink()
                seconds = crowd.wait_for_all_since(time.monotonic(), RECOVERED_SECONDS)
            say(f"{crowd.acknowledged} batches acknowledged, {dict(crowd.statuses)}; all heard {seconds:.1f} s after there was room")
            assert refused
            assert crowd.unexpected() == []
            moved.check(crowd.ledgers)
            with contextlib.closing(sqlite3.connect(database)) as found:
                assert found.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            moved.stage.kill()


def copy_of(postgres: Cluster, folder: Path) -> Cluster:
    """Copy a stopped cluster."""
    made = Cluster(folder)
    shutil.copytree(postgres.data, made.data, symlinks=True)
    made.own(made.data)
    return made
