"""Review and publish: every step through the admin's own pages, by people of each role."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail.models import PageLogEntry, Revision, Workflow, WorkflowPage, WorkflowState
from wagtail.users.models import UserProfile

from editorial import review_rules
from editorial.models import PublishTask, ReviewTask
from editorial.services.ensure_workflow import ensure_workflow
from editorial.tasks import publish_due
from knowledge.models import LibraryPage
from tests.editorial.desk import Tab, form_data, fresh, library, make_draft, person, signed_in, state_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def author() -> Any:
    return person("author", first_name="Ana", last_name="Autora")


@pytest.fixture
def reviewer() -> Any:
    return person("reviewer", first_name="Rita", last_name="Revisora")


@pytest.fixture
def editor() -> Any:
    return person("editor", first_name="Eva", last_name="Editora")


def step(page: Any) -> str:
    state = state_of(page)
    return type(state.current_task_state.task.specific).__name__ if state and state.current_task_state else ""


def submitted(author: Any, **fields: Any) -> Any:
    page = make_draft(author, **fields)
    Tab(author, page).submit()
    assert step(page) == "ReviewTask"
    return fresh(page)


def approved(author: Any, reviewer: Any) -> Any:
    page = submitted(author)
    Tab(reviewer, page).take("approve")
    assert step(page) == "PublishTask"
    return fresh(page)


def test_the_workflow_stands_on_every_library_and_making_it_again_changes_nothing() -> None:
    workflow = ensure_workflow()
    workflow.name = "Renamed"
    workflow.save()
    before = (Workflow.objects.count(), WorkflowPage.objects.count(), ReviewTask.objects.count(), PublishTask.objects.count())
    ensure_workflow()
    assert before == (Workflow.objects.count(), WorkflowPage.objects.count(), ReviewTask.objects.count(), PublishTask.objects.count())
    assert {page.get_workflow() for page in LibraryPage.objects.all()} == {workflow}
    assert LibraryPage.objects.count() == 4
    assert Workflow.objects.get(pk=workflow.pk).name == "Renamed"


def test_from_draft_to_published(author: Any, reviewer: Any, editor: Any) -> None:
    page = make_draft(author)
    tab = Tab(author, page)
    assert "Submit for review" in tab.menu()
    assert not {"Publish", "Publish now", "Approve"} & set(tab.menu())
    tab.submit(title="Con título nuevo")
    assert step(page) == "ReviewTask"
    menu = Tab(reviewer, page).menu()
    assert {"Approve", "Send back with a remark"} <= set(menu)
    assert not {"Withdraw from review", "Publish now"} & set(menu)
    Tab(reviewer, page).take("approve", comment="Bien.")
    assert step(page) == "PublishTask"
    assert not fresh(page).live
    assert {"Publish now", "Publish on a date", "Send back with a remark"} <= set(Tab(editor, page).menu())
    Tab(editor, page).take("publish")
    page = fresh(page)
    assert (page.live, page.title, page.has_unpublished_changes) == (True, "Con título nuevo", False)
    assert state_of(page) is None
    assert WorkflowState.objects.for_instance(page).get().status == WorkflowState.STATUS_APPROVED
    actions = list(PageLogEntry.objects.filter(page=page.pk).values_list("action", flat=True))
    assert {"wagtail.workflow.start", "wagtail.workflow.approve", "wagtail.publish"} <= set(actions)


def test_the_author_may_withdraw_and_go_on_writing(author: Any, reviewer: Any) -> None:
    page = submitted(author)
    tab = Tab(author, page)
    assert "Withdraw from review" in tab.menu()
    tab.save(title="While it is reviewed")
    assert fresh(page).get_latest_revision_as_object().title == "Un borrador", "locked while a reviewer reads"
    Tab(author, page).post(**{"action-cancel-workflow": "1"})
    assert state_of(page) is None
    Tab(author, page).save(title="Afterwards")
    assert fresh(page).get_latest_revision_as_object().title == "Afterwards"


def test_sent_back_changed_and_submitted_again(author: Any, reviewer: Any, editor: Any) -> None:
    page = submitted(author)
    Tab(reviewer, page).take("reject", comment="Falta la fuente.")
    state = state_of(page)
    assert state is not None
    assert state.status == WorkflowState.STATUS_NEEDS_CHANGES
    tab = Tab(author, page)
    assert "Falta la fuente." in tab.says()
    assert "Submit again" in tab.menu()
    tab.submit(abstract="Con la fuente.")
    assert step(page) == "ReviewTask"
    Tab(reviewer, page).take("approve")
    Tab(editor, page).take("publish")
    assert fresh(page).abstract == "Con la fuente."


def test_sending_back_needs_a_remark(author: Any, reviewer: Any) -> None:
    page = submitted(author)
    answered = Tab(reviewer, page).ask("reject", comment="  ")
    assert answered["step"] == "action"
    assert "Say what should change." in answered["html"]
    tab = Tab(reviewer, page)
    assert "Say what should change." in tab.says(tab.take("reject", comment=""))
    assert step(page) == "ReviewTask"


def test_an_editor_sends_back_and_the_changed_text_is_reviewed_again(author: Any, reviewer: Any, editor: Any) -> None:
    page = approved(author, reviewer)
    Tab(editor, page).take("reject", comment="Más corto.")
    Tab(author, page).submit(abstract="Corto.")
    assert step(page) == "ReviewTask", "no reviewer has seen this text"
    Tab(reviewer, page).take("approve")
    assert step(page) == "PublishTask"


def test_an_editor_sends_back_and_the_same_text_need_not_be_reviewed_again(author: Any, reviewer: Any, editor: Any) -> None:
    page = approved(author, reviewer)
    Tab(editor, page).take("reject", comment="Esperemos a mayo.")
    Tab(author, page).submit()
    assert step(page) == "PublishTask"


def test_what_an_editor_corrects_is_reviewed_again_and_published_by_another(author: Any, reviewer: Any, editor: Any) -> None:
    page = approved(author, reviewer)
    Tab(editor, page).save(title="Corregido")
    tab = Tab(editor, page)
    assert "Send to review again" in tab.menu()
    assert not {"Publish now", "Publish on a date"} & set(tab.menu())
    other = person("editor")
    assert not {"Publish now", "Publish on a date"} & set(Tab(other, page).menu()), "nobody has reviewed the correction"
    tab.take("review_again", comment="Una errata.")
    assert step(page) == "ReviewTask"
    Tab(reviewer, page).take("approve")
    assert "Publish now" not in Tab(editor, page).menu()
    Tab(other, page).take("publish")
    assert fresh(page).title == "Corregido"
    history = signed_in(other).get(f"/admin/pages/{page.pk}/history/").content.decode()
    assert "Changed after the review, and sent to review again" in history
    assert "Una errata." in history


def test_a_reviewer_may_comment_on_a_block_and_approve(author: Any, reviewer: Any) -> None:
    page = submitted(author)
    text = "¿De qué año?"
    comment = {
        "comments-TOTAL_FORMS": 1,
        "comments-INITIAL_FORMS": 0,
        "comments-0-DELETE": "",
        "comments-0-resolved": "",
        "comments-0-id": "",
        "comments-0-contentpath": "abstract",
        "comments-0-text": text,
        "comments-0-position": "",
        "comments-0-replies-TOTAL_FORMS": 0,
        "comments-0-replies-INITIAL_FORMS": 0,
    }
    Tab(reviewer, page).save(**comment)
    assert [found.text for found in fresh(page).wagtail_admin_comments.all()] == [text]
    assert review_rules.authors(fresh(page)) == {author.pk}, "a remark is no text"
    Tab(reviewer, page).take("approve")
    assert step(page) == "PublishTask"


def test_published_on_a_date(author: Any, reviewer: Any, editor: Any) -> None:
    page = approved(author, reviewer)
    later = timezone.now() + timedelta(days=3)
    answered = Tab(editor, page).ask("schedule", publish_at=later.strftime("%Y-%m-%dT%H:%M"))
    assert answered["step"] == "success"
    Tab(editor, page).take("schedule", publish_at=later.strftime("%Y-%m-%dT%H:%M"))
    page = fresh(page)
    assert (page.live, page.approved_schedule) == (False, True)
    Tab(author, page).save(title="Too late")
    call_command("publish_scheduled")
    assert not fresh(page).live
    with time_machine.travel(later + timedelta(minutes=2), tick=False):
        call_command("publish_scheduled")
        page = fresh(page)
        assert (page.live, page.title) == (True, "Un borrador")


def test_a_task_waits_for_the_date(author: Any, reviewer: Any, editor: Any, settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    """With a real queue the worker publishes on the date itself; `publish_scheduled` on a timer is for when it was away."""
    page = approved(author, reviewer)
    later = (timezone.now() + timedelta(days=3)).replace(second=0, microsecond=0)
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
    with django_capture_on_commit_callbacks(execute=True):
        Tab(editor, page).take("schedule", publish_at=later.strftime("%Y-%m-%dT%H:%M"))
    waiting = DBTaskResult.objects.get(task_path="editorial.tasks.publish_due")
    assert waiting.run_after == later + timedelta(seconds=1)
    with time_machine.travel(waiting.run_after, tick=False):
        publish_due.call()
        assert fresh(page).live
        publish_due.call()


def test_the_new_version_of_a_live_page_on_a_date(author: Any, reviewer: Any, editor: Any) -> None:
    page = approved(author, reviewer)
    Tab(editor, page).take("publish")
    Tab(author, page).submit(title="Segunda versión")
    Tab(reviewer, page).take("approve")
    later = timezone.now() + timedelta(hours=2)
    Tab(editor, page).take("schedule", publish_at=later.strftime("%Y-%m-%dT%H:%M"))
    page = fresh(page)
    assert (page.live, page.title, page.approved_schedule) == (True, "Un borrador", True)
    assert state_of(page) is None
    with time_machine.travel(later + timedelta(minutes=2), tick=False):
        call_command("publish_scheduled")
        assert fresh(page).title == "Segunda versión"


@pytest.mark.parametrize(
    ("publish_at", "words"),
    [
        ("2001-01-01T00:00", "This date has passed"),
        ("", "This field is required"),
        ("soon", "Enter a valid date/time"),
        ("9" * 400, "valid"),
    ],
)
def test_a_date_must_be_one_and_to_come(author: Any, reviewer: Any, editor: Any, publish_at: str, words: str) -> None:
    page = approved(author, reviewer)
    assert words in Tab(editor, page).ask("schedule", publish_at=publish_at)["html"]
    tab = Tab(editor, page)
    assert words in tab.says(tab.take("schedule", publish_at=publish_at))
    assert (step(page), fresh(page).approved_schedule) == ("PublishTask", False)


def test_the_dialogue_says_the_time_zone(author: Any, reviewer: Any, editor: Any) -> None:
    page = approved(author, reviewer)
    profile = UserProfile.get_for_user(editor)
    profile.current_time_zone = "America/Bogota"
    profile.save()
    assert "America/Bogota" in Tab(editor, page).ask("schedule", publish_at="")["html"]
    moment = datetime(2031, 5, 2, 15, 0, tzinfo=UTC)
    Tab(editor, page).take("schedule", publish_at="2031-05-02T10:00")
    assert fresh(page).scheduled_revision.approved_go_live_at == moment


def test_an_editor_cancels_the_date_and_unpublishes(author: Any, reviewer: Any, editor: Any) -> None:
    page = approved(author, reviewer)
    Tab(editor, page).take("schedule", publish_at="2031-05-02T10:00")
    revision = fresh(page).scheduled_revision
    assert signed_in(author).post(f"/admin/pages/{page.pk}/revisions/{revision.pk}/unschedule/").status_code == 302
    assert fresh(page).approved_schedule, "not the author"
    signed_in(editor).post(f"/admin/pages/{page.pk}/revisions/{revision.pk}/unschedule/")
    assert not fresh(page).approved_schedule
    Tab(author, page).submit()
    Tab(reviewer, page).take("approve")
    Tab(editor, page).take("publish")
    assert fresh(page).live, "a date that was cancelled stays behind nowhere"
    signed_in(editor).post(f"/admin/pages/{page.pk}/unpublish/")
    assert not fresh(page).live


def test_an_earlier_version_is_taken_up_again_inside_the_workflow(author: Any, reviewer: Any, editor: Any) -> None:
    page = make_draft(author)
    first = fresh(page).get_latest_revision()
    Tab(author, page).save(title="Peor")
    client = signed_in(author)
    url = f"/admin/pages/{page.pk}/revisions/{first.pk}/revert/"
    assert client.get(url).status_code == 200
    tab = Tab(author, page)
    client.post(f"/admin/pages/{page.pk}/edit/", {**_data(tab), "revision": first.pk})
    Tab(author, page).submit()
    Tab(reviewer, page).take("approve")
    Tab(editor, page).take("publish")
    assert fresh(page).title == "Un borrador"
    assert Revision.objects.for_instance(page).count() >= 3


def _data(tab: Tab) -> dict[str, Any]:
    first = review_rules.revisions_of(tab.page).first()
    assert first is not None
    return form_data(fresh(tab.page), tab.user, title=first.content["title"]) | tab.loaded


def test_a_new_page_is_made_and_submitted_in_one_go(author: Any) -> None:
    page = make_draft(author)
    data = form_data(page, author, title="Nueva", slug="nueva", **{"action-submit": "1"})
    signed_in(author).post(f"/admin/pages/add/knowledge/publicationpage/{library().pk}/", data)
    made = library().get_children().get(slug="nueva").specific
    assert step(made) == "ReviewTask"


def test_the_list_of_the_library_says_where_each_page_is(author: Any, reviewer: Any, editor: Any) -> None:
    make_draft(author, title="Primero")
    submitted(author, title="Segundo")
    page = approved(author, reviewer)
    Tab(editor, page).take("publish")
    html = signed_in(editor).get(f"/admin/pages/{library().pk}/").content.decode()
    for words in ("Who has it now", "Last change", "in review", "draft", "published", "Revisión", "Ana Autora", "Español"):
        assert words in html, words


def test_the_list_asks_no_more_for_more_pages(author: Any, editor: Any) -> None:
    for _number in range(3):
        submitted(author)
    client = signed_in(editor)
    url = f"/admin/pages/{library().pk}/"
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _number in range(5):
        submitted(author)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    # Two for each page are wagtail-localize's, which asks which languages are missing to offer "Translate".
    assert len(many) <= len(few) + 2 * 5
