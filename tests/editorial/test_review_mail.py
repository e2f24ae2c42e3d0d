"""Who is told of which step, in which language, with which link; what can't be sent; who has left; whose look was too old."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Revision, WorkflowState
from wagtail.users.models import UserProfile

from accounts.models import User
from accounts.roles import AUTHOR
from accounts.services.give_role import give_role
from editorial import review_rules, todo
from editorial.tasks import notify_step
from tests.editorial.desk import Tab, form_data, fresh, make_draft, person, signed_in, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Any:
    """Run what waits for the end of a transaction; gives the messages that were sent in it."""

    @contextmanager
    def run() -> Iterator[list[Any]]:
        mail.outbox.clear()
        sent: list[Any] = []
        with django_capture_on_commit_callbacks(execute=True):
            yield sent
        sent += mail.outbox

    return run


@pytest.fixture
def people() -> dict[str, User]:
    """One of each role, each with a language of their own."""
    return {
        "author": person("author", email="ana@example.org", language="pt", first_name="Ana"),
        "reviewer": person("reviewer", email="rita@example.org", language="fr", first_name="Rita"),
        "editor": person("editor", email="eva@example.org", language="en", first_name="Eva"),
        "root": person("site_administrator", email="root@example.org", is_superuser=True),
    }


def told(messages: list[Any]) -> dict[str, str]:
    """Subjects by address; each person once."""
    assert all(len(message.to) == 1 for message in messages)
    assert len(messages) == len({message.to[0] for message in messages}), "told twice"
    return {message.to[0]: message.subject for message in messages}


def edit_url(page: Any) -> str:
    return f"http://127.0.0.1:8000/admin/pages/{page.pk}/edit/"


def test_each_step_tells_the_next_people(people: dict[str, User], commit: Any) -> None:
    page = make_draft(people["author"], title="Nota")
    with commit() as sent:
        Tab(people["author"], page).submit()
    assert set(told(sent)) == {"rita@example.org"}
    assert edit_url(page) in sent[0].body
    assert sent[0].extra_headers["Content-Language"] == "fr"
    with commit() as sent:
        Tab(people["reviewer"], page).take("reject", comment="Falta la fuente.")
    assert set(told(sent)) == {"ana@example.org"}
    assert "Falta la fuente." in sent[0].body
    assert edit_url(page) in sent[0].body
    assert sent[0].extra_headers["Content-Language"] == "pt"
    with commit() as sent:
        Tab(people["author"], page).submit(abstract="Con la fuente.")
    assert set(told(sent)) == {"rita@example.org"}
    with commit() as sent:
        Tab(people["reviewer"], page).take("approve", comment="Bien.")
    assert set(told(sent)) == {"ana@example.org", "eva@example.org"}
    by_person = {message.to[0]: message for message in sent}
    assert by_person["eva@example.org"].subject == "Puente: To publish: Nota"
    assert "Bien." in by_person["ana@example.org"].body
    with commit() as sent:
        Tab(people["editor"], page).take("publish")
    assert set(told(sent)) == {"ana@example.org", "rita@example.org"}
    assert fresh(page).get_full_url() in sent[0].body


def test_a_date_is_told_and_later_the_publication(people: dict[str, User], commit: Any) -> None:
    page = make_draft(people["author"], title="Nota")
    with commit():
        Tab(people["author"], page).submit()
        Tab(people["reviewer"], page).take("approve")
    profile = UserProfile.get_for_user(people["author"])
    profile.current_time_zone = "America/Bogota"
    profile.save()
    later = (timezone.now() + timedelta(days=2)).replace(hour=15, minute=0)
    with commit() as sent:
        Tab(people["editor"], page).take("schedule", publish_at=later.strftime("%Y-%m-%dT%H:%M"))
    assert set(told(sent)) == {"ana@example.org", "rita@example.org"}
    assert "10:00" in told(sent)["ana@example.org"]
    assert "(America/Bogota)" in told(sent)["ana@example.org"]
    with commit() as sent, time_machine.travel(later + timedelta(minutes=1), tick=False):
        call_command("publish_scheduled")
    assert set(told(sent)) == {"ana@example.org", "rita@example.org", "eva@example.org"}


def test_nobody_is_told_of_their_own_act(commit: Any) -> None:
    everything = person("author", "reviewer", "editor")
    other = person("reviewer", email="other@example.org")
    page = make_draft(everything)
    with commit() as sent:
        Tab(everything, page).submit()
    assert set(told(sent)) == {"other@example.org"}
    with commit() as sent:
        Tab(other, page).take("approve")
    assert "other@example.org" not in told(sent)


def test_those_who_may_not_take_the_step_are_not_asked_to(people: dict[str, User], commit: Any) -> None:
    """A reviewer who wrote some of it, and one whose account is closed."""
    wrote = person("author", "reviewer", email="wrote@example.org")
    person("reviewer", email="closed@example.org", is_active=False)
    page = make_draft(wrote)
    with commit() as sent:
        Tab(people["author"], page).submit(title="Of both")
    assert set(told(sent)) == {"rita@example.org"}


def test_where_nobody_can_take_the_step_site_administrators_are_told(people: dict[str, User], commit: Any) -> None:
    people["reviewer"].is_active = False
    people["reviewer"].save()
    page = make_draft(people["author"], title="Nota")
    with commit() as sent:
        Tab(people["author"], page).submit()
    assert set(told(sent)) == {"root@example.org"}
    assert "“Revisión”" in sent[0].body
    items = {item.key: item for item in todo.items_for(people["root"])}
    assert items["stuck"].count == 1
    assert items["stuck"].url == f"/admin/pages/{page.pk}/edit/"
    assert "stuck" not in {item.key for item in todo.items_for(people["author"])}


def test_the_language_of_a_message(people: dict[str, User], commit: Any) -> None:
    """The person's own; else that of their admin; else the site's first."""
    from editorial.services.notify_step import mail_language

    nobody = person("reviewer")
    assert mail_language(nobody) == "es"
    profile = UserProfile.get_for_user(nobody)
    profile.preferred_language = "pt-br"
    profile.save()
    assert mail_language(nobody) == "pt"
    nobody.language = "fr"
    assert mail_language(nobody) == "fr"


def test_who_wants_no_messages_gets_none(people: dict[str, User], commit: Any) -> None:
    profile = UserProfile.get_for_user(people["reviewer"])
    profile.submitted_notifications = False
    profile.save()
    page = make_draft(people["author"])
    with commit() as sent:
        Tab(people["author"], page).submit()
    assert sent == []


def test_a_mail_server_that_is_away_loses_no_step(people: dict[str, User], commit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(self: EmailBackend, messages: Any) -> int:
        raise SMTPException("away")

    page = make_draft(people["author"])
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", away)
        with commit():
            Tab(people["author"], page).submit()
    state = state_of(page)
    assert state is not None
    assert state.status == WorkflowState.STATUS_IN_PROGRESS
    mail.outbox.clear()
    notify_step.call("submitted", state.current_task_state_id, people["author"].pk, people["reviewer"].pk)
    assert len(mail.outbox) == 1, "put back by `reconcile`, the message goes out alone"


def test_a_late_message_about_a_step_that_is_over_is_not_sent(people: dict[str, User], commit: Any) -> None:
    page = make_draft(people["author"])
    Tab(people["author"], page).submit()
    state = state_of(page)
    assert state is not None
    first = state.current_task_state_id
    with commit():
        Tab(people["reviewer"], page).take("approve")
    mail.outbox.clear()
    notify_step.call("submitted", first, people["author"].pk, people["reviewer"].pk)
    assert mail.outbox == []


def step_url(page: Any, action: str) -> str:
    state = state_of(page)
    assert state is not None
    return reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, state.current_task_state_id])


# Stale looks, and people who have left.


def test_an_approval_of_what_changed_meanwhile_is_refused(people: dict[str, User]) -> None:
    page = make_draft(people["author"])
    Tab(people["author"], page).submit()
    tab = Tab(people["reviewer"], page)
    Tab(person("reviewer"), page).save(title="Changed by a colleague")
    before = Revision.objects.for_instance(page).count()
    answer = tab.take("approve", changes={"title": "Typed by me"})
    assert "a changé depuis que vous l’avez ouvert" in tab.says(answer)
    assert "Typed by me" in tab.html, "what was typed is still in the form"
    assert Revision.objects.for_instance(page).count() == before
    state = state_of(page)
    assert state is not None
    assert state.current_task_state.status == "in_progress"
    tab._remember()
    assert "a changé depuis que vous l’avez ouvert" in tab.says(tab.take("approve")), "the same form stays too old"
    tab = Tab(people["reviewer"], page)
    tab.take("approve")
    state = state_of(page)
    assert state is not None
    assert state.current_task_state.task.name == "Publicación"


def autosave(tab: Tab, **changes: Any) -> Any:
    """What the page sends by itself: the whole form, and the revision of its own that it may write over."""
    data = form_data(fresh(tab.page), tab.user, **changes) | tab.loaded | changes
    return tab.client.post(tab.url, data, headers={"accept": "application/json", "x-requested-with": "XMLHttpRequest"})


def test_ones_own_autosave_makes_nothing_too_old(people: dict[str, User]) -> None:
    """A reviewer's remark is saved by itself, and the form keeps the mark of what it had loaded; then they approve."""
    page = make_draft(people["author"])
    Tab(people["author"], page).submit()
    tab = Tab(people["reviewer"], page)
    assert autosave(tab).json()["success"]
    tab.take("approve")
    state = state_of(page)
    assert state is not None
    assert state.current_task_state.task.name == "Publicación"


