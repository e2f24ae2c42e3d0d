"""The accounts of processes, and the statements in PostgreSQL's log."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from benchmarks.bench.accounts import children_of, parse_stat, used_by
from benchmarks.bench.cluster import count_statements

LINE = "41 (postgres: a) b (idle)) S 7 41 41 0 -1 4194560 9 0 0 0 120 30 400 50 20 0 1 0 99 1000 10 18446744073709551615"


def test_a_line_of_stat_is_read_whatever_the_program_is_called() -> None:
    stat = parse_stat(LINE)
    assert (stat.pid, stat.parent, stat.name) == (41, 7, "postgres: a) b (idle)")
    assert (stat.own, stat.children) == (150, 450)


@pytest.mark.parametrize("line", ["", "41 postgres S 7", "(41", "41 (postgres) S 7"])
def test_what_is_no_line_of_stat_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"not a line|values to unpack|invalid literal"):
        parse_stat(line)


@pytest.mark.skipif(sys.platform != "linux", reason="the accounts are read from Linux's /proc")
def test_the_account_of_a_process_grows_with_its_work_and_ends_with_it() -> None:
    before, until = used_by(os.getpid()), time.process_time() + 0.05
    while time.process_time() < until:
        pass
    assert used_by(os.getpid()) - before >= 20_000_000
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in children_of(os.getpid())
        child.communicate(b"\n")
    assert used_by(child.pid) == 0


LOG = """\
@@bench_a@@ LOG:  statement: BEGIN
@@bench_a@@ LOG:  statement: SELECT 1
@@bench_a@@ LOG:  statement: SELECT "x"
\tFROM "y"
@@bench_b@@ LOG:  statement: SELECT 2
@@bench_a@@ LOG:  execute <unnamed>: SELECT 1 AS "a" FROM "y" LIMIT 1
@@bench_a@@ LOG:  statement: SAVEPOINT "s1"
@@bench_a@@ LOG:  statement: RELEASE SAVEPOINT "s1"
@@bench_a@@ LOG:  statement: INSERT INTO "y" VALUES (1)
@@bench_a@@ LOG:  statement: COMMIT
@@@@ LOG:  received SIGHUP, reloading configuration files
"""


def test_statements_are_counted_for_one_database_and_without_what_frames_them() -> None:
    assert count_statements(LOG, "bench_a") == 3
    assert count_statements(LOG, "bench_b") == 1
    assert count_statements("", "bench_a") == 0
