"""The contenders run under the same conditions, and the peer is the one that is named."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.bench import peer_environment
from benchmarks.bench.database import CONN_MAX_AGE
from benchmarks.bench.peer_environment import REQUIREMENTS, PeerMissing
from benchmarks.bench.plans import CSRF, get, post, task
from benchmarks.bench.sites import sites
from tests.architecture.test_repository import pins

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_peer_is_locked_with_versions_and_hashes() -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", REQUIREMENTS.read_text().strip())
    assert any(entry.startswith("wagtail-lms==0.11.1 ") for entry in entries)
    for entry in entries:
        assert re.match(r"[\w.\[\],-]+==", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]


@pytest.mark.parametrize("package", ["django", "wagtail", "gunicorn", "psycopg"])
def test_the_peer_runs_on_the_same_versions_as_the_site(package: str) -> None:
    """Otherwise the ratio would compare two versions of a framework. After `make lock` of one, `make lock` of both."""
    assert pins(str(REQUIREMENTS.relative_to(ROOT)))[package] == pins("requirements-dev.txt")[package]


def test_puente_reaches_its_database_as_the_others_do(tmp_path: Path) -> None:
    """Its own settings of production say how; the others copy them."""
    environment = {"POSTGRES_FOLDER": str(tmp_path), "BENCH_DATABASE": "bench", "PATH": os.environ["PATH"]}
    found = {}
    for settings in ("puente.settings", "peer.settings", "floors.hello_settings", "floors.wagtail_settings"):
        program = f"from benchmarks.bench.{settings} import DATABASES, DEBUG; import json; print(json.dumps([DATABASES['default'], DEBUG]))"
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        database, debug = json.loads(done.stdout)
        assert debug is False
        found[settings] = {name: database[name] for name in ("CONN_MAX_AGE", "CONN_HEALTH_CHECKS", "HOST", "NAME", "USER")}
    assert all(values == found["puente.settings"] for values in found.values()), found
    assert found["puente.settings"]["CONN_MAX_AGE"] == CONN_MAX_AGE


def test_without_the_peer_the_other_sites_still_run() -> None:
    assert list(sites("")) == ["hello", "wagtail", "puente"]
    assert list(sites("python-of-the-peer")) == ["hello", "wagtail", "puente", "peer"]


def test_a_peer_that_cannot_be_installed_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refused:
        returncode, stderr = 1, "a line\nERROR: no network\n"

    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    monkeypatch.setattr(peer_environment.venv, "create", lambda *arguments, **named: None)
    monkeypatch.setattr(peer_environment.subprocess, "run", lambda *arguments, **named: Refused)
    with pytest.raises(PeerMissing, match="ERROR: no network"):
        peer_environment.peer_python()


def test_every_request_is_sent_as_through_a_proxy_and_only_writes_carry_the_token() -> None:
    read, write = get("/page/", "session"), post("/api", "session", {"a": 1})
    assert read["headers"]["X-Forwarded-Proto"] == write["headers"]["X-Forwarded-Proto"] == "https"
    assert read["headers"]["Cookie"] == "sessionid=session; __Host-sessionid=session"
    assert "Cookie" not in get("/page/")["headers"]
    assert write["headers"]["X-CSRFToken"] == CSRF
    assert write["body"] == '{"a": 1}'
    assert task([[read]]) == {"visits": [[read]], "once": False, "reset": [], "check": "", "ids": []}
