"""Nobody approves or publishes their own, and nobody publishes without review, by whatever door: each door is a test here."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from wagtail.actions.edit_page import EditPageAction
from wagtail.actions.publish_page_revision import PublishPagePermissionError, PublishPageRevisionAction
from wagtail.log_actions import LogContext
from wagtail.models import GroupApprovalTask, Locale, Page, PageLogEntry, Task, Workflow, WorkflowPage, WorkflowTask
from wagtail_localize.models import Translation, TranslationSource

from accounts.models import User
from accounts.roles import AUTHOR, EDITOR, group_of
from accounts.services.give_role import give_role
from editorial import review_rules
from editorial.errors import StepRefused
from knowledge.models import LibraryPage, PublicationPage
from tests.editorial.desk import Tab, form_data, fresh, library, make_draft, person, signed_in, state_of
from tests.remembered import Remembered

pytestmark = pytest.mark.django_db
EVERYTHING = ("author", "reviewer", "editor", "site_administrator")


@pytest.fixture
def author() -> User:
    return person("author")


@pytest.fixture
def reviewer() -> User:
    return person("reviewer")


@pytest.fixture
def editor() -> User:
    return person("editor")


def superuser(*roles: str) -> User:
    user = person(*roles)
    user.is_superuser = True
    user.save()
    return user


def at_review(author: User) -> Any:
    page = make_draft(author)
    Tab(author, page).submit()
    return fresh(page)


def at_publication(author: User) -> Any:
    page = at_review(author)
    Tab(person("reviewer"), page).take("approve")
    return fresh(page)


# What most of these tests begin with, by an author of its own.
_draft = Remembered(lambda: make_draft(person("author")).pk)
_at_publication = Remembered(lambda: at_publication(person("author")).pk)


@pytest.fixture
def draft(db: None) -> Any:
    return PublicationPage.objects.get(pk=_draft())


@pytest.fixture
def waiting(db: None) -> Any:
    """A page that waits for publication."""
    return PublicationPage.objects.get(pk=_at_publication())


def current(page: Page) -> Any:
    state = state_of(page)
    assert state is not None
    return state.current_task_state.specific


def seen(page: Page) -> str:
    newest = review_rules.newest_revision(page)
    assert newest is not None
    return review_rules.text_digest(newest.content)


def door_of_the_form(user: User, page: Any, action: str) -> None:
    """The page's own form, as its menu sends it."""
    extra = json.dumps(
        {"seen": seen(page), "comment": "", "publish_at": "2031-01-01T00:00"} if action == "schedule" else {"seen": seen(page)}
    )
    Tab(user, page).post(
        **{"action-workflow-action": "1", "workflow-action-name": action, "workflow-action-extra-data": extra},
    )


def door_of_the_dialogue(user: User, page: Any, action: str) -> None:
    """The address of the step itself."""
    url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, current(page).pk])
    signed_in(user).post(url, {"seen": seen(page), "comment": "", "publish_at": "2031-01-01T00:00"})


def door_of_another_page(user: User, page: Any, action: str) -> None:
    """The address of a step, on a page of one's own choosing."""
    other = at_review(person("author"))
    url = reverse("wagtailadmin_pages:workflow_action", args=[other.pk, action, current(page).pk])
    signed_in(user).post(url, {"seen": seen(page), "comment": "", "publish_at": "2031-01-01T00:00"})


def door_of_code(user: User, page: Any, action: str) -> None:
    """The step as a function, as any code may call it."""
    state = current(page)
    answers = {"seen": seen(page), "publish_at": "2031-01-01T00:00"}
    with pytest.raises(StepRefused), transaction.atomic():
        state.task.specific.on_action(state, user, action, **answers)


STEPS = [door_of_the_form, door_of_the_dialogue, door_of_another_page, door_of_code]


@pytest.mark.parametrize("door", STEPS)
def test_whoever_submitted_does_not_approve(door: Callable[..., None]) -> None:
    everything = person(*EVERYTHING)
    page = at_review(everything)
    before = current(page).pk
    door(everything, page, "approve")
    assert current(page).pk == before
    assert current(page).status == "in_progress"


