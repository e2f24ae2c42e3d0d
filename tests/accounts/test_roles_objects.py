"""Least privilege for views of one thing: who sees it, and that nobody else can act on it, whatever they send.

Six roles, somebody without one, and a stranger. A view of ours with arguments that is in neither table fails a test.
"""

from __future__ import annotations

from typing import Any, cast

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, Task, WorkflowState

from accounts.models import AddressChange, AuditEntry, InstitutionCase
from accounts.roles import AUTHOR, BY_KEY, CERTIFICATE_ADMINISTRATOR, ROLES
from administration.models import RecordExport
from administration.services.request_export import request_export
from core.models import BasePage, HomePage, StandardPage
from core.services.put_in_bin import put_in_bin
from courses.models import CoursePage, LessonPage, Outline
from credentials.models import Credential, CredentialHolder
from knowledge.models import Contributor, LibraryPage
from learning.services.count_steps import count_steps
from tests.accounts.door import member
from tests.accounts.staff import colleague
from tests.accounts.test_roles import ADMINISTRATORS, ALL, AUTHORS, CERTIFIERS, EDITORS, HELPERS, IN_PAGES, PUBLISHERS, REVIEWERS
from tests.architecture.audience import Audience, addresses
from tests.architecture.conftest import home, one_page_of_each, publish_below
from tests.editorial.desk import Tab, make_draft, state_of
from tests.factories import enrol_in, finish_course, make_course

__all__ = ["home", "one_page_of_each"]  # fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.database]
Things = dict[str, Any]
RECORD = CERTIFIERS | ADMINISTRATORS
WHY = "The learner wrote to us about it."

# The name of a view, what of `things` it is about, and whom it is for.
OBJECTS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("record_enrolments:record", "enrolment", RECORD | HELPERS),  # asks for a reason first
    ("certificates_admin:detail", "credential", RECORD),
    ("certificates_admin:issue", "unfinished", RECORD),
    ("certificates_admin:revoke", "credential", RECORD),
    ("certificates_admin:replace", "credential", RECORD),
    ("record_exports:ask", "enrolments", RECORD),
    ("record_exports:ask", "learners", RECORD),
    ("record_exports:ask", "attempts", RECORD),
    ("record_exports:ask", "certificates", RECORD),
    ("record_exports:download", "export", CERTIFIERS),  # whoever asked for it, and nobody else
    ("contested_addresses:case", "case", HELPERS | ADMINISTRATORS),
    ("institution_cases:case", "second", HELPERS | ADMINISTRATORS),
    ("progress_report:run", "run", RECORD | AUTHORS),
    ("progress_report:csv", "run", RECORD | AUTHORS),
    ("course_structure", "course", AUTHORS | ADMINISTRATORS),
    ("bin_back", "thrown", ADMINISTRATORS),
    ("wagtailadmin_pages:edit", "library", IN_PAGES),
    ("wagtailadmin_pages:edit", "submitted", IN_PAGES),
    ("wagtailsnippets_knowledge_contributor:edit", "contributor", PUBLISHERS),
    ("wagtailsnippets_knowledge_contributor:delete", "contributor", EDITORS | ADMINISTRATORS),
    *(("guide_role", key, ALL) for key in BY_KEY),
)
# What is sent, and who may send it.
ACTS: tuple[tuple[str, str, dict[str, Any], frozenset[str]], ...] = (
    ("record_enrolments:record", "enrolment", {"reason": WHY}, RECORD | HELPERS),
    ("certificates_admin:issue", "unfinished", {"reason": WHY, "override": "on"}, RECORD),
    ("certificates_admin:revoke", "credential", {"reason": WHY, "public_reason": "data"}, RECORD),
    ("certificates_admin:replace", "credential", {"reason": WHY, "printed_name": "Ana Núñez", "action": "replace"}, RECORD),
    ("record_exports:ask", "certificates", {"file_format": "csv"}, RECORD),
    ("record_exports:delete", "export", {}, CERTIFIERS),
    ("contested_addresses:case", "case", {"reason": WHY, "outcome": "stands"}, HELPERS | ADMINISTRATORS),
    ("institution_cases:case", "second", {"reason": WHY, "outcome": "refused"}, HELPERS | ADMINISTRATORS),
    ("course_structure", "course", {"who": "new_learners"}, AUTHORS | ADMINISTRATORS),
    ("bin_back", "thrown", {}, ADMINISTRATORS),
    ("wagtailsnippets_knowledge_contributor:edit", "contributor", {"name": "X", "slug": "x", "kind": "person"}, PUBLISHERS),
    ("wagtailsnippets_knowledge_contributor:delete", "contributor", {}, EDITORS | ADMINISTRATORS),
)
CHANGED: tuple[type[Model], ...] = (
    AddressChange,
    AuditEntry,
    Credential,
    CredentialHolder,
    InstitutionCase,
    RecordExport,
    Outline,
    Contributor,
    WorkflowState,
    Task,
    Page,
)
# Ours, by how their names begin, and those of them that are elsewhere.
OURS = (
    "record_",
    "contested_addresses:",
    "institution_cases:",
    "progress_report:",
    "certificates_admin:",
    "course_structure",
    "bin_back",
    "guide_role",
    "wagtailsnippets_knowledge_contributor:",
)
ELSEWHERE = {
    f"wagtailsnippets_knowledge_contributor:{view}": "Wagtail's, with the right to see it"
    for view in ("history", "history_results", "usage")
}


