"""Profile one task inside Puente, or inside a floor: its WSGI application, in one process, on a database cluster of its own.

DURABLE=1 scripts/with_postgres.sh .venv/bin/python -m benchmarks.bench.profiling T2 T6
STEPS=1000 DURABLE=1 scripts/with_postgres.sh .venv/bin/python -m benchmarks.bench.profiling T7
VISITS=20 SITE=wagtail DURABLE=1 scripts/with_postgres.sh .venv/bin/python -m benchmarks.bench.profiling "wagtail explorer"

By processor time, as everything here: waiting for the database is not in it. Profiled code runs several times as slowly: read shares,
not milliseconds.
"""

from __future__ import annotations

import cProfile
import importlib
import io
import json
import os
import pstats
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

VISITS = int(os.environ.get("VISITS", "100"))
LINES = int(os.environ.get("LINES_SHOWN", "45"))
WSGI = os.environ.get("WSGI", "")


def environ_of(request: dict[str, Any]) -> dict[str, Any]:
    """Return a request as gunicorn hands it to an application."""
    body = request["body"].encode()
    path, _mark, query = request["path"].partition("?")
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request["headers"].items()}
    return headers | {
        "REQUEST_METHOD": request["method"],
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": request["headers"]["Host"],
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": request["headers"].get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }


def inside(plan_path: str, steps: str, keys: list[str]) -> None:
    """Profile tasks in the site's own environment."""
    application = importlib.import_module(WSGI).application
    plan = json.loads(Path(plan_path).read_text())

    def visit(requests: list[dict[str, Any]]) -> None:
        for request in requests:
            answered: list[str] = []
            answer = application(environ_of(request), lambda status, _headers, seen=answered: seen.append(status))
            b"".join(answer)
            answer.close()
            assert answered[0].startswith(str(request.get("status", 200))), (request["path"], answered)

    for key in keys:
        steps = steps if steps in plan[key] else ""
        visits, reset = plan[key][steps]["visits"], plan[key][steps]["reset"]
        _put_back(reset, plan[key][steps]["ids"])
        for number in range(VISITS // 5):
            visit(visits[number % len(visits)])
        _put_back(reset, plan[key][steps]["ids"])
        began = time.process_time()
        for number in range(VISITS):
            visit(visits[number % len(visits)])
        plain = (time.process_time() - began) / VISITS * 1000
        _put_back(reset, plan[key][steps]["ids"])
        profile = cProfile.Profile(time.process_time)
        profile.enable()
        for number in range(VISITS):
            visit(visits[number % len(visits)])
        profile.disable()
        print(f"\n==== {key}, {steps} steps: {plain:.2f} ms of the application's processor time a visit; {VISITS} visits profiled")
        pstats.Stats(profile).strip_dirs().sort_stats("cumulative").print_stats(LINES)


def _put_back(statements: list[str], ids: list[int]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, {"ids": ids} if "%(" in statement else None)


def main(keys: list[str]) -> None:
    """Prepare Puente as the benchmark does, and profile the tasks named."""
    from benchmarks.bench.cluster import Cluster
    from benchmarks.bench.sites import ROOT, sites

    steps, cluster = os.environ.get("STEPS", "10"), Cluster.from_environment()
    with tempfile.TemporaryDirectory(prefix="puente-bench.") as folder:
        site = sites("")[os.environ.get("SITE", "puente")]
        site.make(cluster, Path(folder), {"steps": [int(steps)], "actors": 200})
        site.grow(cluster, 1000)
        told = {name: os.environ[name] for name in ("VISITS", "LINES_SHOWN") if name in os.environ} | {"WSGI": site.wsgi.partition(":")[0]}
        command = [sys.executable, "-m", "benchmarks.bench.profiling", "inside", f"{folder}/{site.name}.json", steps, *keys]
        subprocess.run(command, cwd=ROOT, env=site.environment(cluster) | told, check=True)  # noqa: S603 - this module


if __name__ == "__main__":
    if sys.argv[1:2] == ["inside"]:
        inside(sys.argv[2], sys.argv[3], sys.argv[4:])
    else:
        main(sys.argv[1:] or ["T2"])