@pytest.mark.parametrize("door", STEPS)
def test_whoever_wrote_a_version_does_not_approve_what_another_submitted(door: Callable[..., None]) -> None:
    everything = person(*EVERYTHING)
    page = make_draft(everything)
    Tab(person("author"), page).submit(title="Of both")
    before = current(page).pk
    door(everything, fresh(page), "approve")
    assert current(page).pk == before


@pytest.mark.parametrize("door", STEPS)
@pytest.mark.parametrize("action", ["publish", "schedule"])
def test_whoever_wrote_does_not_publish(door: Callable[..., None], action: str) -> None:
    everything = person(*EVERYTHING)
    page = at_publication(everything)
    door(everything, page, action)
    assert (fresh(page).live, fresh(page).approved_schedule) == (False, False)
    assert current(page).status == "in_progress"


@pytest.mark.parametrize("door", STEPS)
@pytest.mark.parametrize("roles", [(), ("author",), ("reviewer",), ("site_administrator",), ("support",)], ids=str)
def test_only_editors_publish(waiting: Any, door: Callable[..., None], roles: tuple[str, ...]) -> None:
    door(person(*roles), waiting, "publish")
    assert not fresh(waiting).live


@pytest.mark.parametrize("door", STEPS)
def test_a_superuser_takes_no_step_without_being_of_the_group(waiting: Any, door: Callable[..., None]) -> None:
    door(superuser(), waiting, "publish")
    assert not fresh(waiting).live


def test_a_superuser_is_told_whom_to_ask(author: User) -> None:
    editor = person("editor", first_name="Eva", last_name="Editora")
    page = at_publication(author)
    tab = Tab(superuser(), page)
    assert "Edición" in tab.says()
    assert review_rules.colleague_name(editor) in tab.says()
    assert not {"Publish", "Publish now", "Approve"} & set(tab.menu())


def test_what_one_may_not_do_is_not_offered_and_it_is_said_why() -> None:
    everything = person(*EVERYTHING)
    page = at_review(everything)
    tab = Tab(everything, page)
    assert not {"Approve", "Send back with a remark", "Publish"} & set(tab.menu())
    assert "You wrote or submitted this text" in tab.says()
    answer = tab.client.get(tab.dialogue_url("approve"), headers={"x-requested-with": "XMLHttpRequest"}).json()
    assert "You wrote or submitted this text" in answer["html"]


def test_resubmitting_counts_as_submitting(author: User, reviewer: User) -> None:
    page = at_review(author)
    Tab(reviewer, page).take("reject", comment="No.")
    everything = person(*EVERYTHING)
    Tab(everything, page).submit()
    assert everything.pk in review_rules.authors(fresh(page))
    assert "Approve" not in Tab(everything, page).menu()


def test_what_is_published_begins_anew(author: User) -> None:
    """Whoever wrote the last version may review the next one, which others write."""
    both = person("author", "reviewer")
    page = at_publication(both)
    Tab(person("editor"), page).take("publish")
    Tab(author, page).submit(title="Next")
    assert review_rules.authors(fresh(page)) == {author.pk}
    assert "Approve" in Tab(both, page).menu()


# Doors around the workflow. None of them publishes, for nobody.


def by_the_button(user: User, page: Any) -> None:
    Tab(user, page).publish(title="By the button")


def by_reverting(user: User, page: Any) -> None:
    first = review_rules.revisions_of(page).first()
    assert first is not None
    url = reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, first.pk])
    signed_in(user).post(url, form_data(page, user, **{"action-publish": "1"}))


def by_bulk(user: User, page: Any) -> None:
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    signed_in(user).post(f"{url}?id={page.pk}&next=/admin/", {"include_descendants": "on"})


def by_bulk_from_above(user: User, page: Any) -> None:
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    signed_in(user).post(f"{url}?id={library().pk}&next=/admin/", {"include_descendants": "on"})


def by_the_admins_api(user: User, page: Any) -> None:
    url = reverse("wagtailadmin_api:pages:action", args=[page.pk, "publish"])
    assert signed_in(user).post(url, {}, content_type="application/json").status_code == 404


def by_a_date_in_the_form(user: User, page: Any) -> None:
    Tab(user, page).save(go_live_at="2001-01-01 00:00", expire_at="2001-01-02 00:00")


def by_code_for_a_person(user: User, page: Any) -> None:
    with pytest.raises(PublishPagePermissionError):
        page.get_latest_revision().publish(user=user)


