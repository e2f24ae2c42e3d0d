"""Web workers and PostgreSQL are killed, and PostgreSQL is restarted, while 32 devices write: nothing that was acknowledged is lost."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

import pytest

from tests.faults.conftest import FULL, World
from tests.faults.parts import Cluster, Site, kill, wait_for

pytestmark = pytest.mark.xdist_group("faults")

LEARNERS, DEVICES = 16, 2
WORKERS = 3
# What the issue grants a site to come back in.
RECOVERED_SECONDS = 30
KILLS = 10 if FULL else 2
CRASHES = 5 if FULL else 1
Say = Callable[[str], None]


@pytest.fixture(scope="module")
def site(on_postgres: World) -> Iterator[Site]:
    """The web server that outlives what happens to its workers and its database."""
    with on_postgres.site(WORKERS) as made:
        yield made


def test_the_database_is_as_careful_as_it_was_installed(on_postgres: World, postgres: Cluster) -> None:
    """On a connection with the site's own settings: what follows would prove nothing otherwise."""
    assert on_postgres.stage("durability") == {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def test_a_commit_is_on_the_disk_before_it_is_acknowledged(on_postgres: World, postgres: Cluster, site: Site, say: Say) -> None:
    """One device alone, so that no commit shares another's: each acknowledged batch has waited for the log to be written out."""
    crowd = on_postgres.crowd(site, learners=1, devices=1)
    with postgres.connect() as connection:
        if connection.info.server_version >= 180_000:
            pytest.skip("from PostgreSQL 18 on it is pg_stat_io that counts how often the log is written out")

        def written_out() -> int:
            return int(connection.execute("SELECT wal_sync FROM pg_stat_wal").fetchone()[0])  # type: ignore[index]

        before = written_out()
        with crowd.at_work():
            crowd.wait_for_more(30)
        # A process of PostgreSQL that has nothing to do adds to the statistics after ten seconds.
        wait_for(lambda: written_out() - before >= crowd.acknowledged, "each batch was written out", 30, pause=0.5)
        say(f"{crowd.acknowledged} batches acknowledged one after another, {written_out() - before} times written out")
    on_postgres.check(crowd.ledgers)


def test_web_workers_are_killed(on_postgres: World, postgres: Cluster, site: Site, say: Say) -> None:
    crowd, chance = on_postgres.crowd(site, LEARNERS, DEVICES), random.Random(1)
    with crowd.at_work():
        for _kill in range(KILLS):
            crowd.wait_for_more(40)
            kill(chance.choice(site.workers()))
            # Counts are folded meanwhile, as the timer does.
            on_postgres.stage("fold", batch=50)
        seconds = crowd.wait_for_all_since(time.monotonic(), RECOVERED_SECONDS)
    say(f"{KILLS} kills, {crowd.acknowledged} batches acknowledged, {dict(crowd.statuses)}; all heard {seconds:.1f} s after the last")
    assert crowd.unexpected() == []
    on_postgres.check(crowd.ledgers)


def test_all_of_postgresql_is_killed(on_postgres: World, postgres: Cluster, site: Site, say: Say) -> None:
    crowd = on_postgres.crowd(site, LEARNERS, DEVICES)
    with crowd.at_work():
        for _crash in range(CRASHES):
            crowd.wait_for_more(60)
            processes = postgres.kill_all()
            time.sleep(0.5)
            began = time.monotonic()
            postgres.start()
            seconds = crowd.wait_for_all_since(time.monotonic(), RECOVERED_SECONDS) + time.monotonic() - began
            say(f"{processes} processes killed; all devices heard again within {seconds:.1f} s of the start")
        crowd.wait_for_more(40)
    say(f"{CRASHES} crashes, {crowd.acknowledged} batches acknowledged, {dict(crowd.statuses)}")
    assert crowd.unexpected() == []
    on_postgres.check(crowd.ledgers)


def test_postgresql_is_restarted_under_load(on_postgres: World, postgres: Cluster, site: Site, say: Say) -> None:
    """Answers in between are 5xx or none, never a false 200; the site comes back by itself, with the processes it has."""
    workers = set(site.workers())
    crowd = on_postgres.crowd(site, LEARNERS, DEVICES)
    with crowd.at_work():
        for _restart in range(CRASHES):
            crowd.wait_for_more(60)
            began = time.monotonic()
            postgres.restart()
            restarted = time.monotonic()
            seconds = restarted - began + crowd.wait_for_all_since(restarted, RECOVERED_SECONDS)
            say(f"restarted in {restarted - began:.1f} s, all devices heard again {seconds:.1f} s after the restart began")
            assert seconds < RECOVERED_SECONDS
    say(f"{crowd.acknowledged} batches acknowledged, {dict(crowd.statuses)}")
    assert crowd.unexpected() == []
    assert set(site.workers()) == workers
    on_postgres.check(crowd.ledgers)
