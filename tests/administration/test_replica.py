"""Reports read a replica that follows the first database; nothing else does, nothing is written there, and it may fall away."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, router

from foundation import replica
from learning.models import Enrolment, RunStat
from tests.clusters import postgres_bin

pytestmark = pytest.mark.database

ROOT = Path(__file__).resolve().parent.parent.parent
clusters = pytest.mark.postgres


@pytest.fixture(scope="module")
def story() -> dict[str, Any]:
    """What a site with two clusters did (tests.administration.replica_site)."""
    if postgres_bin() is None:
        pytest.skip("needs PostgreSQL's programs (initdb, pg_basebackup)")
    told = subprocess.run(
        [sys.executable, "-m", "tests.administration.replica_site"], cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
    )
    assert told.returncode == 0, told.stderr[-4000:]
    found: dict[str, Any] = json.loads(told.stdout)
    return found


@clusters
@pytest.mark.xdist_group("replica")
def test_what_is_written_to_the_first_database_is_in_the_report_from_the_replica(story: dict[str, Any]) -> None:
    assert story["followed"]
    assert story["report"] == {"done": "6", "copy": True, "fell_back": False}


@clusters
@pytest.mark.xdist_group("replica")
def test_a_write_to_the_replica_is_refused_however_it_is_tried(story: dict[str, Any]) -> None:
    assert len(story["refused"]) == 3
    for words in story["refused"]:
        assert "read-only transaction" in words or "during recovery" in words


@clusters
@pytest.mark.xdist_group("replica")
def test_only_the_report_asks_the_replica_anything(story: dict[str, Any]) -> None:
    asked = story["statements"]
    assert asked.pop("report") > 0
    assert asked == {"page": 0, "admin": 0, "learning": 0}


@clusters
@pytest.mark.xdist_group("replica")
def test_a_page_is_new_at_once_though_the_replica_stands_still_and_the_report_says_how_old_it_is(story: dict[str, Any]) -> None:
    assert story["paused"] == {"page": True, "report": {"done": "7", "copy": True, "fell_back": False}, "is_old": True}
    assert story["resumed"]


@clusters
@pytest.mark.xdist_group("replica")
def test_with_the_replica_stopped_the_report_answers_from_the_first_database_and_says_so(story: dict[str, Any]) -> None:
    assert story["stopped"] == {"report": {"done": "9", "copy": False, "fell_back": True}, "page": 200}
    assert story["back"], "and reads the replica again when it is back"


def test_without_the_setting_everything_is_read_from_the_one_database() -> None:
    assert replica.REPLICA not in settings.DATABASES
    read = replica.from_replica(lambda alias: alias)
    assert (read.value, read.from_replica, read.fell_back) == (DEFAULT_DB_ALIAS, False, False)


def test_what_was_read_from_the_replica_is_written_and_followed_on_the_first_database() -> None:
    stat = RunStat(run_id=1)
    stat._state.db = replica.REPLICA
    assert router.db_for_write(RunStat, instance=stat) == DEFAULT_DB_ALIAS
    assert router.db_for_read(Enrolment, instance=stat) == DEFAULT_DB_ALIAS
    assert not router.allow_migrate_model(replica.REPLICA, Enrolment)
    assert router.allow_migrate_model(DEFAULT_DB_ALIAS, Enrolment)


def test_a_query_that_the_replica_gives_up_is_asked_of_the_first_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """A standby ends queries that keep it from following (max_standby_streaming_delay)."""

    class Gone:
        settings = {replica.REPLICA: {}}

        def __getitem__(self, alias: str) -> Any:
            return connections[DEFAULT_DB_ALIAS]

    def read(alias: str) -> str:
        if alias == replica.REPLICA:
            raise OperationalError("canceling statement due to conflict with recovery")
        return alias

    monkeypatch.setattr(replica, "connections", Gone())
    monkeypatch.setattr(replica, "_as_of", lambda: None)
    monkeypatch.setattr(connections[DEFAULT_DB_ALIAS], "close", lambda: None)
    answered = replica.from_replica(read)
    assert (answered.value, answered.from_replica, answered.fell_back) == (DEFAULT_DB_ALIAS, False, True)