def by_an_action(user: User, page: Any) -> None:
    with pytest.raises(PublishPagePermissionError):
        PublishPageRevisionAction(page.get_latest_revision(), user=user).execute()


def by_the_action_of_the_api(user: User, page: Any) -> None:
    """API v3 is not routed; if it were, this is what it would call."""
    with pytest.raises(NoReverseMatch):
        reverse("wagtailapi_v3:root")
    action = EditPageAction(page, user=user, publish=True)
    with pytest.raises(PermissionDenied):
        action.check_publish()


def by_code_that_forgets_who_asks(user: User, page: Any) -> None:
    """What wagtail-localize does inside a request to the admin."""
    with LogContext(user=user):
        page.get_latest_revision().publish()
    assert PageLogEntry.objects.filter(page=page.pk, action="puente.review.held").exists()


PUBLISHERS = [lambda: person("editor"), lambda: person("site_administrator"), superuser]
AROUND = [
    by_the_button,
    by_reverting,
    by_bulk,
    by_bulk_from_above,
    by_the_admins_api,
    by_a_date_in_the_form,
    by_code_for_a_person,
    by_an_action,
    by_the_action_of_the_api,
    by_code_that_forgets_who_asks,
]


@pytest.mark.parametrize("door", AROUND)
@pytest.mark.parametrize(
    "who", [lambda: person("editor"), lambda: person("site_administrator"), superuser], ids=["editor", "admin", "root"]
)
def test_nobody_publishes_around_the_review(draft: Any, who: Callable[[], User], door: Callable[..., None]) -> None:
    door(who(), draft)
    page = fresh(draft)
    assert (page.live, page.approved_schedule, page.go_live_at) == (False, False, None)


def test_the_button_saves_a_draft_and_says_so(author: User, editor: User) -> None:
    page = make_draft(author)
    tab = Tab(editor, page)
    assert "nobody publishes directly" in tab.says(tab.publish(title="Kept"))
    assert fresh(page).get_latest_revision_as_object().title == "Kept"


@pytest.mark.parametrize("who", [lambda: person("editor"), superuser], ids=["editor", "root"])
def test_a_new_page_is_not_published_at_once(who: Callable[[], User]) -> None:
    user = who()
    page = make_draft(user)
    client = signed_in(user)
    url = reverse("wagtailadmin_pages:add", args=["knowledge", "publicationpage", library().pk])
    html = client.get(url).content.decode()
    assert "Submit for review" in html
    assert 'name="action-publish"' not in html
    client.post(url, form_data(page, user, title="At once", slug="at-once", **{"action-publish": "1"}))
    made = Page.objects.get(slug="at-once")
    assert not made.live


def test_a_copy_is_a_draft(waiting: Any, editor: User) -> None:
    page = waiting
    Tab(editor, page).take("publish")
    url = reverse("wagtailadmin_pages:copy", args=[page.pk])
    client = signed_in(editor)
    html = client.get(url).content.decode()
    assert "publish_copies" not in html
    assert 'name="alias"' not in html
    for extra in ({"publish_copies": "on"}, {"alias": "on"}):
        slug = f"copy-{next(iter(extra)).replace('_', '-')}"
        client.post(url, {"new_title": "Copy", "new_slug": slug, "new_parent_page": library().pk, **extra})
        copy = Page.objects.get(slug=slug)
        assert (copy.live, copy.alias_of_id) == (False, None)


def test_a_copy_by_the_admins_api_is_refused(waiting: Any, editor: User) -> None:
    page = waiting
    Tab(editor, page).take("publish")
    for action in ("copy", "create_alias", "copy_for_translation", "unpublish", "revert_to_page_revision"):
        url = reverse("wagtailadmin_api:pages:action", args=[page.pk, action])
        answer = signed_in(editor).post(url, {"title": "Mine", "slug": "mine"}, content_type="application/json")
        assert answer.status_code == 404
    assert PublicationPage.objects.count() == 1


@pytest.fixture
def translation(waiting: Any, django_capture_on_commit_callbacks: Any) -> Translation:
    """A live publication, and its translation by wagtail-localize, switched on."""
    page = waiting
    Tab(person("editor"), page).take("publish")
    source, _created = TranslationSource.get_or_create_from_instance(fresh(page))
    made: Translation = Translation.objects.create(source=source, target_locale=Locale.objects.get(language_code="en"))
    with django_capture_on_commit_callbacks(execute=True):
        made.save_target(publish=False)
    return made


