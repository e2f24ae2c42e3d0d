"""The JSON API at its edges: in which order things are refused, to the byte, to the field, and in whose language."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from learning.api_base import LARGEST_BODY
from learning.models import Enrolment
from tests.factories import done, enrol_in, event_json, make_course

pytestmark = pytest.mark.django_db
EVENTS = "/learning/api/events"


@pytest.fixture
def enrolment(db: None) -> Enrolment:
    return enrol_in(make_course())


@pytest.fixture
def reader(enrolment: Enrolment) -> Client:
    """A signed-in browser that raises whatever a view raises, so that nothing is a hidden 500."""
    client = Client()
    client.force_login(enrolment.learner)
    return client


def batch(enrolment: Enrolment, *events: Any, **changes: Any) -> dict[str, Any]:
    return {"course": str(enrolment.course_key), "events": list(events), **changes}


def step_of(enrolment: Enrolment) -> uuid.UUID:
    return enrolment.document.steps[0].key


def one_event(enrolment: Enrolment, **changes: Any) -> dict[str, Any]:
    return event_json(done(step_of(enrolment))) | changes


def post(client: Client, body: Any, path: str = EVENTS) -> Any:
    return client.post(path, body if isinstance(body, str | bytes) else json.dumps(body), content_type="application/json")


def assert_refused(answer: Any, status: int, code: str, enrolment: Enrolment | None = None) -> None:
    assert answer.status_code == status, answer.content
    assert answer.json()["error"] == code
    assert len(answer.json()["message"]) > 20
    assert set(answer.json()) == {"error", "message"}
    assert answer["Cache-Control"] == "private, no-store"
    if enrolment:
        enrolment.refresh_from_db()
        assert (enrolment.done_bits, enrolment.resume_step, enrolment.completed_at) == (0, None, None)


def test_signed_out_is_said_before_anything_else(enrolment: Enrolment) -> None:
    client = Client(enforce_csrf_checks=True)
    assert_refused(post(client, batch(enrolment, one_event(enrolment))), 401, "signed_out", enrolment)
    assert_refused(post(client, {"answers": {}}, "/learning/api/attempts/1/answers"), 401, "signed_out")


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        ("application/x-www-form-urlencoded", b"course=1&" + b"a=1&" * 20_000), ("text/plain", b"{}"), ("", b"{}"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"csrfmiddlewaretoken\"\r\n\r\nx\r\n--x--\r\n"),
        ("multipart/form-data", b"no boundary"), ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)  # fmt: skip
def test_a_form_is_not_json(enrolment: Enrolment, type_: str, body: bytes) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(enrolment.learner)
    assert_refused(client.post(EVENTS, body, content_type=type_), 415, "not_json", enrolment)


@pytest.mark.parametrize("size", [LARGEST_BODY + 1, 2 * 1024 * 1024, 5 * 1024 * 1024])
def test_a_body_too_large_is_not_even_read(reader: Client, enrolment: Enrolment, size: int) -> None:
    body = json.dumps(batch(enrolment, one_event(enrolment))).ljust(size)
    assert_refused(post(reader, body), 413, "too_large", enrolment)
    form = reader.post(EVENTS, b"a=1&" * (size // 4 + 1), content_type="application/x-www-form-urlencoded")
    assert_refused(form, 413, "too_large", enrolment)


def test_a_body_of_the_largest_size_is_read(reader: Client, enrolment: Enrolment) -> None:
    assert post(reader, json.dumps(batch(enrolment, one_event(enrolment))).ljust(LARGEST_BODY)).status_code == 200


WRONG_FIELDS: list[dict[str, Any]] = [
    {"id": "1"}, {"id": None}, {"id": []}, {"id": 5}, {"type": "DONE"}, {"type": None}, {"step": "lesson-1"}, {"step": {"key": "x"}},
    {"at": "yesterday"}, {"at": None}, {"at": []}, {"at": {}}, {"at": True}, {"at": "0000-00-00T00:00:00Z"},
    {"at": "2025-06-01T12:00:00+99:00"}, {"at": "\x00"},
]  # fmt: skip


@pytest.mark.parametrize("changes", WRONG_FIELDS, ids=str)
def test_a_malformed_event_refuses_the_batch_and_names_the_field(reader: Client, enrolment: Enrolment, changes: dict[str, Any]) -> None:
    answer = post(reader, batch(enrolment, one_event(enrolment), one_event(enrolment, **changes)))
    assert_refused(answer, 422, "malformed", enrolment)
    assert f"events.1.{next(iter(changes))}" in answer.json()["message"]


def test_infinity_by_overflow_is_no_time(reader: Client, enrolment: Enrolment) -> None:
    body = json.dumps(batch(enrolment, one_event(enrolment, at="TIME"))).replace('"TIME"', "1e999")
    assert_refused(post(reader, body), 422, "malformed", enrolment)


@pytest.mark.parametrize("missing", ["id", "type", "step", "at"])
def test_a_missing_field_is_named(reader: Client, enrolment: Enrolment, missing: str) -> None:
    event = one_event(enrolment)
    del event[missing]
    answer = post(reader, batch(enrolment, event))
    assert_refused(answer, 422, "malformed", enrolment)
    assert f"events.0.{missing}" in answer.json()["message"]


def test_a_long_field_of_the_sender_is_not_sent_back_at_length(reader: Client, enrolment: Enrolment) -> None:
    answer = post(reader, batch(enrolment, one_event(enrolment), **{"x" * 100_000: 1}))
    assert_refused(answer, 422, "malformed", enrolment)
    assert len(answer.content) < 1000


@pytest.mark.parametrize(
    ("wanted", "words"),
    [("es", "sesión"), ("en", "session"), ("pt-BR,pt;q=0.9", "sessão"), ("fr-CA", "session"), ("ja", "sesión"), (";;;", "sesión")],
)
def test_refusals_speak_the_language_of_the_page_whatever_the_cookie_says(wanted: str, words: str) -> None:
    client = Client()
    client.cookies["puente_language"] = "es"
    answer = client.post(EVENTS, "{}", content_type="application/json", headers={"Accept-Language": wanted})
    assert words in answer.json()["message"]
    assert answer["Content-Language"] in {"es", "en", "pt", "fr"}
