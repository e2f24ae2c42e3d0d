"""What each role does with pages, act by act: tried by Wagtail's own views, and seen in what the database says afterwards.

Taken from the descriptions of the roles (docs/guides/en). Whoever only comments on drafts deletes none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, Page

from accounts.models import User
from accounts.roles import BY_KEY, ROLES, Role
from core.models import BasePage, HomePage, StandardPage
from courses.models import CataloguePage, CoursePage, LessonPage
from editorial.services.ensure_workflow import ensure_workflow
from knowledge.models import PublicationPage
from tests.accounts.staff import colleague
from tests.architecture.conftest import home, one_page_of_each, publish_below
from tests.editorial.desk import Tab, make_draft

__all__ = ["home", "one_page_of_each"]  # fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.database]
Act = Callable[[Client, Page], Any]
BULK = "/admin/bulk/wagtailcore/page"


def page_url(name: str, *args: Any) -> str:
    return reverse(f"wagtailadmin_pages:{name}", args=args)


def copied(page: Page, **more: Any) -> dict[str, Any]:
    return {"new_title": "Copy", "new_slug": "a-copy", "new_parent_page": page.get_parent().pk, **more}


# What a view is sent. Each answers whether the act was done by what it leaves behind, and never by what the view says.
ACTS: dict[str, Act] = {
    "delete": lambda client, page: client.post(page_url("delete", page.pk)),
    "delete in bulk": lambda client, page: client.post(f"{BULK}/delete/?id={page.pk}&next=/admin/"),
    "move": lambda client, page: client.get(page_url("move", page.pk)),
    "move in bulk": lambda client, page: client.get(f"{BULK}/move/?id={page.pk}&next=/admin/"),
    "copy": lambda client, page: client.post(page_url("copy", page.pk), copied(page)),
    "alias": lambda client, page: client.post(page_url("copy", page.pk), copied(page, alias="on")),
    "unpublish": lambda client, page: client.post(page_url("unpublish", page.pk)),
    "unpublish in bulk": lambda client, page: client.post(f"{BULK}/unpublish/?id={page.pk}&next=/admin/"),
    "publish in bulk": lambda client, page: client.post(f"{BULK}/publish/?id={page.pk}&next=/admin/"),
    "lock": lambda client, page: client.post(page_url("lock", page.pk)),
    "unlock": lambda client, page: client.post(page_url("unlock", page.pk)),
    "translate": lambda client, page: client.post(
        reverse("wagtail_localize:submit_page_translation", args=[page.pk]), {"locales": [Locale.objects.get(language_code="fr").pk]}
    ),
    "look": lambda client, page: client.get(page_url("history", page.pk)),
    "edit": lambda client, page: client.get(page_url("edit", page.pk)),
}
# Where to, is asked next: a page moves within its language, in which there is one library and one catalogue.
LOOKS = {"look", "edit", "move", "move in bulk"}
# A page that is locked, for the act that takes it away.
LOCKED = {"unlock"}


def trace(page: Page) -> Any:
    rows = Page.objects.filter(pk=page.pk).values_list("path", "live", "locked", "alias_of")
    below = Page.objects.filter(translation_key=page.translation_key).count()
    return list(rows), Page.objects.count(), below


def is_done(client: Client, act: str, page: Page) -> bool:
    """Try an act, and take back what it did."""
    with transaction.atomic():
        if act in LOCKED:
            Page.objects.filter(pk=page.pk).update(locked=True, locked_by=User.objects.create_superuser("lock@example.org"))
        before = trace(page)
        answer = ACTS[act](client, page)
        assert answer.status_code < 500, act
        if act == "move in bulk":
            done = answer.status_code == 200 and [item["item"].pk for item in answer.context["items"]] == [page.pk]
        elif act == "alias":
            done = Page.objects.filter(alias_of=page.pk).exists()
        else:
            done = answer.status_code == 200 if act in LOOKS else trace(page) != before
        transaction.set_rollback(True)
    return bool(done)


# The library. An author writes drafts and hands them on; a reviewer reads and comments; an editor publishes what was reviewed,
# and looks after what is published: takes it out, and deletes what nobody needs.
OWN_DRAFT, OTHERS_DRAFT, IN_REVIEW, APPROVED, PUBLISHED = (
    "own draft",
    "others' draft",
    "draft in review",
    "approved draft",
    "published work",
)
COURSE, LESSON, PLAIN = "course", "lesson", "plain page"
TAKE_AWAY = {"delete", "delete in bulk", "move", "move in bulk"}
KEEP = {"lock", "unlock"}
READ = {"look", "edit"}
UNPUBLISH = {"unpublish", "unpublish in bulk"}
EVERYTHING_TO_A_DRAFT = READ | TAKE_AWAY | KEEP | {"copy", "translate"}

MAY: dict[str, dict[str, set[str]]] = {
    "author": {
        OWN_DRAFT: READ | TAKE_AWAY | {"copy", "translate"},
        OTHERS_DRAFT: READ | {"copy", "translate"},
        IN_REVIEW: READ | {"copy", "translate"},
        APPROVED: READ | {"copy", "translate"},
        PUBLISHED: READ | {"copy", "translate"},
        COURSE: READ | {"copy", "translate"} | KEEP | UNPUBLISH | TAKE_AWAY,
        LESSON: READ | {"copy", "translate"} | KEEP | UNPUBLISH | TAKE_AWAY,
        PLAIN: set(),
    },
    "reviewer": {
        OWN_DRAFT: READ,
        OTHERS_DRAFT: READ,
        IN_REVIEW: READ,
        APPROVED: READ,
        PUBLISHED: READ,
        COURSE: set(),
        LESSON: set(),
        PLAIN: set(),
    },
    "editor": {
        OWN_DRAFT: EVERYTHING_TO_A_DRAFT,
        OTHERS_DRAFT: EVERYTHING_TO_A_DRAFT,
        IN_REVIEW: EVERYTHING_TO_A_DRAFT,
        APPROVED: EVERYTHING_TO_A_DRAFT,
        PUBLISHED: EVERYTHING_TO_A_DRAFT | UNPUBLISH,
        COURSE: set(),
        LESSON: set(),
        PLAIN: set(),
    },
    "certificate_administrator": {},
    "support": {},
    "site_administrator": {
        OWN_DRAFT: EVERYTHING_TO_A_DRAFT,
        OTHERS_DRAFT: EVERYTHING_TO_A_DRAFT,
        IN_REVIEW: EVERYTHING_TO_A_DRAFT,
        APPROVED: EVERYTHING_TO_A_DRAFT,
        PUBLISHED: EVERYTHING_TO_A_DRAFT | UNPUBLISH,
        COURSE: EVERYTHING_TO_A_DRAFT | UNPUBLISH,
        LESSON: EVERYTHING_TO_A_DRAFT | UNPUBLISH,
        PLAIN: EVERYTHING_TO_A_DRAFT | UNPUBLISH | {"alias"},
    },
}
THINGS = (OWN_DRAFT, OTHERS_DRAFT, IN_REVIEW, APPROVED, PUBLISHED, COURSE, LESSON, PLAIN)


def page_for(thing: str, person: User, pages: dict[type[BasePage], BasePage]) -> Page:
    """The page that an act is tried on."""
    if thing == OWN_DRAFT:
        return make_draft(person)
    if thing in {OTHERS_DRAFT, IN_REVIEW, APPROVED}:
        author = User.objects.filter(email="somebody@example.org").first() or colleague(BY_KEY["author"], "somebody@example.org")
        draft = make_draft(author)
        if thing != OTHERS_DRAFT:
            Tab(author, draft).submit()
        if thing == APPROVED:
            Tab(colleague(BY_KEY["reviewer"], "reader@example.org"), draft).take("approve")
        return draft
    if thing == PUBLISHED:
        return pages[PublicationPage]
    if thing == COURSE:
        return publish_below(pages[CataloguePage], CoursePage(title="Otro", slug="otro", summary="Otro."))
    if thing == LESSON:
        return pages[LessonPage]
    home = pages[HomePage]
    return publish_below(home, StandardPage(title="Otra", slug="otra"))


def test_the_table_names_every_role_and_every_thing() -> None:
    assert set(MAY) == set(BY_KEY)
    assert all(set(found) in (set(), set(THINGS)) for found in MAY.values())


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.key)
def test_each_role_does_with_pages_what_its_description_says(one_page_of_each: dict[type[BasePage], BasePage], role: Role) -> None:
    ensure_workflow()
    person = colleague(role)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    pages = {thing: page_for(thing, person, one_page_of_each) for thing in THINGS}
    done = {thing: {act for act in ACTS if is_done(client, act, page)} for thing, page in pages.items()}
    assert done == {thing: MAY[role.key].get(thing, set()) for thing in THINGS}