def test_the_translation_editor_publishes_nothing(translation: Translation, editor: User, django_capture_on_commit_callbacks: Any) -> None:
    target = translation.get_target_instance()
    assert not target.live
    with django_capture_on_commit_callbacks(execute=True):
        signed_in(editor).post(reverse("wagtailadmin_pages:edit", args=[target.pk]), {"action": "publish"})
    assert not fresh(target).live


def test_updating_translations_publishes_nothing(translation: Translation, editor: User, django_capture_on_commit_callbacks: Any) -> None:
    url = reverse("wagtail_localize:update_translations", args=[translation.source_id])
    with django_capture_on_commit_callbacks(execute=True):
        answer = signed_in(editor).post(url, {"publish_translations": "on"}, follow=True)
    assert not fresh(translation.get_target_instance()).live
    assert "each language has a review of its own" in answer.content.decode()


def test_submitting_a_translation_publishes_nothing(author: User, editor: User, django_capture_on_commit_callbacks: Any) -> None:
    page = at_publication(author)
    Tab(editor, page).take("publish")
    french = Locale.objects.get(language_code="fr")
    url = reverse("wagtail_localize:submit_page_translation", args=[page.pk])
    with django_capture_on_commit_callbacks() as callbacks:
        signed_in(author).post(url, {"locales": [french.pk]})
    # As in a request: the transaction ends inside it, and the log knows who acts.
    with LogContext(user=author):
        for callback in callbacks:
            callback()
    made = PublicationPage.objects.get(locale=french)
    assert not made.live
    assert not Translation.objects.get(target_locale=french).enabled, "edited as a page of its own, with a review of its own"


def test_a_translation_is_not_turned_into_an_alias(translation: Translation, editor: User) -> None:
    target = translation.get_target_instance()
    url = reverse("wagtail_localize:convert_to_alias", args=[target.pk])
    signed_in(editor).post(url)
    assert (fresh(target).live, fresh(target).alias_of_id) == (False, None)


def test_another_workflow_publishes_nothing(author: User) -> None:
    """A site administrator may put another workflow on the library; then the last step is refused."""
    editor = person("editor")
    other = Workflow.objects.create(name="Quick")
    task = GroupApprovalTask.objects.create(name="Quick")
    task.groups.add(group_of(EDITOR))  # type: ignore[arg-type]
    WorkflowTask.objects.create(workflow=other, task=Task.objects.get(pk=task.pk))
    WorkflowPage.objects.filter(page__in=LibraryPage.objects.all()).update(workflow=other)
    page = make_draft(author)
    Tab(author, page).submit()
    state = current(page)
    with pytest.raises(PublishPagePermissionError), transaction.atomic():
        state.approve(user=editor)
    assert not fresh(page).live


def test_a_version_written_over_after_the_review_is_not_published(author: User, editor: User) -> None:
    """Wagtail's autosave may write over a revision that a reviewer has approved; its digest gives it away."""
    both = person("reviewer", "editor")
    page = at_review(author)
    Tab(both, page).save()
    Tab(both, page).take("approve")
    revision = review_rules.newest_revision(page)
    assert revision is not None
    draft = fresh(page).get_latest_revision_as_object()
    draft.title = "Written over"
    draft.save_revision(user=both, overwrite_revision=revision)
    assert "Send to review again" in Tab(editor, page).menu()
    door_of_code(editor, page, "publish")
    assert not fresh(page).live


def test_groups_are_asked_each_time(author: User) -> None:
    page, colleague = at_review(author), person("author", "reviewer")
    tab = Tab(colleague, page)
    answered = tab.ask("approve")
    colleague.groups.clear()
    give_role(user=colleague, role=AUTHOR)
    extra = json.dumps(answered["cleaned_data"])
    answer = tab.post(**{"action-workflow-action": "1", "workflow-action-name": "approve", "workflow-action-extra-data": extra})
    assert "you are not in it" in tab.says(answer)
    assert current(page).status == "in_progress"


def test_code_that_runs_for_nobody_publishes_as_ever(author: User) -> None:
    page = make_draft(author)
    page.save_revision().publish()
    assert fresh(page).live