def test_autosave_takes_no_step(people: dict[str, User]) -> None:
    """It sends all that is in the form, and in the moment of approving that is the approval, too."""
    page = make_draft(people["author"])
    Tab(people["author"], page).submit()
    tab = Tab(people["reviewer"], page)
    extra = json.dumps(tab.ask("approve")["cleaned_data"])
    step = {"action-workflow-action": "1", "workflow-action-name": "approve", "workflow-action-extra-data": extra}
    assert autosave(tab, **step).json()["success"]
    assert autosave(tab, **{"action-publish": "1", "action-submit": "1"}).status_code in {200, 400}
    state = state_of(page)
    assert state is not None
    assert state.current_task_state.task.name == "Revisión"


def test_a_refusal_shows_comments_again(people: dict[str, User]) -> None:
    page = make_draft(people["author"])
    Tab(people["author"], page).submit()
    tab = Tab(people["reviewer"], page)
    Tab(person("reviewer"), page).save(title="Changed by a colleague")
    comment = {
        "comments-TOTAL_FORMS": 1,
        "comments-INITIAL_FORMS": 0,
        "comments-0-contentpath": "abstract",
        "comments-0-text": "¿De qué año?",
        "comments-0-replies-TOTAL_FORMS": 0,
        "comments-0-replies-INITIAL_FORMS": 0,
    }
    answer = tab.take("approve", changes=comment)
    assert "a changé depuis que vous l’avez ouvert" in tab.says(answer)
    assert "De qué año?" in tab.html or "De qu\\u00e9 a\\u00f1o?" in tab.html


