"""Measure how long writers wait while a large table is migrated: by foundation.online_migrations, and by ordinary operations.

scripts/with_postgres.sh .venv/bin/python -m benchmarks.online_migration                10 million rows
scripts/with_postgres.sh .venv/bin/python -m benchmarks.online_migration 200000         so many rows

A table shaped like the enrolments, four writers that never stop, and one step after another; each line says how long the
step took, and how long the writes that began during it waited. "Waiting" is the greatest number of writers seen to wait for a lock.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

ROWS = 10_000_000
WRITERS = 4
QUIET_SECONDS = 15
TABLE = "bench_taking"
FILL = f"""
INSERT INTO {TABLE} (learner, course_key, state, done_bits, enrolled_on)
SELECT n / 2, md5((n %% 50)::text)::uuid, CASE WHEN n %% 12 = 0 THEN 'withdrawn' ELSE 'active' END,
       decode(md5(n::text), 'hex'), date '2023-01-01' + (n %% 1095)
FROM generate_series(%s, %s) n
"""  # noqa: S608 - names of this file
DO_A_STEP = f"UPDATE {TABLE} SET done_bits = set_bit(done_bits, %s, 1) WHERE id = %s"  # noqa: S608
WAITING = f"SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE {TABLE} SET done%'"  # noqa: S608
Latencies = list[tuple[float, float]]


def write_on(url: str, rows: int, seed: int, over: Any, out: Any) -> None:
    """Change one row after another, as a done step does; send when each began and how long it took."""
    import psycopg

    took: Latencies = []
    draw = random.Random(seed)  # noqa: S311 - rows, not secrets
    with psycopg.connect(url, autocommit=True) as connection:
        while not over.is_set():
            began = time.monotonic()
            connection.execute(DO_A_STEP, [draw.randrange(120), draw.randint(1, rows)])
            took.append((began, time.monotonic() - began))
    out.put(took)


class Bench:
    """The table, the writers, and what each step was like."""

    def __init__(self, rows: int) -> None:
        from django.db import connection, models
        from django.db.migrations import CreateModel
        from django.db.migrations.state import ProjectState

        self.rows, self.connection, self.state = rows, connection, ProjectState()
        fields = [
            ("id", models.BigAutoField(primary_key=True)),
            ("learner", models.BigIntegerField()),
            ("course_key", models.UUIDField()),
            ("state", models.CharField(max_length=10)),
            ("done_bits", models.BinaryField()),
            ("enrolled_on", models.DateField()),
        ]
        self.apply(CreateModel("Taking", fields, options={"db_table": TABLE}))
        self.phases: list[tuple[str, float, float, int]] = []

    def fill(self) -> None:
        """Make the rows."""
        with self.connection.cursor() as cursor:
            for first in range(1, self.rows + 1, 500_000):
                cursor.execute(FILL, [first, min(first + 499_999, self.rows)])
            cursor.execute(f"VACUUM ANALYZE {TABLE}")

    def apply(self, operation: Any) -> None:
        """Do one operation, as `manage.py migrate` does in a migration with `atomic = False`, with its limit for locks."""
        after = self.state.clone()
        operation.state_forwards("bench", after)
        with self.connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        with self.connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("bench", editor, self.state, after)
        self.state = after

    def sql(self, statement: str) -> None:
        """Do what an ordinary migration does."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement)

    def phase(self, name: str, act: Callable[[], None]) -> None:
        """Do something while the writers write, and keep when that was."""
        watcher = Watcher(self.connection.get_connection_params())
        began = time.monotonic()
        act()
        self.phases.append((name, began, time.monotonic(), watcher.stop()))
        # What waited is served before the next step begins.
        time.sleep(1)

    def report(self, took: Latencies) -> None:
        """Print a line for each phase."""
        print(f"{'step':<44}{'seconds':>8}{'writes/s':>10}{'p50 ms':>8}{'p99 ms':>9}{'max ms':>10}{'waiting':>9}")
        for name, began, ended, waiting in self.phases:
            inside = sorted(seconds * 1000 for start, seconds in took if start < ended and start + seconds > began)
            if not inside:
                print(f"{name:<44}{ended - began:>8.1f}   no write ended")
                continue
            p50, p99 = inside[len(inside) // 2], inside[min(len(inside) - 1, len(inside) * 99 // 100)]
            rate = len(inside) / (ended - began)
            print(f"{name:<44}{ended - began:>8.1f}{rate:>10.0f}{p50:>8.2f}{p99:>9.2f}{inside[-1]:>10.1f}{waiting:>9}")


class Watcher:
    """Looks now and then how many writers wait for a lock."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.most, self.over = 0, threading.Event()
        known = {name: parameters[name] for name in ("dbname", "user", "host", "port") if name in parameters}
        self.thread = threading.Thread(target=self._look, args=(known,), daemon=True)
        self.thread.start()

    def _look(self, parameters: dict[str, Any]) -> None:
        import psycopg

        with psycopg.connect(**parameters, autocommit=True) as connection:
            while not self.over.wait(0.1):
                row = connection.execute(WAITING).fetchone()
                self.most = max(self.most, row[0] if row else 0)

    def stop(self) -> int:
        """Return the most that ever waited at once."""
        self.over.set()
        self.thread.join()
        return self.most


def play(bench: Bench) -> None:
    """Migrate the table online first, and then the ordinary way."""
    from django.db import models
    from django.db.migrations import AddField
    from django.db.models import F, Q

    from foundation.online_migrations import AddConstraintOnline, AddIndexOnline, Backfill

    has_hours = models.CheckConstraint(condition=Q(hours__gte=0), name="taking_hours")
    bench.phase("nothing: writers alone", lambda: time.sleep(QUIET_SECONDS))
    bench.phase("add a column", lambda: bench.apply(AddField("taking", "hours", models.IntegerField(null=True))))
    backfill = Backfill("taking", where=Q(hours__isnull=True), values={"hours": F("id") % 40})
    bench.phase("backfill, 5,000 rows a batch", lambda: bench.apply(backfill))
    bench.phase("check: NOT VALID, then VALIDATE", lambda: bench.apply(AddConstraintOnline("taking", has_hours)))
    newest = models.Index(fields=["-enrolled_on", "-id"], name="taking_newest")
    bench.phase("index, CONCURRENTLY", lambda: bench.apply(AddIndexOnline("taking", newest)))
    bench.phase("ordinary: add a check", lambda: bench.sql(f"ALTER TABLE {TABLE} ADD CONSTRAINT plain_check CHECK (hours >= 0)"))
    bench.phase("ordinary: create an index", lambda: bench.sql(f"CREATE INDEX plain_index ON {TABLE} (enrolled_on DESC, id DESC)"))
    bench.phase("nothing: writers alone, afterwards", lambda: time.sleep(QUIET_SECONDS))


def main() -> None:
    """Fill the table, start the writers, play."""
    rows = int(sys.argv[1].replace("_", "").replace(",", "")) if len(sys.argv) > 1 else ROWS
    if "DATABASE_URL" not in os.environ:
        raise SystemExit("Run it with scripts/with_postgres.sh: it needs a PostgreSQL of its own.")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django

    django.setup()
    from django.db import connection

    if connection.introspection.table_names():
        raise SystemExit("This database is not empty: the benchmark makes its own table.")
    bench, began = Bench(rows), time.monotonic()
    bench.fill()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_total_relation_size(%s))", [TABLE])
        size = cursor.fetchone()[0]
    print(f"{rows:,} rows, {size}, made in {time.monotonic() - began:.0f} s; {WRITERS} writers\n")
    parameters = connection.get_connection_params()
    url = f"dbname={parameters['dbname']} user={parameters['user']} host={parameters['host']}"
    context = multiprocessing.get_context("spawn")
    over, out = context.Event(), context.Queue()
    writers = [context.Process(target=write_on, args=(url, rows, seed, over, out), daemon=True) for seed in range(WRITERS)]
    for writer in writers:
        writer.start()
    time.sleep(2)
    try:
        play(bench)
    finally:
        over.set()
        took = [pair for _writer in writers for pair in out.get(timeout=120)]
        for writer in writers:
            writer.join()
    bench.report(took)


if __name__ == "__main__":
    main()
