"""Processes that write to SQLite are killed, again and again: the file is whole each time, and nothing acknowledged is lost."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import time
from collections.abc import Callable

import pytest

from tests.faults.conftest import FULL, World
from tests.faults.invariant import Ledger
from tests.faults.parts import kill

pytestmark = pytest.mark.xdist_group("faults")

KILLS = 100 if FULL else 10
WEB_KILLS = 10 if FULL else 2
PROCESSES = 2
Say = Callable[[str], None]


def is_whole(world: World) -> bool:
    """Whether the file is what SQLite says it must be."""
    with contextlib.closing(sqlite3.connect(world.env["DATABASE_URL"].removeprefix("sqlite:///"), timeout=20)) as found:
        return bool(found.execute("PRAGMA integrity_check").fetchall() == [("ok",)])


def test_the_database_is_as_careful_as_the_settings_say(on_sqlite: World) -> None:
    # 2 is FULL: the log is on the disk before a commit returns.
    assert on_sqlite.stage("durability") == {"synchronous": "2", "journal_mode": "wal"}


def test_writers_are_killed(on_sqlite: World, say: Say) -> None:
    """Two processes with two threads each, killed at any moment; each acknowledges after its commit, as the site does."""
    chance = random.Random(2)
    people = [person["learner"] for person in on_sqlite.people(8)]
    ledgers = {learner: Ledger(learner) for learner in people}
    heard = 0
    for number in range(KILLS):
        pids = on_sqlite.stage("writers", people=people, course=on_sqlite.long, number=PROCESSES, seed=number)
        time.sleep(chance.uniform(0.1, 0.5))
        for pid in pids:
            kill(pid)
        on_sqlite.stage("reap", pids=pids)
        for learner, course, step in on_sqlite.stage.acknowledged:
            ledgers[learner].note(course, [step])
        heard += len(on_sqlite.stage.acknowledged)
        on_sqlite.stage.acknowledged.clear()
        assert is_whole(on_sqlite), f"after kill {number + 1}"
        if number % 10 == 9:
            on_sqlite.check(list(ledgers.values()))
    say(f"{KILLS} times {PROCESSES} processes killed, {heard} writes acknowledged")
    # A slow disk may leave a pair no time to write anything; most have written.
    assert heard > KILLS // 2
    on_sqlite.check(list(ledgers.values()))


def test_web_workers_on_sqlite_are_killed(on_sqlite: World, say: Say) -> None:
    chance = random.Random(3)
    with on_sqlite.site() as site:
        crowd = on_sqlite.crowd(site, 4)
        with crowd.at_work():
            for _kill in range(WEB_KILLS):
                crowd.wait_for_more(30)
                kill(chance.choice(site.workers()))
                crowd.wait_for_all_since(time.monotonic(), 30)
        site.kill()
    say(f"{WEB_KILLS} kills, {crowd.acknowledged} batches acknowledged, {dict(crowd.statuses)}")
    assert is_whole(on_sqlite)
    assert crowd.unexpected() == []
    on_sqlite.check(crowd.ledgers)