@pytest.mark.parametrize("action", ["publish", "schedule"])
def test_a_publication_of_what_changed_meanwhile_is_refused(people: dict[str, User], action: str) -> None:
    page = make_draft(people["author"])
    Tab(people["author"], page).submit()
    Tab(people["reviewer"], page).take("approve")
    tab = Tab(people["editor"], page)
    url = step_url(page, action)
    answered = tab.ask(action, publish_at="2031-01-01T00:00")
    other = person("editor")
    Tab(other, page).save(title="Changed by a colleague")
    Tab(other, page).take("review_again")
    Tab(people["reviewer"], page).take("approve")
    assert "has changed" in tab.says(tab.take(action, publish_at="2031-01-01T00:00"))
    late = signed_in(people["editor"]).post(url, answered["cleaned_data"])
    assert late.status_code == 302
    assert (fresh(page).live, fresh(page).approved_schedule) == (False, False)


@pytest.mark.parametrize("extra", ["", "{", "[]", '{"user": 1}', '{"seen": "0"}', '{"comment": "x"}', '"x"', "null", "7"])
def test_a_step_with_a_form_that_is_none_is_refused(people: dict[str, User], extra: str) -> None:
    page = make_draft(people["author"])
    Tab(people["author"], page).submit()
    tab = Tab(people["reviewer"], page)
    answer = tab.post(**{"action-workflow-action": "1", "workflow-action-name": "approve", "workflow-action-extra-data": extra})
    assert answer.status_code in {200, 302}
    assert tab.says(answer)
    state = state_of(page)
    assert state is not None
    assert state.current_task_state.task.name == "Revisión"


def test_two_take_the_same_step_and_the_second_is_told(people: dict[str, User]) -> None:
    page = make_draft(people["author"])
    Tab(people["author"], page).submit()
    second = Tab(person("reviewer"), page)
    answered = second.ask("approve")
    Tab(people["reviewer"], page).take("approve")
    answer = second.post(
        **{
            "action-workflow-action": "1",
            "workflow-action-name": "approve",
            "workflow-action-extra-data": json.dumps(answered["cleaned_data"]),
        }
    )
    assert "has changed since you opened it" in second.says(answer)
    late = second.client.post(step_url(page, "approve"), answered["cleaned_data"], follow=True)
    assert "you are not in it" in late.content.decode()


def test_two_save_at_once_and_nothing_is_lost(people: dict[str, User]) -> None:
    page = make_draft(people["author"])
    first, second = Tab(people["author"], page), Tab(person("author"), page)
    first.save(title="Of the first")
    refused = autosave(second, title="Of the second")
    assert refused.status_code == 400
    assert refused.json()["error_code"] == "invalid_revision", "autosave never writes over another's version"
    answer = second.save(title="Of the second")
    assert "saved a version while you were writing. Both are kept" in second.says(answer)
    titles = [revision.content["title"] for revision in review_rules.revisions_of(page)]
    assert titles[-2:] == ["Of the first", "Of the second"]


def test_whoever_has_left_takes_no_step(people: dict[str, User]) -> None:
    page = make_draft(people["author"])
    Tab(people["author"], page).submit()
    leaver = person("author", "reviewer")
    tab = Tab(leaver, page)
    leaver.groups.clear()
    give_role(user=leaver, role=AUTHOR)
    url = step_url(page, "approve")
    newest = review_rules.newest_revision(page)
    assert newest is not None
    answer = tab.client.post(url, {"seen": review_rules.text_digest(newest.content)}, follow=True)
    assert "you are not in it" in answer.content.decode()
    leaver.is_active = False
    leaver.save()
    assert tab.client.post(url, {}).status_code == 302
    state = state_of(page)
    assert state is not None
    assert state.current_task_state.task.name == "Revisión"
