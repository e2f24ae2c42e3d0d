"""The client, and the run around it: what is repeated, what is checked. Against a server of a few lines on a Unix socket."""

from __future__ import annotations

import gzip
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.bench.client import WrongAnswer, run, weigh
from benchmarks.bench.measuring import Contender, EffectMissing, Run
from benchmarks.bench.modes import FULL, SHORT, WHOLE, Mode, mode_of
from benchmarks.bench.plans import get, post, task

QUICK = Mode("test", (10,), (1000,), 3, 0.01, (2, 6), 6, 4)
PAGE = b"A page. " * 100


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Answers a page, compressed where asked for, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, path: str) -> None:
        self.asked: list[str] = []
        super().__init__(path, Handler)

    def get_request(self) -> tuple[Any, Any]:
        return self.socket.accept()[0], ("client", 0)


class Handler(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(f"{self.command} {self.path}")  # type: ignore[attr-defined]
        packed = self.path == "/packed"
        body = gzip.compress(PAGE) if packed else PAGE
        self.send_response(500 if self.path == "/broken" else 200)
        self.send_header("Content-Length", str(len(body)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(str(tmp_path / "s")) as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def path_of(server: Server) -> str:
    return str(server.server_address)


def test_so_many_visits_are_made_and_each_is_timed(server: Server) -> None:
    _seconds, times = run(path_of(server), [[get("/a"), get("/b")], [post("/c", "session", {})]], 5)
    assert len(times) == 5
    assert sorted(server.asked) == ["GET /a"] * 3 + ["GET /b"] * 3 + ["POST /c"] * 2


def test_any_other_answer_than_200_ends_the_block(server: Server) -> None:
    with pytest.raises(WrongAnswer, match="/broken: 500"):
        run(path_of(server), [[get("/broken")]], 10)


def test_a_page_weighs_what_travels_compressed_by_the_site_or_by_a_proxy(server: Server) -> None:
    packed, plain = weigh(path_of(server), [get("/packed")]), weigh(path_of(server), [get("/plain")])
    assert packed.sent == packed.compressed < packed.plain == len(PAGE)
    assert plain.sent == plain.plain == len(PAGE)
    assert plain.compressed < plain.sent
    assert packed.bodies == plain.bodies == [PAGE]


class Cluster:
    """A cluster that costs nothing and stores as much as it is told to."""

    def __init__(self, stored: int = 10**6) -> None:
        self.stored, self.put_back = stored, 0

    def used(self) -> int:
        return 0

    def execute(self, database: str, statements: list[str], values: Mapping[str, Any]) -> None:
        self.put_back += 1

    def count(self, database: str, statement: str, values: Mapping[str, Any]) -> int:
        return min(self.stored, len(values["ids"]))

    @contextmanager
    def statements(self, database: str) -> Iterator[list[int]]:
        found: list[int] = []
        yield found
        found.append(3)


def run_of(server: Server, cluster: Cluster) -> tuple[Run, Any]:
    used = iter(range(0, 10**12, 1_000_000))
    plan = {"hello": {"": task([[get("/hello")]])}}
    site = SimpleNamespace(name="s", socket=path_of(server), database="d", used=lambda: next(used), plan=plan)
    return Run(cluster, QUICK, site), site  # type: ignore[arg-type]


def writes() -> dict[str, Any]:
    ids = list(range(6))
    return task([[post(f"/w{n}", "s", {})] for n in ids], once=True, reset=["UPDATE"], check="SELECT", ids=ids)


def test_every_contender_has_as_many_blocks_as_the_mode_says(server: Server) -> None:
    measured, site = run_of(server, Cluster())
    contenders = [Contender("read", site, task([[get("/r")]])), Contender("write", site, writes())]
    measured.measure(contenders)
    assert [len(contender.blocks) for contender in contenders] == [3, 3]
    assert all(len(block.times) == contender.visits for contender in contenders for block in contender.blocks)
    assert contenders[1].queries == 3
    assert contenders[1].visits <= 6
    assert contenders[0].blocks[0].cpu_ms == pytest.approx(1 / contenders[0].visits)


def test_a_write_that_was_acknowledged_and_is_not_stored_ends_the_run(server: Server) -> None:
    measured, site = run_of(server, Cluster(stored=1))
    with pytest.raises(EffectMissing, match="1 are stored"):
        measured.measure([Contender("write", site, writes())])


def greeting(measured: Run, monkeypatch: pytest.MonkeyPatch, hellos: list[float]) -> None:
    """Let the hellos of a run be these; then 100 requests a second."""
    left = list(hellos)

    def greet() -> float:
        measured.hellos.append(left.pop(0) if left else 100.0)
        return measured.hellos[-1]

    monkeypatch.setattr(measured, "greet", greet)


def test_both_blocks_beside_a_slow_hello_are_measured_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    measured, site = run_of(server, Cluster())
    # Before the first block, after each of the three; then around the first repetition, which is disturbed, too.
    greeting(measured, monkeypatch, [100.0, 100.0, 20.0, 100.0, 20.0, 100.0])
    contender = Contender("read", site, task([[get("/r")]]))
    measured.measure([contender])
    assert [block.hello for block in contender.blocks] == [100.0, 100.0, 100.0]
    assert measured.repetitions == 3


def test_a_block_is_repeated_twice_at_the_most(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    measured, site = run_of(server, Cluster())
    measured.hellos += [100.0] * 20
    greeting(measured, monkeypatch, [100.0, 100.0, 100.0, 20.0, 20.0, 20.0, 20.0, 20.0])
    contender = Contender("read", site, task([[get("/r")]]))
    measured.measure([contender])
    assert [block.hello for block in contender.blocks] == [100.0, 100.0, 20.0]
    assert measured.repetitions == 2


def test_a_whole_run_on_a_slow_machine_has_fewer_blocks_at_its_end_and_a_full_one_takes_its_time() -> None:
    assert WHOLE.repeats_after(0) == FULL.repeats_after(600) == 5
    assert WHOLE.repeats_after(WHOLE.minutes + 1) == 3
    assert SHORT.repeats_after(600) == 1


def test_the_mode_is_what_the_environment_asks_for() -> None:
    assert mode_of({}) is WHOLE
    assert mode_of({"FULL": "1", "SHORT": ""}) is FULL
    assert mode_of({"SHORT": "1"}) is SHORT
