"""The JSON API and bad input: a clear message in the reader's language with a 4xx, nothing half-written, never a 500."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from courses.models import CoursePage
from learning.models import Attempt, Enrolment
from learning.private_api import LARGEST_BODY
from learning.services.start_attempt import start_attempt
from tests.factories import assessment_of, done, enrol_in, event_json, lessons_of, make_course, make_user, right_answers

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
    return enrolment.outline.document.steps[0].key


def one_event(enrolment: Enrolment, **changes: Any) -> dict[str, Any]:
    return event_json(done(step_of(enrolment))) | changes


def post(client: Client, body: Any, path: str = EVENTS, **options: Any) -> Any:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(path, data, content_type="application/json", **options)


def course_of(enrolment: Enrolment) -> CoursePage:
    return CoursePage.objects.get(translation_key=enrolment.course_key)


def assert_refused(answer: Any, status: int, code: str, enrolment: Enrolment | None = None) -> None:
    assert answer.status_code == status, answer.content
    assert answer.json()["error"] == code
    assert len(answer.json()["message"]) > 20
    assert set(answer.json()) == {"error", "message"}
    assert answer["Cache-Control"] == "private, no-store"
    if enrolment:
        enrolment.refresh_from_db()
        assert (enrolment.done_bits, enrolment.resume_step, enrolment.completed_at) == (0, None, None)


# Who may write


def test_signed_out_is_said_before_anything_else(enrolment: Enrolment) -> None:
    client = Client(enforce_csrf_checks=True)
    assert_refused(post(client, batch(enrolment, one_event(enrolment))), 401, "signed_out", enrolment)
    assert_refused(post(client, {"answers": {}}, "/learning/api/attempts/1/answers"), 401, "signed_out")


def test_without_the_token_nothing_is_written(enrolment: Enrolment) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(enrolment.learner)
    for headers in ({}, {"X-CSRFToken": "forged"}, {"X-CSRFToken": "a" * 32}, {"X-CSRFToken": "é"}):
        assert_refused(post(client, batch(enrolment, one_event(enrolment)), headers=headers), 403, "csrf", enrolment)


def test_the_token_of_the_state_document_opens_the_way(enrolment: Enrolment) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(enrolment.learner)
    token = client.get(f"/learning/api/state/{enrolment.course_key}").json()["csrf"]
    answer = post(client, batch(enrolment, one_event(enrolment)), headers={"X-CSRFToken": token})
    assert answer.status_code == 200
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 1


def test_someone_who_takes_no_part_is_told_so(enrolment: Enrolment) -> None:
    client = Client()
    client.force_login(make_user())
    assert_refused(post(client, batch(enrolment, one_event(enrolment))), 409, "not_enrolled", enrolment)
    assert_refused(post(client, batch(enrolment, one_event(enrolment), course=str(uuid.uuid4()))), 409, "not_enrolled")


def test_an_account_that_was_closed_is_signed_out(reader: Client, enrolment: Enrolment) -> None:
    enrolment.learner.is_active = False
    enrolment.learner.save()
    assert_refused(post(reader, batch(enrolment, one_event(enrolment))), 401, "signed_out", enrolment)
    assert reader.get(f"/learning/api/state/{enrolment.course_key}").json() == {"signed_in": False}


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head"])
def test_a_wrong_method_is_refused(reader: Client, method: str) -> None:
    answer = getattr(reader, method)(EVENTS)
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    if method != "head":
        assert_refused(answer, 405, "method")


def test_state_is_only_read(reader: Client, enrolment: Enrolment) -> None:
    assert_refused(post(reader, {}, f"/learning/api/state/{enrolment.course_key}"), 405, "method")


# Bodies


@pytest.mark.parametrize(
    "body",
    [
        b" ", b"{", b"nonsense", b"\xff\xfe\x00", b"\x80", b"[1, 2", b'{"course": NaN}', b'{"events": [Infinity]}', b"-Infinity",
        b"[" * 1000, b"[" * 1000 + b"]" * 1000, b"[" * 100_000, b'{"a":' * 1000 + b"1" + b"}" * 1000, b"1" * 5000, b'"\\ud800"',
        b"[]", b"null", b"7", b'"text"', b"true", b"{}", b'\xef\xbb\xbf{"course": 1}',
    ],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
@pytest.mark.parametrize("path", [EVENTS, "/learning/api/attempts/1/answers"])
def test_what_is_not_the_json_asked_for_is_refused(reader: Client, enrolment: Enrolment, body: bytes, path: str) -> None:
    answer = post(reader, body, path)
    assert answer.status_code in {400, 422}
    assert_refused(answer, answer.status_code, {400: "unreadable", 422: "malformed"}[answer.status_code], enrolment)


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


@pytest.mark.parametrize("length", ["-1", "many", "1e3", "99999999999999999999", ""])
def test_a_wrong_length_is_no_accident(reader: Client, length: str) -> None:
    assert post(reader, {"course": "x"}, CONTENT_LENGTH=length).status_code in {400, 413, 422}


@pytest.mark.parametrize(("events", "status"), [(200, 200), (201, 400), (1000, 400)])
def test_a_batch_holds_two_hundred_events(reader: Client, enrolment: Enrolment, events: int, status: int) -> None:
    answer = post(reader, batch(enrolment, *[one_event(enrolment) for _event in range(events)]))
    assert answer.status_code == status, answer.content
    if status == 200:
        assert len(answer.json()["accepted"]) == 200
    else:
        assert_refused(answer, 400, "too_many", enrolment)


WRONG_FIELDS: list[dict[str, Any]] = [
    {"id": "1"}, {"id": None}, {"id": []}, {"id": 5}, {"type": "passed"}, {"type": "DONE"}, {"type": None}, {"type": 1}, {"step": "lesson-1"},
    {"step": {"key": "x"}}, {"at": "yesterday"}, {"at": "2025-06-01T12:00:00"}, {"at": None}, {"at": []}, {"at": "10000-01-01T00:00:00Z"},
    {"at": 1e300}, {"at": True}, {"at": "0000-00-00T00:00:00Z"}, {"at": {}}, {"at": "2025-06-01T12:00:00+99:00"}, {"at": "\x00"},
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


@pytest.mark.parametrize(
    "changes",
    [{"course": "x"}, {"course": None}, {"events": []}, {"events": {}}, {"events": None}, {"events": "x"}, {"learner": 7}],
    ids=str,
)
def test_a_malformed_batch_is_refused(reader: Client, enrolment: Enrolment, changes: dict[str, Any]) -> None:
    assert_refused(post(reader, batch(enrolment, one_event(enrolment), **changes)), 422, "malformed", enrolment)


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "1969-07-20T20:17:40Z", 0, -62135596800]
)
def test_a_broken_clock_is_forgiven(reader: Client, enrolment: Enrolment, at: object) -> None:
    assert post(reader, batch(enrolment, one_event(enrolment, at=at))).status_code == 200
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 1
    assert enrolment.resume_at
    assert 2000 <= enrolment.resume_at.year < 2100


def test_a_long_field_of_the_sender_is_not_sent_back_at_length(reader: Client, enrolment: Enrolment) -> None:
    answer = post(reader, batch(enrolment, one_event(enrolment), **{"x" * 100_000: 1}))
    assert_refused(answer, 422, "malformed", enrolment)
    assert len(answer.content) < 1000


# Answers


@pytest.fixture
def attempt(enrolment: Enrolment) -> Attempt:
    page = assessment_of(course_of(enrolment))
    return start_attempt(learner=enrolment.learner, course_key=enrolment.course_key, step_key=page.key, language="es")


def test_answers_are_kept_by_the_api(reader: Client, attempt: Attempt, enrolment: Enrolment) -> None:
    key = right_answers(assessment_of(course_of(enrolment)))
    (first, chosen), (second, _others) = list(key.items())[:2]
    answer = post(reader, {"answers": {first: chosen, second: []}}, f"/learning/api/attempts/{attempt.pk}/answers")
    assert (answer.status_code, answer.json()) == (200, {"kept": 1})
    attempt.refresh_from_db()
    assert attempt.answers == {first: chosen, second: []}


@pytest.mark.parametrize(
    "given",
    [
        {"unknown": []}, {"unknown": ["x"]}, {"\x00": ["\x00"]},
    ],
    ids=ascii,
)  # fmt: skip
def test_answers_to_other_questions_are_refused(reader: Client, attempt: Attempt, given: dict[str, Any]) -> None:
    answer = post(reader, {"answers": given}, f"/learning/api/attempts/{attempt.pk}/answers")
    assert_refused(answer, 409, "answers_malformed")
    attempt.refresh_from_db()
    assert attempt.answers == {}


@pytest.mark.parametrize(
    "body",
    [
        {}, {"answers": None}, {"answers": []}, {"answers": {"q": "x"}}, {"answers": {"q": [1]}}, {"answers": {"q": [["x"]]}},
        {"answers": {"q": ["x"] * 51}}, {"answers": {str(n): [] for n in range(201)}}, {"answers": {"q" * 65: []}}, {"answers": {}, "score": 100},
        {"answers": {"\ud800": ["\udfff"]}},
    ],
    ids=lambda body: ascii(body)[:40],
)  # fmt: skip
def test_malformed_answers_are_refused(reader: Client, attempt: Attempt, body: dict[str, Any]) -> None:
    assert_refused(post(reader, body, f"/learning/api/attempts/{attempt.pk}/answers"), 422, "malformed")
    attempt.refresh_from_db()
    assert attempt.answers == {}


@pytest.mark.parametrize("number", ["0", "999999", "9" * 18, "9" * 40])
def test_an_unknown_attempt_is_not_there(reader: Client, number: str) -> None:
    assert_refused(post(reader, {"answers": {}}, f"/learning/api/attempts/{number}/answers"), 404, "unknown_attempt")


def test_somebody_elses_attempt_is_as_if_it_did_not_exist(attempt: Attempt, enrolment: Enrolment) -> None:
    client = Client()
    client.force_login(enrol_in(course_of(enrolment)).learner)
    assert_refused(post(client, {"answers": {}}, f"/learning/api/attempts/{attempt.pk}/answers"), 404, "unknown_attempt")


# Words


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


def test_each_refused_event_says_why_in_the_language_of_the_page(reader: Client, enrolment: Enrolment) -> None:
    graded, unknown = assessment_of(course_of(enrolment)).key, uuid.uuid4()
    events = [event_json(done(graded)), event_json(done(unknown)), event_json(done(lessons_of(course_of(enrolment))[1].key))]
    answer = post(reader, batch(enrolment, *events), headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["accepted"] == [events[2]["id"]]
    assert [(refusal["id"], refusal["error"]) for refusal in body["refused"]] == [
        (events[0]["id"], "graded"),
        (events[1]["id"], "unknown_step"),
    ]
    assert body["refused"][0]["message"] == "An assessment is done by passing it, not by marking it."
    assert body["state"]["enrolment"]["summary"]["done"] == 1


def test_the_address_of_the_description_answers(client: Client) -> None:
    answer = client.get("/learning/api/openapi.json")
    assert answer.status_code == 200
    assert set(answer.json()["paths"]) == {
        "/learning/api/state", "/learning/api/state/{course_key}", "/learning/api/events", "/learning/api/attempts/{attempt_id}/answers",
    }  # fmt: skip
    assert answer["Cache-Control"] == "private, no-store"
