"""The task worker is killed in the middle of a batch, and its work is done again: by a second worker, by the timer, or both."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.faults.conftest import World
from tests.faults.parts import ROOT, Cluster, wait_for, worker

pytestmark = pytest.mark.xdist_group("faults")

Say = Callable[[str], None]
# Three batches of a thousand: the worker dies in the second.
PEOPLE, COVERED = 2500, 40


@contextmanager
def held(postgres: Cluster, table: str, pk: int) -> Iterator[psycopg.Connection[Any]]:
    """Hold a row, so that whoever comes to it waits: there the worker can be killed, and nowhere else."""
    with postgres.connect() as connection:
        connection.execute("BEGIN")
        connection.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [pk])
        yield connection
        connection.execute("ROLLBACK")


def somebody_waits(postgres: Cluster) -> bool:
    with postgres.connect() as connection:
        row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = 'puente' AND wait_event_type = 'Lock'").fetchone()
    return bool(row and row[0])


def nobody_waits(postgres: Cluster) -> bool:
    return not somebody_waits(postgres)


def test_a_worker_dies_while_it_moves_and_another_while_it_completes(on_postgres: World, postgres: Cluster, say: Say) -> None:
    made = on_postgres.stage("move", people=PEOPLE, covered=COVERED)
    outline, run, enrolments = made["outline"], made["run"], made["enrolments"]

    def progress() -> dict[str, int]:
        return on_postgres.stage("moved", outline=outline, run=run)  # type: ignore[no-any-return]

    # The worker dies while it completes those whom the waiver of the third step covers.
    half = COVERED // 2
    with held(postgres, "learning_enrolment", enrolments[half]), on_postgres.part(worker) as first:
        wait_for(lambda: somebody_waits(postgres), "the worker comes to the row")
        first.kill()
    wait_for(lambda: nobody_waits(postgres), "PostgreSQL takes its lock back")
    assert progress() == {"moved": 0, "completed": half, "unfinished_moves": 1}

    # The timer comes round, and dies in the second batch of the move.
    with held(postgres, "learning_enrolment", enrolments[1500]):
        timer = subprocess.Popen(
            [sys.executable, "manage.py", "reconcile"], cwd=ROOT, env=on_postgres.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(lambda: somebody_waits(postgres), "the timer comes to the row")
        timer.send_signal(signal.SIGKILL)
        timer.wait()
    wait_for(lambda: nobody_waits(postgres), "PostgreSQL takes its lock back")
    assert progress() == {"moved": 1000, "completed": half, "unfinished_moves": 1}

    # An hour later the task of the first has one more go, while the timer comes round as well.
    assert on_postgres.stage("an_hour_later") >= 1
    with on_postgres.part(worker):
        on_postgres.stage("reconcile")
        wait_for(lambda: on_postgres.stage("idle"), "the worker has done everything", pause=0.3)
    # Who had finished was not moved; all others were.
    assert progress() == {"moved": PEOPLE - half, "completed": COVERED, "unfinished_moves": 0}
    say(f"killed with {half} of {COVERED} completed, and with 1000 of {PEOPLE - half} moved; in the end everything was done once")
    on_postgres.check([])
    assert on_postgres.stage("reconcile") == {"moved": 0, "completed": 0, "folded": 0}


def test_a_fold_that_dies_in_the_middle_counts_nothing_twice(on_postgres: World, postgres: Cluster) -> None:
    made = on_postgres.stage("move", people=30, covered=15)
    on_postgres.stage("fold")
    assert on_postgres.stage("carry_on", run=made["run"]) == 15 + 5
    with postgres.connect() as connection:
        row = connection.execute("SELECT max(id) FROM learning_stepstat WHERE run_id = %s", [made["run"]]).fetchone()
    assert row
    with held(postgres, "learning_stepstat", row[0]):
        # The timer's fold has counted the first step and waits for the second; then it dies, and neither is counted.
        folding = subprocess.Popen(
            [sys.executable, "manage.py", "reconcile"], cwd=ROOT, env=on_postgres.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(lambda: somebody_waits(postgres), "the fold comes to the row")
        folding.send_signal(signal.SIGKILL)
        folding.wait()
    wait_for(lambda: nobody_waits(postgres), "PostgreSQL takes its lock back")
    on_postgres.check([])
