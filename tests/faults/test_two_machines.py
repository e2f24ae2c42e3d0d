"""Two web servers with nothing in common but the database: what is published shows at the next request of either, rendered once."""

from __future__ import annotations

import http.client
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.conftest import FULL, World
from tests.faults.parts import HOST, Cluster, Site, cluster

pytestmark = pytest.mark.xdist_group("faults")

Say = Callable[[str], None]
PUBLICATIONS = 50 if FULL else 10
PAGES = 1000 if FULL else 150
CLIENTS = 8


def ask(site: Site, path: str, etag: str = "") -> tuple[int, str, str]:
    """Ask as a browser does, through a balancer: by one name, whichever server it is. Return status, ETag and text."""
    connection = http.client.HTTPConnection(HOST, site.port, timeout=60)
    try:
        connection.request("GET", path, headers={"Host": HOST, "X-Forwarded-Proto": "https", "If-None-Match": etag})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("ETag", ""), answer.read().decode()
    finally:
        connection.close()


def test_an_editor_who_publishes_sees_the_new_page_on_the_next_request_everywhere(on_postgres: World, postgres: Cluster, say: Say) -> None:
    """Each server keeps pages in its own memory, as far apart as two caches can be.

    The database for reports is as old as one can be, a copy that follows nothing: no page may come from there.
    """
    (path,) = on_postgres.stage("pages", number=1, prefix="everywhere")
    with cluster() as old:
        postgres.copy_to(old)
        old.start()
        alone = {"CACHE_URL": "locmemcache://", "DATABASE_REPLICA_URL": old.url}
        with on_postgres.site(1, **alone) as first, on_postgres.site(1, **alone) as second:
            held = {site.port: ask(site, path)[1] for site in (first, second)}
            for number in range(PUBLICATIONS):
                on_postgres.stage("retitle", path=path, title=f"Edition {number}")
                for site in (first, second):
                    status, etag, text = ask(site, path, held[site.port])
                    assert (status, f"Edition {number}" in text) == (200, True)
                    assert ask(site, path, etag)[0] == 304
                    held[site.port] = etag
            assert held[first.port] == held[second.port], "the same bytes, whoever rendered them"
    say(f"{PUBLICATIONS} publications, each seen by both servers at the next request")


def test_many_pages_asked_for_at_once_after_a_publish_are_each_rendered_once(
    on_postgres: World, postgres: Cluster, tmp_path: Path, say: Say
) -> None:
    """Every page is asked for twice at the same moment, once of each server, while all of them are new."""
    paths = on_postgres.stage("pages", number=PAGES, prefix="many")
    renders = tmp_path / "renders"
    with on_postgres.site(2, RENDERS=str(renders)) as first, on_postgres.site(2, RENDERS=str(renders)) as second:
        # Warm: what is counted below is only what the publish has made new.
        assert {ask(site, "/es/")[0] for site in (first, second)} == {200}
        on_postgres.stage("retitle", path=paths[0], title="Just published")
        renders.write_text("")
        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = list(pool.map(lambda job: ask(*job), [(site, path) for path in paths for site in (first, second)]))
    assert {status for status, _etag, _text in answers} == {200}
    drawn = Counter(renders.read_text().split())
    assert {path: drawn[path] for path in paths if drawn[path] != 1} == {}
    say(f"{len(answers)} requests for {len(paths)} pages, {sum(drawn[path] for path in paths)} renderings")
