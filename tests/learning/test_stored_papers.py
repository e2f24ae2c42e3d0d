"""Papers of every schema that was ever written are understood; what nobody knows is refused in words, and never graded."""

from __future__ import annotations

import json
import logging
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from courses.question_types import MULTIPLE, SINGLE
from foundation.versions import VersionUnknown
from learning.frozen_paper import from_json, to_json
from learning.grading import grade
from learning.models import Attempt, Enrolment
from learning.services.save_answers import save_answers
from learning.services.submit_attempt import submit_attempt
from tests.learning.sending import send_paper


def _question(key: str, multiple: bool, right: str) -> dict[str, Any]:
    options = [{"id": f"{key}{name}", "correct": name in right} for name in "abc"]
    said = {option["id"]: {"text": f"Opción {option['id']}", "feedback": ""} for option in options}
    texts = {"es": {"text": f"¿Pregunta {key}?", "explanation": "Porque sí.", "options": said}}
    return {"id": key, "multiple": multiple, "options": options, "texts": texts}


# As releases until November 2026 stored it.
FIRST: dict[str, Any] = {
    "schema": 1,
    "seed": 20261130,
    "language": "es",
    "rule": {"pass_mark": 65, "honours_mark": 90, "attempts_allowed": 3},
    "questions": [_question("x", False, "b"), _question("y", True, "ac")],
}
RIGHT = {"x": ["xb"], "y": ["ya", "yc"]}
UNKNOWN = [None, 0, 3, 99, "1", "2", True, 1.5, [], {}]


def test_a_paper_of_the_first_schema_is_understood() -> None:
    before = deepcopy(FIRST)
    paper = from_json(FIRST)
    assert [(question.id, question.type) for question in paper.questions] == [("x", SINGLE), ("y", MULTIPLE)]
    assert (paper.seed, paper.language, paper.rule.pass_mark) == (20261130, "es", 65)
    assert before == FIRST, "what is stored is left as it is"


@pytest.mark.parametrize(
    ("answers", "right"),
    [({}, 0), (RIGHT, 2), ({**RIGHT, "y": ["ya"]}, 1), ({**RIGHT, "y": ["ya", "yb", "yc"]}, 1), ({"x": ["xa"], "y": ["yc", "ya"]}, 1)],
)
def test_a_paper_of_the_first_schema_is_graded_as_it_always_was(answers: dict[str, list[str]], right: int) -> None:
    assert grade(from_json(FIRST), answers).right == right


def test_what_is_stored_now_says_the_type_and_comes_back() -> None:
    paper = from_json(FIRST)
    stored = json.loads(json.dumps(to_json(paper)))
    assert stored["schema"] == 2
    assert [question["type"] for question in stored["questions"]] == ["single", "multiple"]
    assert not [question for question in stored["questions"] if "multiple" in question]
    assert from_json(stored) == paper


@pytest.mark.parametrize("schema", UNKNOWN, ids=str)
def test_another_schema_is_refused(schema: object) -> None:
    with pytest.raises(VersionUnknown) as refused:
        from_json({**FIRST, "schema": schema})
    assert (refused.value.what, refused.value.version) == ("paper", schema)
    with override("en"):
        assert "another version of the site" in str(refused.value)


def test_so_is_a_paper_that_does_not_say_its_schema() -> None:
    with pytest.raises(VersionUnknown):
        from_json({name: value for name, value in FIRST.items() if name != "schema"})


def test_so_is_a_type_of_question_that_this_release_does_not_have() -> None:
    stored = to_json(from_json(FIRST))
    stored["questions"][1]["type"] = "essay"
    with pytest.raises(VersionUnknown) as refused:
        from_json(stored)
    assert (refused.value.what, refused.value.version) == ("type of question", "essay")


# The same at the pages and the API


def _keep(attempt: Attempt, paper: dict[str, Any]) -> str:
    attempt.paper = paper
    attempt.save(update_fields=["paper"])
    return f"/en/learning/{attempt.enrolment.course_key}/steps/{attempt.step_key}/attempts/{attempt.pk}/"


@pytest.mark.database
@pytest.mark.django_db
def test_an_attempt_of_the_first_schema_goes_on(learner: Client, attempt: Attempt) -> None:
    address = _keep(attempt, FIRST)
    shown = learner.get(address).content.decode()
    assert shown.count('type="radio"') == shown.count('type="checkbox"') == 3
    sent = {"asked": ["q-x", "q-y"], "q-x": "xb", "q-y": ["ya", "yc"]}
    result = send_paper(learner, address, sent).content.decode()
    assert "100%" in result
    assert "Porque sí." in result
    attempt.refresh_from_db()
    assert (attempt.score, attempt.passed, attempt.paper) == (100, True, FIRST)


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize("is_sent", [False, True], ids=["open", "sent"])
def test_a_paper_of_a_newer_schema_is_said_in_words(
    learner: Client, attempt: Attempt, caplog: pytest.LogCaptureFixture, is_sent: bool
) -> None:
    if is_sent:
        submit_attempt(learner=attempt.enrolment.learner, attempt_id=attempt.pk)
        attempt.refresh_from_db()
    before = Attempt.objects.values().get()
    address = _keep(attempt, {**FIRST, "schema": 3})
    with caplog.at_level(logging.ERROR, "core.middleware"):
        acts = [] if is_sent else [learner.post(address, {"q-x": "xb", "action": "send"}), learner.get(f"{address}send/")]
        answers = [learner.get(address), *acts]
    for answer in answers:
        assert answer.status_code == 503
        assert "saved by another version of the site" in answer.content.decode()
        assert answer["Cache-Control"] == "private, no-store"
    assert f"paper of version 3 at {address}" in caplog.messages[0]
    assert Attempt.objects.values().get() == {**before, "paper": {**FIRST, "schema": 3}}


@pytest.mark.database
@pytest.mark.django_db
def test_a_script_is_told_too_and_nothing_is_kept(learner: Client, attempt: Attempt) -> None:
    _keep(attempt, {**FIRST, "schema": 3})
    body = json.dumps({"answers": {"x": ["xb"]}})
    answer = learner.post(f"/learning/api/attempts/{attempt.pk}/answers", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (503, "version_unknown")
    attempt.refresh_from_db()
    assert attempt.answers == {}


@pytest.mark.database
@pytest.mark.django_db
def test_the_services_refuse_and_change_nothing(enrolment: Enrolment, attempt: Attempt) -> None:
    _keep(attempt, {**FIRST, "schema": 3})
    for service in (save_answers, submit_attempt):
        with pytest.raises(VersionUnknown):
            service(learner=enrolment.learner, attempt_id=attempt.pk, answers=RIGHT)
    attempt.refresh_from_db()
    assert (attempt.answers, attempt.score, attempt.submitted_at) == ({}, None, None)
