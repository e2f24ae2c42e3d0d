"""The client that sends the requests to every site: two threads, a new connection for each request (the workers are sync)."""

from __future__ import annotations

import gzip
import http.client
import itertools
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import brotli

from benchmarks.bench.plans import Request, Visit

THREADS = 2
TIMEOUT = 300.0


class WrongAnswer(Exception):
    """A site answered with another status than it must: 200, unless the plan says otherwise."""


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=TIMEOUT)
        self._path = path

    def connect(self) -> None:
        """Open the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT)
        self.sock.connect(self._path)


@dataclass(slots=True)
class Answers:
    """What a visit was answered: bytes as sent, compressed (by the site, or as a proxy would), and plain."""

    sent: int = 0
    compressed: int = 0
    plain: int = 0
    bodies: list[bytes] = field(default_factory=list)


def ask(socket_path: str, request: Request) -> tuple[bytes, str]:
    """Make one request and return the body as it came, and its encoding.

    Raises:
        WrongAnswer: the status is not what the plan says.
    """
    connection = UnixConnection(socket_path)
    try:
        connection.request(request["method"], request["path"], request["body"] or None, request["headers"])
        response = connection.getresponse()
        body = response.read()
        if response.status != request.get("status", 200):
            where = response.headers.get("Location", "")
            raise WrongAnswer(f"{request['method']} {request['path']}: {response.status} {where} {body[:300]!r}")
        return body, response.headers.get("Content-Encoding", "")
    finally:
        connection.close()


def weigh(socket_path: str, visit: Visit) -> Answers:
    """Make one visit and weigh what comes back."""
    answers = Answers()
    for request in visit:
        body, encoding = ask(socket_path, request)
        plain = {"br": brotli.decompress, "gzip": gzip.decompress}[encoding](body) if encoding else body
        answers.sent += len(body)
        answers.compressed += len(body) if encoding else min(len(body), len(gzip.compress(body, 6)))
        answers.plain += len(plain)
        answers.bodies.append(plain)
    return answers


def run(socket_path: str, visits: Sequence[Visit], count: int) -> tuple[float, list[float]]:
    """Make that many visits, the first ones of `visits` (from its beginning again when they are used up).

    Returns:
        the seconds all of them took, and those of each.

    Raises:
        WrongAnswer: of any of them.
    """
    numbers = itertools.count()
    times: list[float] = []
    failures: list[Exception] = []

    def loop() -> None:
        while not failures and (number := next(numbers)) < count:
            began = time.perf_counter()
            try:
                for request in visits[number % len(visits)]:
                    ask(socket_path, request)
            except (WrongAnswer, OSError, http.client.HTTPException) as failure:
                failures.append(failure)
            times.append(time.perf_counter() - began)

    began = time.perf_counter()
    threads: list[Any] = [threading.Thread(target=loop) for _number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return time.perf_counter() - began, times
