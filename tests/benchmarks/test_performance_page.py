"""docs/performance.md says what benchmarks/results/latest.json holds, and the verdicts on it are those of its figures."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.bench import chart, document, results
from benchmarks.bench.goals import find, verdicts
from benchmarks.bench.tasks import FLOORS, TASKS

COLUMNS = {"task", "system", "steps", "learners", "cpu_ms", "queries", "bytes", "p50_ms", "p95_ms", "times_floor", "range"}


def row(task: str, times: float, *, steps: int = 10, learners: int = 1000, variant: str = "", plain: int = 1000) -> dict[str, Any]:
    figures = {"cpu_ms": 1.0, "app_ms": 0.8, "db_ms": 0.2, "queries": 2, "bytes": 500, "bytes_plain": plain, "p50_ms": 1.0, "p95_ms": 2.0}
    place = {"task": task, "variant": variant, "system": "puente", "steps": steps, "learners": learners}
    return place | figures | {"times_floor": times, "range": [times, times]}


def test_the_page_and_the_chart_are_those_of_the_latest_results() -> None:
    latest = results.read()
    page = document.PAGE.read_text(encoding="utf-8")
    assert document.replaced(page, document.generated(latest)) == page
    assert f"drawn from {chart.fingerprint(latest['rows'])} " in document.CHART.read_text(encoding="utf-8")


def test_the_latest_results_have_the_columns_that_others_read() -> None:
    latest = results.read()
    assert latest["machine"]
    for found in latest["rows"]:
        assert found.keys() >= COLUMNS
        assert found["system"] in {"puente", "peer", "floor"}
        assert found["range"][0] <= found["times_floor"] <= found["range"][1]
        if found["system"] == "floor":
            assert found["times_floor"] == 1.0


def test_every_task_has_a_floor() -> None:
    assert {task.floor for task in TASKS} <= FLOORS.keys()
    assert {task.name for task in TASKS} == {f"T{number}" for number in range(1, 15)}


def met(rows: list[dict[str, Any]], task: str, word: str) -> bool | None:
    return next(verdict.met for verdict in verdicts(rows) if verdict.task == task and word in verdict.goal)


@pytest.mark.parametrize(
    ("task", "variant", "word", "most"),
    [
        ("T1", "", "course page", 0.2),
        ("T2", "", "page and state together", 1.8),
        ("T3", "", "open", 0.6),
        ("T3", "enrolled", "enrolled", 1.4),
        ("T5", "", "four values", 1.6),
        ("T6", "", "complete", 2.0),
        ("T7", "", "private page", 2.0),
        ("T7", "state", "my progress, as the script reads it", 2.0),
        ("T9", "", "an address where nothing is", 2.5),
        ("T10", "many", "does not know", 2.0),
        ("T11", "part", "64 kB of it", 2.5),
        ("T11", "part many", "64 kB of it", 2.5),
        ("T12", "many", "the private page of a step", 4.0),
        ("T13", "", "my learning", 4.0),
        ("T14", "many", "the admin's list of works", 1.0),
    ],
)
def test_a_goal_is_met_at_its_measure_and_not_above_it(task: str, variant: str, word: str, most: float) -> None:
    assert met([row(task, most, variant=variant)], task, word) is True
    assert met([row(task, most + 0.01, variant=variant)], task, word) is False
    short, long = row(task, most, variant=variant), row(task, most + 0.01, variant=variant, steps=1000)
    assert met([short, long], task, word) is False


def test_with_many_pages_each_of_these_tasks_asks_what_it_asks_with_few() -> None:
    few = {task.key: task for task in TASKS if not task.has_many_pages}
    many = [task for task in TASKS if task.has_many_pages]
    assert {task.asks for task in many} == {key for key in few if key.split("/")[0] in {"T9", "T10", "T11", "T12", "T13", "T14"}}
    assert len({task.key for task in TASKS}) == len(TASKS)
    for task in many:
        assert task.floor == few[task.asks].floor


def test_growth_with_steps_and_with_learners_is_judged_by_the_ratio_to_the_floor() -> None:
    flat = [row("T7", 1.0), row("T7", 1.15, steps=1000)]
    assert met(flat, "T7", "flat") is True
    assert met([flat[0], row("T7", 1.16, steps=1000)], "T7", "flat") is False
    assert met([row("T4", 1.0), row("T4", 1.2, learners=100_000)], "T2 to T7", "growth") is False
    assert met([row("T4", 1.0), row("T4", 1.1, learners=100_000)], "T2 to T7", "growth") is True


def test_the_record_in_the_admin_is_held_to_what_a_browser_reads() -> None:
    assert met([row("T8", 9.0, plain=200_000)], "T8", "record: ≤") is True
    assert met([row("T8", 9.0, plain=200_001)], "T8", "record: ≤") is False
    assert met([row("T8", 9.0), row("T8", 9.0, learners=100_000, plain=1200)], "T8", "record: flat") is False


def test_what_a_run_did_not_measure_is_neither_met_nor_missed() -> None:
    assert met([row("T7", 1.0)], "T7", "flat") is None
    assert met([row("T7", 1.0)], "T1", "course page") is None
    assert find([row("T7", 1.0)], "T7", 1000, 1000) is None


def test_only_the_part_between_the_marks_is_written() -> None:
    page = f"Before\n{document.BEGIN}\nold\n{document.END}\nAfter\n"
    assert document.replaced(page, f"{document.BEGIN}\nnew\n{document.END}") == page.replace("old", "new")
    with pytest.raises(ValueError, match="markers"):
        document.replaced("Nothing", "new")


def test_the_table_has_the_most_learners_and_the_longest_course() -> None:
    rows = [row("T7", 1.0, steps=steps, learners=learners) for steps in (10, 100, 1000) for learners in (1000, 100_000)]
    head = {"measured_on": "today", "commit": "", "mode": "full", "repeats": 5, "minutes": 1, "blocks_repeated": 0}
    told = {"peer": "a peer", "hello_ms": 0.3, "machine": "a machine"}
    page = document.generated({"rows": [found | {"blocks": 5} for found in rows], **head, **told})
    assert [line for line in page.splitlines() if line.startswith("### With")] == ["### With 100,000 learners, in the longest course"]
    table = page.partition("### With")[2]
    assert [line.split("|")[2].strip() for line in table.splitlines() if line.startswith("|T7")] == ["1,000"]