@pytest.fixture
def things(one_page_of_each: dict[type[BasePage], BasePage], django_capture_on_commit_callbacks: Any) -> Things:
    """One of each thing, with what its address takes."""
    author, officer = colleague(AUTHOR), colleague(CERTIFICATE_ADMINISTRATOR)
    enrolment = finish_course(make_course(lessons=1, assessments=0, title="Finance"))
    count_steps(now=timezone.now())
    draft = make_draft(author)
    Tab(author, draft).submit()
    course = cast(CoursePage, one_page_of_each[CoursePage])
    thrown = put_in_bin(page=publish_below(one_page_of_each[HomePage], StandardPage(title="Texto", slug="texto")))
    assert thrown is not None
    one_page_of_each[LessonPage].unpublish()  # something to publish the structure for
    with django_capture_on_commit_callbacks(execute=True):
        export, _is_new = request_export(
            asked_by=officer, listing="enrolments", filters={}, file_format=RecordExport.Format.CSV, language="es", now=timezone.now()
        )
    case = AddressChange.objects.create(
        user=enrolment.learner, former="was@example.org", present=enrolment.learner.email, reported_at=timezone.now()
    )
    second = InstitutionCase.objects.create(user=enrolment.learner, institution="uni", issuer="https://uni.example", subject="4711")
    return {
        "case": case.pk,
        "second": second.pk,
        "people": {AUTHOR.key: author, CERTIFICATE_ADMINISTRATOR.key: officer},
        "enrolment": enrolment.pk,
        "run": enrolment.run_id,
        "unfinished": enrol_in(make_course(lessons=2, assessments=0, title="Health")).pk,
        "credential": Credential.objects.get(enrolment=enrolment).pk,
        "export": export.pk,
        "course": course.pk,
        "thrown": thrown.pk,
        "library": one_page_of_each[LibraryPage].pk,
        "submitted": draft.pk,
        "contributor": Contributor.objects.create(name="Nadie", slug="nadie", kind=Contributor.Kind.PERSON).pk,
    }


@pytest.fixture
def clients(things: Things) -> dict[str, Client]:
    """A browser for each role, one of somebody who has none, and one of a stranger."""
    learner = Client()
    learner.force_login(member("learner@example.org"), backend="django.contrib.auth.backends.ModelBackend")
    found = {"learner": learner, "stranger": Client()}
    for role in ROLES:
        found[role.key] = Client()
        found[role.key].force_login(things["people"].get(role.key) or colleague(role), backend="django.contrib.auth.backends.ModelBackend")
    return found


def url_for(name: str, thing: str, things: Things) -> str:
    return reverse(name, args=[things.get(thing, thing)])


def is_refused(answer: Any) -> bool:
    """Whether an answer is a refusal: led to the front or the door, 403, or as if there were nothing (the export of somebody else)."""
    if answer.status_code == 302:
        return answer["Location"].partition("?")[0] in {"/admin/", "/accounts/login/"}
    return answer.status_code in {403, 404}


def everything() -> list[Any]:
    return [list(model._default_manager.order_by("pk").values()) for model in CHANGED]


def test_every_view_of_ours_with_arguments_is_in_a_table() -> None:
    staff = {address.name for address in addresses() if address.audience is Audience.STAFF and address.arguments}
    ours = {name for name in staff if name.startswith(OURS)}
    assert ours - {name for name, *_rest in (*OBJECTS, *ACTS)} == set(ELSEWHERE)


def test_each_thing_is_shown_to_whom_the_table_says(clients: dict[str, Client], things: Things) -> None:
    found = {}
    for name, thing, allowed in OBJECTS:
        answers = {who: client.get(url_for(name, thing, things)) for who, client in clients.items()}
        seen = {who for who, answer in answers.items() if answer.status_code == 200}
        if seen != allowed or not all(is_refused(answer) for who, answer in answers.items() if who not in allowed):
            found[name, thing] = {who: answer.status_code for who, answer in answers.items() if (who in seen) is not (who in allowed)}
    assert found == {}


@pytest.mark.parametrize(("name", "thing", "sent", "allowed"), ACTS, ids=[name for name, *_rest in ACTS])
def test_nobody_else_can_act(
    clients: dict[str, Client], things: Things, name: str, thing: str, sent: dict[str, Any], allowed: frozenset[str]
) -> None:
    url, before = url_for(name, thing, things), everything()
    for who in clients.keys() - allowed:
        # Deleting a file that is not theirs leads whoever may export back to their list, and deletes nothing.
        is_led_back = name == "record_exports:delete" and who in RECORD
        answer = clients[who].post(url, sent)
        assert answer["Location"] == reverse("record_exports:index") if is_led_back else is_refused(answer), who
    assert everything() == before
    assert not is_refused(clients[min(allowed)].post(url, sent))
    assert everything() != before, "what was sent was right, and only the right was missing"


def test_only_the_step_of_ones_own_role_can_be_taken(clients: dict[str, Client], things: Things) -> None:
    state = state_of(LibraryPage.objects.get(pk=things["library"]).get_children().get(pk=things["submitted"]).specific)
    assert state is not None
    url = reverse("wagtailadmin_pages:workflow_action", args=[things["submitted"], "approve", state.current_task_state_id])
    for who in clients.keys() - REVIEWERS - ADMINISTRATORS:
        # Refused in several ways, each with a word: what counts is that the step is still to be taken.
        assert clients[who].post(url, {"seen": ""}).status_code < 500, who
        state.refresh_from_db()
        assert state.current_task_state.task.specific_class.__name__ == "ReviewTask", who


def test_a_dialogue_makes_no_step_of_a_workflow_for_those_who_may_not(clients: dict[str, Client]) -> None:
    before = Task.objects.count()
    sent = {"create-task-name": "Mine"}
    for who in clients.keys() - ADMINISTRATORS:
        answer = clients[who].post("/admin/workflows/task_chooser/create/?create_model=editorial.ReviewTask", sent)
        assert answer.status_code == 400 or is_refused(answer), who
    assert Task.objects.count() == before
