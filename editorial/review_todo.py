"""Find the review work that waits for a person: to review, to publish, sent back, with a date, and steps nobody can take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision, WorkflowState

from accounts.models import User
from accounts.roles import SITE_ADMINISTRATOR
from editorial import review_rules
from editorial.guides import groups_of
from editorial.models import PublishTask, ReviewState, ReviewTask
from editorial.todo import SOURCES, Item, Source

SHOWN = 5
STEPS: tuple[Any, ...] = (ReviewTask, PublishTask)
Waiting = tuple[Page, datetime]


def register_sources() -> None:
    """Enter what the review has waiting. Called from `ready()`."""
    SOURCES.register(Source(name="review", items_for=of_review))


def of_review(user: User) -> Iterator[Item]:
    """Return the lines of one person."""
    mine, stuck = _open_steps(user)
    yield _item("review", _("Texts to review"), [(page, since) for kind, page, since in mine if kind is ReviewTask])
    yield _item("publish", _("Texts to publish"), [(page, since) for kind, page, since in mine if kind is PublishTask])
    yield _item("sent_back", _("Sent back to you"), _sent_back(user))
    yield _item("scheduled", _("With a date that you gave"), _scheduled(user))
    if stuck:
        yield _item("stuck", _("Nobody can take this step"), stuck)


def _item(key: str, label: str, waiting: Sequence[Waiting]) -> Item:
    ordered = sorted(waiting, key=lambda pair: pair[1])
    titles = tuple((page.draft_title or page.title, _edit_url(page)) for page, _since in ordered[:SHOWN])
    url = titles[0][1] if len(ordered) == 1 else reverse("waiting") + f"#{key}"
    return Item(key, label, len(ordered), url, ordered[0][1] if ordered else None, titles)


def _edit_url(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def _open_steps(user: User) -> tuple[list[tuple[type, Page, datetime]], list[Waiting]]:
    """Return the steps that a person can take now, and, for those who look after the site, the steps that nobody can take."""
    groups = groups_of(user)
    helps = user.is_superuser or bool(set(groups.values()) & set(SITE_ADMINISTRATOR.names.values()))
    states = [state for state in _open_states() if state.task.specific_class in STEPS]
    of_task = _groups_of_tasks() if states else {}
    states = [state for state in states if helps or of_task[state.task_id] & set(groups)]
    pages = Page.objects.in_bulk([int(state.workflow_state.object_id) for state in states]) if states else {}
    rounds = [state.workflow_state for state in states if int(state.workflow_state.object_id) in pages]
    authors = review_rules.authors_of(list(pages.values()), rounds) if pages else {}
    members = _members(of_task) if helps and states else {}
    mine, stuck = [], []
    for state in states:
        page = pages.get(int(state.workflow_state.object_id))
        if page is None:
            continue
        if of_task[state.task_id] & set(groups) and user.pk not in authors[page.pk]:
            mine.append((state.task.specific_class, page, state.started_at))
        if helps and not members[state.task_id] - authors[page.pk]:
            stuck.append((page, state.started_at))
    return mine, stuck


def _open_states() -> QuerySet[ReviewState]:
    in_progress = ReviewState.objects.filter(status=ReviewState.STATUS_IN_PROGRESS, workflow_state__status=WorkflowState.STATUS_IN_PROGRESS)
    return cast("QuerySet[ReviewState]", in_progress.select_related("workflow_state", "task"))


def _groups_of_tasks() -> dict[int, set[int]]:
    """Return the groups of each step. One query."""
    through = (kind.groups.through.objects.values_list(f"{kind._meta.model_name}_id", "group_id") for kind in STEPS)
    found: dict[int, set[int]] = defaultdict(set)
    for task_id, group_id in next(through).union(*through):
        found[task_id].add(group_id)
    return found


def _members(of_task: dict[int, set[int]]) -> dict[int, set[int]]:
    """Return the people of each step."""
    of_group: dict[int, set[int]] = defaultdict(set)
    everyone = User.objects.filter(is_active=True, groups__in=set().union(*of_task.values()))
    for user_id, group_id in everyone.values_list("pk", "groups"):
        of_group[group_id].add(user_id)
    return defaultdict(set, {task_id: set().union(*(of_group[group] for group in groups)) for task_id, groups in of_task.items()})


def _sent_back(user: User) -> list[Waiting]:
    """Return the pages that came back to whoever submitted them."""
    states = WorkflowState.objects.filter(
        status=WorkflowState.STATUS_NEEDS_CHANGES, requested_by=user, current_task_state__reviewstate__isnull=False
    ).select_related("current_task_state")
    pages = Page.objects.in_bulk([int(state.object_id) for state in states])
    return [
        (pages[int(state.object_id)], state.current_task_state.finished_at or state.created_at)
        for state in states
        if int(state.object_id) in pages
    ]


def _scheduled(user: User) -> list[Waiting]:
    """Return the pages that go live on a date which this person gave."""
    revisions = Revision.objects.filter(
        approved_go_live_at__isnull=False, task_states__reviewstate__isnull=False, task_states__finished_by=user
    ).filter(task_states__task__in=PublishTask.objects.values("pk"))
    dates = {int(object_id): date for object_id, date in revisions.values_list("object_id", "approved_go_live_at")}
    return [(page, dates[page.pk]) for page in Page.objects.in_bulk(list(dates)).values()]
