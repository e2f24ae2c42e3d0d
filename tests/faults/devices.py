"""Real clients: each a thread with a connection, a session and a queue as the browser has; what is answered goes into its ledger."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tests.faults.invariant import Ledger
from tests.faults.parts import HOST, wait_for

Batch = dict[str, Any]


def batch_of(course: str, steps: list[str]) -> Batch:
    """A batch as a browser sends it. Sent again, it is the very same."""
    now = datetime.now(UTC).isoformat()
    return {"course": course, "events": [{"id": str(uuid.uuid4()), "type": "done", "step": step, "at": now} for step in steps]}


class Connection:
    """A signed-in browser's connection, opened again when it was lost."""

    def __init__(self, port: int, cookies: dict[str, str]) -> None:
        self._port, self._http = port, None
        self._headers = {
            "Cookie": cookies["cookie"],
            "X-CSRFToken": cookies["csrf"],
            "X-Forwarded-Proto": "https",
            "Referer": f"https://{HOST}:{port}/",
        }

    _http: http.client.HTTPConnection | None

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Return status and body.

        Raises:
            OSError, http.client.HTTPException: the connection was lost; whether anything was stored, nobody knows.
        """
        if self._http is None:
            self._http = http.client.HTTPConnection(HOST, self._port, timeout=30)
        kind = {"Content-Type": "application/json"} if body is not None else {}
        try:
            self._http.request(method, path, None if body is None else json.dumps(body), {**self._headers, **kind})
            response = self._http.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        if self._http is not None:
            self._http.close()
            self._http = None


class Device(threading.Thread):
    """Sends its batches in an order of its own, each until it is acknowledged; then sends old ones again."""

    def __init__(self, port: int, cookies: dict[str, str], ledger: Ledger, steps: dict[str, list[str]], seed: int) -> None:
        super().__init__(daemon=True)
        self.connection = Connection(port, cookies)
        self.ledger, self.statuses = ledger, Counter[str]()
        self.last_kept = 0.0
        self.unexpected: list[str] = []
        self.over = threading.Event()
        self._chance = random.Random(seed)
        self._batches = list(self._cut(steps))
        self._chance.shuffle(self._batches)

    def _cut(self, steps: dict[str, list[str]]) -> Iterator[Batch]:
        for course, keys in steps.items():
            # The last step of a short course completes it: sent by two devices at once, it must complete it once.
            size = 1 if len(keys) < 5 else self._chance.choice((1, 2, 4))
            for start in range(0, len(keys), size):
                yield batch_of(course, keys[start : start + size])

    def run(self) -> None:
        """Send until told to stop. A batch that was not acknowledged is sent again, as it is."""
        place = 0
        while not self.over.is_set():
            batch = self._batches[place % len(self._batches)]
            if self._send(batch):
                place += 1
            else:
                self.over.wait(self._chance.uniform(0.05, 0.25))
        self.connection.close()

    def _send(self, batch: Batch) -> bool:
        try:
            status, body = self.connection.ask("POST", "/learning/api/events", batch)
        except (OSError, http.client.HTTPException):
            self.statuses["lost"] += 1
            return False
        self.statuses[str(status)] += 1
        if status != 200:
            if status < 500:
                self.unexpected.append(f"{status} {body[:200]!r}")
            return False
        answer = json.loads(body)
        kept = set(answer["accepted"])
        if answer["refused"]:
            self.unexpected.append(str(answer["refused"])[:200])
        steps = [event["step"] for event in batch["events"] if event["id"] in kept]
        self.ledger.note(batch["course"], steps, completed=answer["state"]["enrolment"]["completed"])
        self.last_kept = time.monotonic()
        return True


class Crowd:
    """Many devices at once."""

    def __init__(self, port: int, people: list[dict[str, Any]], steps: dict[str, list[str]]) -> None:
        self.ledgers: list[Ledger] = []
        self.devices: list[Device] = []
        for person in people:
            # One for each device: two threads never write to one.
            for cookies in person["devices"]:
                ledger = Ledger(person["learner"])
                self.ledgers.append(ledger)
                self.devices.append(Device(port, cookies, ledger, steps, seed=len(self.devices)))

    @property
    def acknowledged(self) -> int:
        """How many batches were answered 200."""
        return sum(device.statuses["200"] for device in self.devices)

    @property
    def statuses(self) -> Counter[str]:
        """How many answers of which kind there were; "lost" for connections that broke."""
        return sum((device.statuses for device in self.devices), Counter[str]())

    def unexpected(self) -> list[str]:
        """Answers that no fault excuses: a batch refused, or taken for malformed."""
        return [answer for device in self.devices for answer in device.unexpected]

    def wait_for_more(self, batches: int) -> None:
        """Wait until so many more batches were acknowledged."""
        wanted = self.acknowledged + batches
        wait_for(lambda: self.acknowledged >= wanted, f"{batches} more batches are acknowledged")

    def wait_for_all_since(self, moment: float, seconds: float) -> float:
        """Wait until every device has been acknowledged something after a moment; return how many seconds after it."""
        wait_for(lambda: all(device.last_kept > moment for device in self.devices), "every device is heard again", seconds)
        return max(device.last_kept for device in self.devices) - moment

    @contextmanager
    def at_work(self) -> Iterator[Crowd]:
        """Let all devices write; stop them at the end, whatever happened."""
        for device in self.devices:
            device.start()
        try:
            yield self
        finally:
            for device in self.devices:
                device.over.set()
            for device in self.devices:
                device.join(60)
        assert not any(device.is_alive() for device in self.devices)
