"""The rules of "Review and publish": what counts as the same text, who wrote it, and who may therefore take a step.

Named reads only. What is done with the answers stands in `editorial.services.take_step`; the words in which a person is told
that they can't take a step are made here, so that every door says the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, cast

from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.models import (
    COMMENTS_RELATION_NAME,
    Page,
    PageLogEntry,
    Revision,
    Task,
    WorkflowState,
    get_default_page_content_type,
)

from accounts.models import User
from accounts.roles import SITE_ADMINISTRATOR

# What a revision holds beside the text: where the page stands, its dates, and remarks on it. Whoever only writes a remark
# has not written the text.
BESIDE_THE_TEXT = frozenset(
    {
        COMMENTS_RELATION_NAME,
        *("pk", "path", "depth", "numchild", "url_path", "draft_title", "content_type", "translation_key", "locale", "alias_of"),
        *("live", "has_unpublished_changes", "live_revision", "latest_revision", "latest_revision_created_at"),
        *("first_published_at", "last_published_at", "go_live_at", "expire_at", "expired"),
        *("owner", "locked", "locked_at", "locked_by"),
    }
)
ROW_NUMBERS = frozenset({"id", "pk", "page"})
DRAFTAIL_KEY = re.compile(r' data-block-key="[^"]*"')
BETWEEN_TAGS = re.compile(r">\s+<")
SUBMITTED = ("wagtail.workflow.start", "wagtail.workflow.resume")


def text_digest(content: dict[str, Any]) -> str:
    """Return what tells one text from another, from the content of a revision: 64 characters."""
    text = {name: _meaning(value) for name, value in content.items() if name not in BESIDE_THE_TEXT}
    return hashlib.sha256(json.dumps(text, sort_keys=True, default=str).encode()).hexdigest()


def _meaning(value: Any) -> Any:
    """Return a value without what a form changes although nobody typed anything.

    Browsers send other line ends, Draftail gives paragraphs keys of its own, and rows (authors, countries, blocks) get their
    numbers when they are saved. Whoever only opened a text and wrote a remark must not count as its writer.
    """
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, dict):
        return {name: _meaning(item) for name, item in value.items() if name not in ROW_NUMBERS}
    if isinstance(value, list | tuple):
        return [_meaning(item) for item in value]
    return value


def _plain(text: str) -> Any:
    if text.startswith(("[{", "[]")):  # a StreamField
        try:
            return _meaning(json.loads(text))
        except ValueError:
            pass
    text = DRAFTAIL_KEY.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return BETWEEN_TAGS.sub("><", text).strip()


def revisions_of(page: Page) -> QuerySet[Revision]:
    """The revisions of a page, oldest first."""
    revisions = Revision.objects.filter(base_content_type=page.get_base_content_type(), object_id=str(page.pk))
    return cast("QuerySet[Revision]", revisions.order_by("created_at", "pk"))


def newest_revision(page: Page) -> Revision | None:
    """The newest revision, read from the database and not from what the page remembers."""
    return revisions_of(page).last()


def _since_publication(page: Page, revisions: Sequence[Revision]) -> tuple[list[Revision], int | None]:
    """Return the revisions since the page was last published, all when it never was, and the one they began with."""
    live = next((revision for revision in revisions if revision.pk == page.live_revision_id), None)
    since = live.created_at if live else page.last_published_at
    return [revision for revision in revisions if since is None or revision.created_at > since], live.pk if live else None


def _ends(revisions: Sequence[Revision]) -> list[Revision]:
    """Return the last of each row of revisions by one person: only there the text is compared."""
    following = [*(revision.user_id for revision in revisions[1:]), object()]
    return [revision for revision, user_id in zip(revisions, following, strict=True) if revision.user_id != user_id]


def _changers(revisions: Sequence[Revision], base: int | None, digests: dict[int, str]) -> set[int]:
    """Return the people who changed the text; remarks change no text."""
    before, found = digests.get(base or 0, ""), set()
    for revision in _ends(revisions):
        if digests[revision.pk] != before and revision.user_id is not None:
            found.add(revision.user_id)
        before = digests[revision.pk]
    return found


def authors(page: Page) -> set[int]:
    """Return who can neither approve nor publish the page: those who wrote or submitted what is not published yet."""
    mark = (page.latest_revision_id, page.latest_revision_created_at, page.last_published_at)
    known: tuple[Any, set[int]] | None = getattr(page, "_authors", None)
    if known is None or known[0] != mark:
        known = (mark, authors_of([page])[page.pk])
        page._authors = known
    return set(known[1])


def authors_of(pages: Sequence[Page], states: Iterable[WorkflowState] | None = None) -> dict[int, set[int]]:
    """Return the authors of many pages by their ids, in a number of queries that does not grow with them.

    `states` are the open workflows of the pages, where they are known already.
    """
    ids = [str(page.pk) for page in pages]
    revisions: dict[str, list[Revision]] = {pk: [] for pk in ids}
    is_a_page = get_default_page_content_type()
    wanted = Revision.objects.filter(base_content_type=is_a_page, object_id__in=ids)
    for revision in wanted.order_by("created_at", "pk").only("object_id", "user_id", "created_at"):
        revisions[revision.object_id].append(revision)
    unpublished = {page.pk: _since_publication(page, revisions[str(page.pk)]) for page in pages}
    needed = {pk for rows, base in unpublished.values() for pk in [*(row.pk for row in _ends(rows)), base] if pk}
    digests = {revision.pk: text_digest(revision.content) for revision in Revision.objects.filter(pk__in=needed)}
    submitted: dict[int, set[int]] = {page.pk: set() for page in pages}
    entries = PageLogEntry.objects.filter(page__in=[page.pk for page in pages], action__in=SUBMITTED, user_id__isnull=False)
    published = {page.pk: page.last_published_at for page in pages}
    for page_id, user_id, timestamp in entries.values_list("page_id", "user_id", "timestamp"):
        if published[page_id] is None or timestamp > published[page_id]:
            submitted[page_id].add(user_id)
    if states is None:
        states = WorkflowState.objects.active().filter(base_content_type=is_a_page, object_id__in=ids)
    for state in states:
        if state.requested_by_id is not None:
            submitted[int(state.object_id)].add(state.requested_by_id)
    return {page.pk: submitted[page.pk] | _changers(*unpublished[page.pk], digests) for page in pages}


def members(task: Task) -> QuerySet[User]:
    """The people who may take a step as such: active, and in its groups. Nobody is a member by being a superuser."""
    return User.objects.filter(is_active=True, groups__in=task.specific.groups.all()).distinct()


def site_administrators() -> QuerySet[User]:
    """The people who can help where nobody else can: site administrators, and superusers."""
    role = User.objects.filter(is_active=True, groups__name__in=set(SITE_ADMINISTRATOR.names.values()))
    return (role | User.objects.filter(is_active=True, is_superuser=True)).distinct()


def who_can(task: Task, page: Page) -> list[User]:
    """Return the people who can take a step on this page now, by address."""
    return list(members(task).exclude(pk__in=authors(page)).order_by("email"))


def is_member(task: Task, user: Any) -> bool:
    """Whether somebody may take a step as such; asked of the database each time, for people come and go."""
    groups = Group.objects.filter(pk__in=task.specific.groups.values("pk"), user=user.pk)
    return bool(user.is_active) and User.objects.filter(pk=user.pk, is_active=True).exists() and groups.exists()


def why_not(task: Task, page: Page, user: Any) -> str:
    """Return in words why somebody can't approve or publish a page at a step; nothing when they can."""
    if not user.is_active:
        return _("This account is closed.")
    if not is_member(task, user):
        return _("This step belongs to the group %(groups)s, and you are not in it. %(whom)s") % {
            "groups": groups_in_words(task),
            "whom": whom_to_ask(task, page),
        }
    if user.pk in authors(page):
        return _("You wrote or submitted this text, so somebody else must take this step. %(whom)s") % {"whom": whom_to_ask(task, page)}
    return ""


def groups_in_words(task: Task) -> str:
    """Return the names of a step's groups."""
    return ", ".join(f"“{name}”" for name in task.specific.groups.order_by("name").values_list("name", flat=True)) or "–"


def whom_to_ask(task: Task, page: Page) -> str:
    """Return who can take a step, in a sentence."""
    people = [colleague_name(user) for user in who_can(task, page)[:5]]
    if people:
        return _("Who can: %(people)s.") % {"people": ", ".join(people)}
    return _("At present nobody can: a site administrator must add somebody to the group.")


def colleague_name(user: Any) -> str:
    """Return what a colleague is called in the admin: name, or else address."""
    return str(user.get_full_name().strip() or user.email)
