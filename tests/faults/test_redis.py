"""A real Redis is killed, frozen and filled under a real site: pages and learning go on, and it is used again when it is back."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests.faults.conftest import World
from tests.faults.devices import Connection
from tests.faults.parts import HOST, Redis, Site, wait_for

pytestmark = pytest.mark.xdist_group("faults")

Say = Callable[[str], None]
NOBODY = {"cookie": "", "csrf": ""}
# Longer than the site leaves a Redis alone that was away (config.cache.PAUSE_SECONDS).
BACK_WITHIN = 30.0
ASKED = 40


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Redis]:
    """A Redis of a megabyte or two that keeps nothing on disk."""
    made = Redis(tmp_path)
    try:
        yield made
    finally:
        made.kill()


def kept(memory: Redis) -> int:
    """How many pages it holds."""
    return sum(1 for _key in memory.client().scan_iter("*page:*"))


def read(site: Site, path: str) -> Counter[int]:
    """Ask for a page many times, each time through a new connection, so that every worker is met."""
    return Counter(Connection(site.port, NOBODY).ask("GET", path)[0] for _time in range(ASKED))


def said_since(site: Site, mark: int) -> str:
    """What the site has written into its log since then: other sites of this world wrote into the same one."""
    return site.log.read_text()[mark:]


def learn(on_postgres: World, site: Site) -> None:
    """Have people do their courses, and look that all that was acknowledged is stored."""
    crowd = on_postgres.crowd(site, 3, 2)
    with crowd.at_work():
        crowd.wait_for_more(20)
    assert crowd.unexpected() == []
    on_postgres.check(crowd.ledgers)


def test_two_workers_share_one_rendering(on_postgres: World, postgres: object, memory: Redis, tmp_path: Path) -> None:
    renders = tmp_path / "renders"
    with on_postgres.site(2, CACHE_URL=memory.url, RENDERS=str(renders)) as site:
        (path,) = on_postgres.stage("pages", number=1, prefix="shared")
        assert read(site, path) == {200: ASKED}
        assert renders.read_text().split().count(path) == 1
        assert kept(memory) >= 1


def test_killed_and_started_again(on_postgres: World, postgres: object, memory: Redis, say: Say) -> None:
    with on_postgres.site(2, CACHE_URL=memory.url) as site:
        path, began = on_postgres.pages[0], len(site.log.read_text())
        assert read(site, path) == {200: ASKED}
        memory.kill()
        assert read(site, path) == {200: ASKED}
        learn(on_postgres, site)
        memory.start()
        assert memory.client().dbsize() == 0, "it has forgotten everything"
        seconds = wait_for(lambda: read(site, path) == {200: ASKED} and kept(memory) > 0, "it is used again", BACK_WITHIN)
        say(f"used again {seconds:.1f} s after it was back")
        said = said_since(site, began)
        assert "The cache is away" in said
        assert "The cache is back" in said
        assert "Traceback" not in said


def test_what_is_published_while_it_is_away_is_not_hidden_by_what_it_remembers(on_postgres: World, postgres: object, memory: Redis) -> None:
    """It is frozen and not killed: it wakes with the pages of before."""
    with on_postgres.site(2, CACHE_URL=memory.url) as site:
        (path,) = on_postgres.stage("pages", number=1, prefix="frozen")
        on_postgres.stage("retitle", path=path, title="Before the frost")
        assert read(site, path) == {200: ASKED}
        began = len(site.log.read_text())
        os.kill(memory.process.pid, signal.SIGSTOP)
        try:
            on_postgres.stage("retitle", path=path, title="During the frost")
            assert "During the frost" in Connection(site.port, NOBODY).ask("GET", path)[1].decode()
        finally:
            os.kill(memory.process.pid, signal.SIGCONT)
        wait_for(
            lambda: read(site, path) == {200: ASKED} and "The cache is back" in said_since(site, began), "it is used again", BACK_WITHIN
        )
        for _time in range(ASKED):
            assert "During the frost" in Connection(site.port, NOBODY).ask("GET", path)[1].decode()


def test_full(on_postgres: World, postgres: object, memory: Redis) -> None:
    """It answers, and refuses to keep anything."""
    client = memory.client()
    client.config_set("maxmemory-policy", "noeviction")
    client.config_set("maxmemory", "1")
    with pytest.raises(redis.exceptions.OutOfMemoryError):
        client.set("a", "b")
    with on_postgres.site(2, CACHE_URL=memory.url) as site:
        assert read(site, on_postgres.pages[0]) == {200: ASKED}
        learn(on_postgres, site)
        person = on_postgres.people(1)[0]
        status, state = Connection(site.port, person["devices"][0]).ask("GET", "/learning/api/state")
        assert (status, json.loads(state)["signed_in"]) == (200, True)


def test_its_host_is_this_one_only(memory: Redis) -> None:
    assert memory.client().config_get("bind") == {"bind": HOST}
