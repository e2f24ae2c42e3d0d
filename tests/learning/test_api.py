"""The JSON addresses of the record: what they say, to whom, and what they refuse without changing anything."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone, translation

from courses.models import CoursePage, CourseRun, StepSlot
from learning.errors import NotEnrolled, RunClosed, StepNotSelfReported, StepUnknown
from learning.models import Attempt, Enrolment, Progressed
from learning.schemas import BatchOut, StateOut, SummariesOut
from learning.services.start_attempt import start_attempt
from learning.services.withdraw import withdraw
from tests.factories import assessment_of, done, enrol_in, event_json, lessons_of, make_course, make_user, resume, right_answers, slots_of

pytestmark = pytest.mark.django_db

EVENTS = "/learning/api/events"


def state_url(course: CoursePage) -> str:
    return f"/learning/api/state/{course.key}"


def post(client: Client, body: Any, url: str = EVENTS, **extra: Any) -> HttpResponse:
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(url, data=data, **{"content_type": "application/json", **extra})


def batch(course: CoursePage, *events: Any) -> dict[str, Any]:
    return {"course": str(course.key), "events": [event_json(event) for event in events]}


def untouched(enrolment: Enrolment) -> None:
    found = Enrolment.objects.get(pk=enrolment.pk)
    assert (found.done_bits, found.resume_step, found.completed_at) == (0, None, None)
    assert not Progressed.objects.exists()


def assert_refusal(answer: HttpResponse, *statuses: int) -> dict[str, str]:
    assert answer.status_code in statuses
    assert answer["Content-Type"].startswith("application/json")
    assert answer["Cache-Control"] == "private, no-store"
    said: dict[str, str] = answer.json()
    assert set(said) == {"error", "message"}
    assert said["error"]
    assert said["message"]
    return said


# Reading


def test_who_is_not_signed_in_is_told_only_that_and_gets_no_cookie(client: Client, course: CoursePage) -> None:
    for url, expected in ((state_url(course), {"signed_in": False}), ("/learning/api/state", {"signed_in": False, "courses": {}})):
        answer = client.get(url)
        assert (answer.status_code, answer.json()) == (200, expected)
        assert not answer.cookies
        assert answer["Cache-Control"] == "private, no-store"


def test_the_state_says_what_the_script_paints(learner: Client, course: CoursePage) -> None:
    first, second = lessons_of(course)
    post(learner, batch(course, done(first.key)))
    answer = learner.get(state_url(course), HTTP_ACCEPT_LANGUAGE="en")
    assert answer["Cache-Control"] == "private, no-store"
    state = answer.json()
    assert (state["signed_in"], bool(state["csrf"])) == (True, True)
    found = state["enrolment"]
    assert (found["done"], found["percent"], found["completed"]) == (slots_of(course, first.key), 33, False)
    assert (found["summary"]["done"], found["summary"]["total"]) == (1, 3)
    assert found["counts"] == slots_of(course, first.key, second.key, assessment_of(course).key)
    assert found["resume"] == {
        "url": f"/en/learning/{course.key}/resume/",
        "label": "Continue",
        "slot": StepSlot.objects.get(step_key=second.key).slot,
    }
    assert learner.get(found["resume"]["url"])["Location"] == second.get_url()


def test_every_answer_is_what_the_schemas_say(learner: Client, course: CoursePage) -> None:
    first, second = lessons_of(course)
    for events in ([done(first.key), resume(second.key)], [done(assessment_of(course).key), done(uuid.uuid4())], [done(second.key)]):
        BatchOut.model_validate(post(learner, batch(course, *events)).json(), extra="forbid")
        StateOut.model_validate(learner.get(state_url(course)).json(), extra="forbid")
        SummariesOut.model_validate(learner.get("/learning/api/state").json(), extra="forbid")
    for answer in (Client().get(state_url(course)), learner.get(state_url(make_course()))):
        StateOut.model_validate(answer.json(), extra="forbid")
    SummariesOut.model_validate(Client().get("/learning/api/state").json(), extra="forbid")


def test_the_state_names_nobody(learner: Client, course: CoursePage, enrolment: Enrolment) -> None:
    said = learner.get(state_url(course)).content.decode()
    assert enrolment.learner.email not in said
    assert "Ñandú" not in json.dumps(json.loads(said), ensure_ascii=False)


def test_a_learner_gets_no_edit_link_and_an_editor_does(learner: Client, course: CoursePage) -> None:
    assert "edit_url" not in learner.get(state_url(course)).json()
    learner.force_login(make_user(is_superuser=True, is_staff=True))
    assert learner.get(state_url(course)).json()["edit_url"] == f"/admin/pages/{course.pk}/"


@pytest.mark.parametrize("who", ["never enrolled", "withdrawn"])
def test_without_an_active_enrolment_the_state_says_none(client: Client, course: CoursePage, who: str) -> None:
    person = make_user()
    if who == "withdrawn":
        enrol_in(course, person)
        withdraw(learner=person, course_key=course.key)
    client.force_login(person)
    assert client.get(state_url(course)).json()["enrolment"] is None
    assert client.get("/learning/api/state").json() == {"signed_in": True, "courses": {}}


def test_an_unknown_course_has_an_empty_state(learner: Client) -> None:
    answer = learner.get(f"/learning/api/state/{uuid.uuid4()}")
    assert (answer.status_code, answer.json()["enrolment"]) == (200, None)


def test_a_course_key_that_is_none_is_not_found(learner: Client) -> None:
    assert learner.get("/learning/api/state/not-a-key", follow=True).status_code == 404


def test_all_states_list_every_course_by_key(learner: Client, course: CoursePage, enrolment: Enrolment) -> None:
    other = make_course()
    enrol_in(other, enrolment.learner)
    courses = learner.get("/learning/api/state").json()["courses"]
    assert set(courses) == {str(course.key), str(other.key)}
    assert courses[str(course.key)]["total"] == 3


# Writing


def test_a_batch_says_event_by_event_what_became_of_it(learner: Client, course: CoursePage, enrolment: Enrolment) -> None:
    good, place = done(lessons_of(course)[0].key), resume(lessons_of(course)[1].key)
    unknown, graded = done(uuid.uuid4()), done(assessment_of(course).key)
    answer = post(learner, batch(course, good, unknown, graded, place), HTTP_ACCEPT_LANGUAGE="en")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    said = answer.json()
    assert said["accepted"] == [str(good.id), str(place.id)]
    assert [(r["id"], r["error"]) for r in said["refused"]] == [
        (str(unknown.id), StepUnknown.code),
        (str(graded.id), StepNotSelfReported.code),
    ]
    assert all(r["message"] for r in said["refused"])
    assert said["state"]["enrolment"]["percent"] == 33
    enrolment.refresh_from_db()
    assert enrolment.done_bits == 1


def test_sending_the_same_batch_again_changes_nothing(learner: Client, course: CoursePage, enrolment: Enrolment) -> None:
    body = batch(course, done(lessons_of(course)[0].key), done(lessons_of(course)[1].key))
    first, again = post(learner, body), post(learner, body)
    assert first.json() == again.json()
    assert Progressed.objects.count() == 2


def test_a_closed_run_refuses_each_event_in_an_answer_200(learner: Client, course: CoursePage, enrolment: Enrolment) -> None:
    CourseRun.objects.update(closes_at=timezone.now() - timedelta(days=31))
    answer = post(learner, batch(course, done(lessons_of(course)[0].key)))
    assert answer.status_code == 200
    assert [r["error"] for r in answer.json()["refused"]] == [RunClosed.code]
    untouched(enrolment)


def test_who_has_left_or_never_came_is_told_so(learner: Client, course: CoursePage, enrolment: Enrolment) -> None:
    withdraw(learner=enrolment.learner, course_key=course.key)
    assert assert_refusal(post(learner, batch(course, done(lessons_of(course)[0].key))), 409)["error"] == NotEnrolled.code
    foreign = make_course()
    assert assert_refusal(post(learner, batch(foreign, done(lessons_of(foreign)[0].key))), 409)["error"] == NotEnrolled.code
    assert assert_refusal(post(learner, {**batch(course, done(lessons_of(course)[0].key)), "course": str(uuid.uuid4())}), 409)
    untouched(enrolment)


def test_without_a_session_nothing_is_written(client: Client, course: CoursePage, enrolment: Enrolment) -> None:
    assert assert_refusal(post(client, batch(course, done(lessons_of(course)[0].key))), 401)["error"] == "signed_out"
    assert assert_refusal(post(client, {"answers": {}}, "/learning/api/attempts/1/answers"), 401)
    untouched(enrolment)


def test_a_forged_request_is_refused_and_one_with_the_token_of_the_state_is_not(course: CoursePage, enrolment: Enrolment) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(enrolment.learner)
    body = batch(course, done(lessons_of(course)[0].key))
    assert assert_refusal(post(strict, body), 403)["error"] == "csrf"
    assert assert_refusal(post(strict, body, HTTP_X_CSRFTOKEN="x" * 64), 403)
    untouched(enrolment)
    token = strict.get(state_url(course)).json()["csrf"]
    assert post(strict, body, HTTP_X_CSRFTOKEN=token).status_code == 200


def test_a_deactivated_account_writes_nothing(learner: Client, course: CoursePage, enrolment: Enrolment) -> None:
    type(enrolment.learner).objects.update(is_active=False)
    assert post(learner, batch(course, done(lessons_of(course)[0].key))).status_code == 401
    untouched(enrolment)


# Bad input: a 4xx in the reader's language, and nothing changed


def body_of(course: CoursePage, what: str) -> bytes | str:
    good = event_json(done(lessons_of(course)[0].key))
    whole: dict[str, Any] = {"course": str(course.key), "events": [good]}
    bodies: dict[str, Any] = {
        "empty": b"",
        "not JSON": b"steps=1&done=2",
        "half a JSON": json.dumps(whole)[:-3],
        "a list": [whole],
        "null": None,
        "a number": 7,
        "a string": "done",
        "no events": {"course": whole["course"]},
        "no course": {"events": [good]},
        "an empty list": {**whole, "events": []},
        "201 events": {**whole, "events": [good] * 201},
        "events as object": {**whole, "events": good},
        "an event as string": {**whole, "events": ["done"]},
        "an event as null": {**whole, "events": [good, None]},
        "an extra field": {**whole, "learner": 1},
        "an extra field in an event": {**whole, "events": [{**good, "slot": 3}]},
        "an unknown type": {**whole, "events": [{**good, "type": "passed"}]},
        "a type as number": {**whole, "events": [{**good, "type": 1}]},
        "a course that is no key": {**whole, "course": "foundations"},
        "a step that is no key": {**whole, "events": [{**good, "step": "x" * 100_000}]},
        "a huge whole number": {**whole, "events": [{**good, "step": 10**400}]},
        "a huge number as time": {**whole, "events": [{**good, "at": 10**300}]},
        "a number with 5,000 digits": json.dumps(whole)[:-1] + ', "n": ' + "9" * 5000 + "}",
        "a naive time": {**whole, "events": [{**good, "at": "2025-06-01T12:00:00"}]},
        "a time that is none": {**whole, "events": [{**good, "at": "2025-13-45T99:00:00Z"}]},
        "the year 10000": {**whole, "events": [{**good, "at": "10000-01-01T00:00:00Z"}]},
        "NaN": json.dumps(whole)[:-1] + ', "n": NaN}',
        "NaN as time": json.dumps(whole).replace(f'"{good["at"]}"', "NaN"),
        "Infinity": json.dumps(whole).replace(f'"{good["at"]}"', "-Infinity"),
        "a null byte": {**whole, "course": "\0"},
        "a null byte in a step": {**whole, "events": [{**good, "step": good["step"][:-1] + "\0"}]},
        "a raw null byte": json.dumps(whole).encode() + b"\0",
        "invalid UTF-8": json.dumps(whole).encode().replace(b"done", b"d\xff\xfene"),
        "a lone surrogate": json.dumps(whole).replace('"done"', '"\\ud800"'),
        "a lone surrogate as field": json.dumps(whole)[:-1] + ', "\\ud800": 1}',
        "1,000 levels": '{"course":' + "[" * 1000 + "]" * 1000 + "}",
        "1,000 levels of objects": '{"a":' * 1000 + "1" + "}" * 1000,
        "100,000 levels": "[" * 100_000 + "]" * 100_000,
    }
    found = bodies[what]
    return found if isinstance(found, bytes | str) and what != "a string" else json.dumps(found)


BAD = [
    "empty",
    "not JSON",
    "half a JSON",
    "a list",
    "null",
    "a number",
    "a string",
    "no events",
    "no course",
    "an empty list",
    "201 events",
    "events as object",
    "an event as string",
    "an event as null",
    "an extra field",
    "an extra field in an event",
    "an unknown type",
    "a type as number",
    "a course that is no key",
    "a step that is no key",
    "a huge whole number",
    "a huge number as time",
    "a number with 5,000 digits",
    "a naive time",
    "a time that is none",
    "the year 10000",
    "NaN",
    "NaN as time",
    "Infinity",
    "a null byte",
    "a null byte in a step",
    "a raw null byte",
    "invalid UTF-8",
    "a lone surrogate",
    "a lone surrogate as field",
    "1,000 levels",
    "1,000 levels of objects",
    "100,000 levels",
]


@pytest.mark.parametrize("what", BAD)
def test_a_bad_body_is_refused_and_changes_nothing(learner: Client, course: CoursePage, enrolment: Enrolment, what: str) -> None:
    assert_refusal(post(learner, body_of(course, what)), 400, 415, 422)
    untouched(enrolment)


def test_two_megabytes_are_not_read(learner: Client, course: CoursePage, enrolment: Enrolment) -> None:
    body = json.dumps({**batch(course, done(lessons_of(course)[0].key)), "padding": "x" * 2_000_000})
    assert assert_refusal(post(learner, body), 413)["error"] == "too_large"
    assert assert_refusal(post(learner, body, "/learning/api/attempts/1/answers"), 413)
    untouched(enrolment)


def test_a_length_that_is_no_number_is_refused(learner: Client, course: CoursePage, enrolment: Enrolment) -> None:
    for length in ("x", "-1", "1e3", "²"):
        assert_refusal(post(learner, batch(course, done(lessons_of(course)[0].key)), CONTENT_LENGTH=length), 400, 413)
    untouched(enrolment)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/xml"]
)
def test_another_kind_of_body_is_refused(learner: Client, course: CoursePage, enrolment: Enrolment, kind: str) -> None:
    body = json.dumps(batch(course, done(lessons_of(course)[0].key)))
    assert_refusal(post(learner, body, content_type=kind), 400, 415, 422)
    untouched(enrolment)


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_events_are_only_posted(learner: Client, course: CoursePage, enrolment: Enrolment, method: str) -> None:
    body = json.dumps(batch(course, done(lessons_of(course)[0].key)))
    arguments = {} if method == "get" else {"data": body, "content_type": "application/json"}
    assert_refusal(getattr(learner, method)(EVENTS, **arguments), 405)
    untouched(enrolment)


@pytest.mark.parametrize(
    "at",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00-14:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59.999999-14:00",
        "9999-12-31T23:59:59+14:00",
        "1970-01-01T00:00:00Z",
    ],
)
def test_the_clock_of_a_device_may_say_anything(learner: Client, course: CoursePage, enrolment: Enrolment, at: str) -> None:
    before = timezone.now()
    event = event_json(done(lessons_of(course)[0].key)) | {"at": at}
    answer = post(learner, {"course": str(course.key), "events": [event]})
    # An unreadable clock may be refused, but then in words; a readable one never loses the work.
    if answer.status_code != 200:
        assert_refusal(answer, 422)
        untouched(enrolment)
        return
    found = Enrolment.objects.get(pk=enrolment.pk)
    assert found.done_bits == 1
    assert found.resume_at
    assert found.resume_at <= timezone.now()
    if at.startswith("9999"):
        assert found.resume_at >= before
    assert learner.get(state_url(course)).status_code == 200


@pytest.mark.parametrize("language", [code for code, _label in settings.LANGUAGES])
def test_refusals_are_in_the_language_of_the_reader(learner: Client, course: CoursePage, language: str) -> None:
    foreign = make_course()
    bodies = {"the record": batch(foreign, done(uuid.uuid4())), "shape": b"{"}
    for body in bodies.values():
        answer = post(learner, body, HTTP_ACCEPT_LANGUAGE=language)
        assert answer["Content-Language"] == language
    with translation.override(language):
        expected = str(NotEnrolled())
        refusal = str(StepUnknown())
    assert post(learner, bodies["the record"], HTTP_ACCEPT_LANGUAGE=language).json()["message"] == expected
    said = post(learner, batch(course, done(uuid.uuid4())), HTTP_ACCEPT_LANGUAGE=language).json()
    assert said["refused"][0]["message"] == refusal


# Answers of an open attempt


@pytest.fixture
def attempt(enrolment: Enrolment, course: CoursePage) -> Attempt:
    return start_attempt(learner=enrolment.learner, course_key=course.key, step_key=assessment_of(course).key, language="es")


def answers_url(attempt: Attempt) -> str:
    return f"/learning/api/attempts/{attempt.pk}/answers"


def test_answers_are_kept_as_they_are_given(learner: Client, course: CoursePage, attempt: Attempt) -> None:
    key = right_answers(assessment_of(course))
    first = next(iter(key))
    answer = post(learner, {"answers": {first: key[first]}}, answers_url(attempt))
    assert (answer.status_code, answer.json()) == (200, {"kept": 1})
    attempt.refresh_from_db()
    assert attempt.answers == {first: key[first]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        {},
        {"answers": None},
        {"answers": []},
        {"answers": {"q": None}},
        {"answers": {"q": "a"}},
        {"answers": {"q": [1]}},
        {"answers": {"q": ["a"]}},
        {"answers": {"q" * 100: []}},
        {"answers": {"q": ["a"] * 51}},
        {"answers": {}, "score": 100},
        {"answers": {"\0": ["\0"]}},
        {"answers": {str(i): [] for i in range(201)}},
        '{"answers": {"\\ud800": ["\\ud800"]}}',
        {"answers": {"q": [["a"]]}},
    ],
    ids=lambda body: str(body)[:40],
)
def test_bad_answers_are_refused_and_change_nothing(learner: Client, attempt: Attempt, body: Any) -> None:
    assert_refusal(post(learner, body, answers_url(attempt)), 400, 409, 415, 422)
    attempt.refresh_from_db()
    assert (attempt.answers, attempt.submitted_at) == ({}, None)


@pytest.mark.parametrize("number", ["0", "999999", str(10**30), "9" * 400])
def test_an_attempt_that_does_not_exist_is_not_found(learner: Client, attempt: Attempt, number: str) -> None:
    assert post(learner, {"answers": {}}, f"/learning/api/attempts/{number}/answers").status_code == 404


def test_another_persons_attempt_does_not_exist(client: Client, attempt: Attempt) -> None:
    client.force_login(make_user())
    assert_refusal(post(client, {"answers": {}}, answers_url(attempt)), 404)


def test_a_huge_number_of_digits_is_not_found(learner: Client) -> None:
    assert post(learner, {"answers": {}}, f"/learning/api/attempts/{'9' * 5000}/answers").status_code == 404


# The description of the API


def test_the_api_describes_itself(client: Client) -> None:
    answer = client.get("/learning/api/openapi.json")
    assert answer.status_code == 200
    paths = answer.json()["paths"]
    assert set(paths) == {
        "/learning/api/state",
        "/learning/api/state/{course_key}",
        "/learning/api/events",
        "/learning/api/attempts/{attempt_id}/answers",
    }
    assert not answer.cookies
