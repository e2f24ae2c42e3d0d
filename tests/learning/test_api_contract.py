"""The API answers as its own description says, whatever is sent to it: made-up requests of each operation, right ones and wrong ones."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.conf import settings as site
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from config.wsgi import application
from courses.models import Outline, structure
from learning.models import Enrolment, Progressed
from tests.factories import enrol_in, make_course, make_user

pytestmark = pytest.mark.django_db
DESCRIPTION = "/learning/api/openapi.json"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = {
    ("get", "/learning/api/state"),
    ("get", "/learning/api/state/{course_key}"),
    ("post", "/learning/api/events"),
    ("post", "/learning/api/attempts/{attempt_id}/answers"),
}
# Enough for each field to be wrong in each way; always the same ones, so that a failure comes back.
BOUNDED = settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def operations(db: None) -> dict[tuple[str, str], Any]:
    """The operations of the API, from its description."""
    found = schemathesis.openapi.from_wsgi(DESCRIPTION, application).get_all_operations()
    return {(operation.method, operation.path): operation for operation in (each.ok() for each in found)}


@pytest.fixture
def learner() -> dict[str, Any]:
    """The cookies and the token of somebody who takes a course."""
    user = make_user()
    enrol_in(make_course(), user)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    token = client.get("/learning/api/state/00000000-0000-4000-8000-000000000000").json()["csrf"]
    cookies = {site.SESSION_COOKIE_NAME: client.cookies[site.SESSION_COOKIE_NAME].value, site.CSRF_COOKIE_NAME: token}
    return {"cookies": cookies, "headers": {"X-CSRFToken": token}}


def test_the_description_names_every_operation(operations: dict[tuple[str, str], Any]) -> None:
    assert operations.keys() == OPERATIONS


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("who", ["a stranger", "a learner"])
@pytest.mark.parametrize("operation", sorted(OPERATIONS), ids=lambda found: " ".join(found))
def test_every_answer_is_one_that_is_described(
    operations: dict[tuple[str, str], Any], operation: tuple[str, str], who: str, mode: GenerationMode, request: pytest.FixtureRequest
) -> None:
    if mode is GenerationMode.NEGATIVE and "{" not in operation[1] and operation[0] == "get":
        pytest.skip("it takes nothing that could be wrong")
    signed_in = request.getfixturevalue("learner") if who == "a learner" else {}
    before = list(Enrolment.objects.values_list("pk", "done_bits"))
    statuses: set[int] = set()

    @BOUNDED
    @given(case=operations[operation].as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        statuses.add(case.call_and_validate(checks=CHECKS, **signed_in).status_code)

    ask()
    assert statuses, "nothing was sent"
    if operation[0] == "post" and who == "a stranger":
        assert statuses <= {401, 404}, "and a stranger writes nothing"
    assert list(Enrolment.objects.values_list("pk", "done_bits")) == before
    assert not Progressed.objects.exists()


@pytest.mark.parametrize("path", ["/learning/api/state", "/learning/api/state/{course_key}"])
def test_a_record_of_a_newer_release_is_answered_as_described(
    operations: dict[tuple[str, str], Any], learner: dict[str, Any], path: str, monkeypatch: Any
) -> None:
    """One that a release made which was taken back since."""
    Outline.objects.update(content={**Outline.objects.get().content, "schema": 99})
    monkeypatch.setattr(structure, "_documents", {})
    key = str(Enrolment.objects.get().course_key)
    case = operations["get", path].Case(path_parameters={"course_key": key} if "{" in path else {})
    assert case.call_and_validate(checks=CHECKS[1:], **learner).status_code == 503, "and no error of the server's"
