"""Drafts of the demo, one for each place in the review: begun, in review, sent back, waiting for an editor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from wagtail.models import PageLogEntry

from accounts import demo as accounts_demo
from accounts.models import User
from accounts.roles import AUTHOR, REVIEWER, Role
from core.seeding import Report, demo_key
from editorial import handlers, review_rules
from knowledge.models import Contribution, Contributor, LibraryPage, PublicationPage

FILE = Path(__file__).parent / "content" / "drafts" / "es.yaml"


def _contents() -> list[dict[str, Any]]:
    contents: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return contents


def _with(role: Role) -> User:
    """Return the demo account of a role."""
    return accounts_demo.account(next(demo for demo in accounts_demo.STAFF if demo.role is role))


def seed_drafts(team: Contributor, report: Report) -> None:
    """Write what is missing, as the demo's author, and take each draft to its place as the demo's reviewer."""
    author, reviewer = _with(AUTHOR), _with(REVIEWER)
    library = LibraryPage.objects.get(locale__language_code=FILE.stem)
    for content in _contents():
        key = demo_key("draft", content["slug"])
        if PublicationPage.objects.filter(translation_key=key).exists():
            continue
        page = _written(library, key, content, team, author)
        if content["state"] != "draft":
            _submit(page, author)
        if content["state"] in {"sent_back", "reviewed"}:
            _decide(page, reviewer, "reject" if content["state"] == "sent_back" else "approve", content.get("remark", ""))
        report(f"es  {page.title} ({content['state']})")


def _written(library: LibraryPage, key: Any, content: dict[str, Any], team: Contributor, author: User) -> PublicationPage:
    page = PublicationPage(
        title=content["title"],
        slug=content["slug"],
        kind=content["kind"],
        topic=content["topic"],
        abstract=content["abstract"],
        body=json.dumps([{"type": "rich_text", "value": text} for text in content["text"]]),
        contributions=[Contribution(contributor=team)],
        translation_key=key,
        locale=library.locale,
        owner=author,
        live=False,
    )
    library.add_child(instance=page)
    page.save_revision(user=author, log_action=True)
    return page


def _submit(page: PublicationPage, author: User) -> None:
    workflow = page.get_workflow()
    if workflow is not None:
        workflow.start(page, author)


def _decide(page: PublicationPage, reviewer: User, action: str, remark: str) -> None:
    state, newest = page.current_workflow_state, review_rules.newest_revision(page)
    if state is not None and newest is not None:
        data = {"seen": review_rules.text_digest(newest.content), "comment": remark}
        handlers.handle_step(task_state=state.current_task_state, user=reviewer, action=action, data=data)


def remove_drafts(report: Report) -> None:
    """Delete the drafts on which nobody but the demo's own accounts has worked."""
    demo = set(User.objects.filter(email__in=[account.email for account in accounts_demo.ACCOUNTS]).values_list("pk", flat=True))
    for content in _contents():
        for page in PublicationPage.objects.filter(translation_key=demo_key("draft", content["slug"])):
            hands = set(PageLogEntry.objects.filter(page=page.pk).values_list("user_id", flat=True)) - {None}
            hands |= set(page.revisions.exclude(user=None).values_list("user_id", flat=True))
            if page.live or hands - demo:
                report(f"kept: es  {page.title} (people have worked on it)")
                continue
            page.delete()
            report(f"removed: es  {page.title}")
