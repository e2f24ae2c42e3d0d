"""Cache and mail are down: learning goes on, to the certificate; and the door says what it can't do, and still counts tries."""

from __future__ import annotations

import http.client
import json
import re
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.faults.conftest import World
from tests.faults.devices import Connection, batch_of
from tests.faults.parts import HOST, Site, free_port

pytestmark = pytest.mark.xdist_group("faults")

Say = Callable[[str], None]
WORKERS = 2
# ACCOUNT_RATE_LIMITS, "send_code": for one address, in five minutes.
CODES_FOR_ONE_ADDRESS = 5


@pytest.fixture(scope="module")
def site(on_sqlite: World) -> Iterator[Site]:
    """A site whose Redis and whose mail server refuse every connection."""
    away = {"CACHE_URL": f"redis://:cache-secret@{HOST}:{free_port()}/0", "EMAIL_URL": f"smtp://mail-user:mail-secret@{HOST}:{free_port()}"}
    with on_sqlite.site(WORKERS, **away) as made:
        yield made


def get(connection: Connection, path: str) -> str:
    """Read a page that must be there."""
    status, body = connection.ask("GET", path)
    assert status == 200, f"{path}: {status}"
    return body.decode(errors="replace")


def ask_for_a_code(site: Site, address: str) -> int:
    """Ask at the door for a code by mail; return the status of the answer."""
    token = "a" * 32
    headers = {
        "Cookie": f"csrftoken={token}; __Host-csrftoken={token}",
        "X-CSRFToken": token,
        "X-Forwarded-Proto": "https",
        "Referer": f"https://{HOST}:{site.port}/accounts/login/",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection = http.client.HTTPConnection(HOST, site.port, timeout=30)
    try:
        connection.request("POST", "/accounts/login/", urllib.parse.urlencode({"email": address}), headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_course_is_read_taken_and_finished(on_sqlite: World, site: Site) -> None:
    person = on_sqlite.people(1)[0]
    learner = Connection(site.port, person["devices"][0])
    for path in (*on_sqlite.pages, "/es/courses/", "/es/search/?q=course", "/es/learning/", "/sitemap.xml"):
        get(learner, path)
    get(Connection(site.port, {"cookie": "", "csrf": ""}), "/accounts/login/")
    course, steps = next((course, steps) for course, steps in on_sqlite.steps.items() if len(steps) == 2)
    for step in steps:
        status, body = learner.ask("POST", "/learning/api/events", batch_of(course, [step]))
        assert status == 200
    answer = json.loads(body)
    assert answer["state"]["enrolment"]["completed"] is True
    state: dict[str, Any] = json.loads(get(learner, f"/learning/api/state/{course}"))
    assert int(state["enrolment"]["done"], 16).bit_count() == len(steps)
    finished = get(learner, f"/es/learning/{course}/finish/")
    credential = re.search(r"/certificates/([0-9a-f-]{36})/", finished)
    assert credential
    get(learner, f"/credentials/{credential[1]}/")
    assert get(learner, f"/credentials/{credential[1]}.pdf").startswith("%PDF")
    assert [e.completed for e in on_sqlite.found().enrolments if (e.learner, e.course) == (person["learner"], course)] == [True]


def test_the_door_says_that_no_mail_can_be_sent(on_sqlite: World, site: Site, say: Say) -> None:
    status = ask_for_a_code(site, "somebody@example.org")
    say(f"answered {status}")
    assert status == 503


def test_tries_are_counted_in_each_process(on_sqlite: World, site: Site, say: Say) -> None:
    """At most as many times the limit as there are processes: never without an end."""
    most = CODES_FOR_ONE_ADDRESS * WORKERS
    statuses = [ask_for_a_code(site, "one@example.org") for _try in range(most + 1)]
    say(f"{most + 1} codes asked for one address: {statuses.count(429)} refused")
    assert statuses.count(429) >= 1
    assert 500 not in statuses


def test_what_is_wrong_is_said_in_the_log_without_a_secret(on_sqlite: World, site: Site) -> None:
    ask_for_a_code(site, "log@example.org")
    said = site.log.read_text()
    assert "The cache is away" in said
    assert "could not be sent" in said
    assert "cache-secret" not in said
    assert "mail-secret" not in said
    assert "Traceback" not in said
