"""Least privilege, as a table: for each role and each kind of page in the admin, who gets in.

A new view of the admin is a new row of `VIEWS`: its address and the roles it is for. Every other role must be refused.
An address that is in no table fails a test. Views of one thing are in `test_roles_objects.py`.
"""

from __future__ import annotations

from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupApprovalTask, GroupPagePermission, Locale, Page

from accounts.models import User
from accounts.roles import AUTHOR, BY_KEY, EDITOR, EVERYWHERE, LIBRARY, REVIEWER, ROLES, SITE_ADMINISTRATOR, Role, group_of
from accounts.services.make_roles import make_roles
from core.models import BasePage, HomePage, StandardPage
from courses.models import CataloguePage, CoursePage, LessonPage
from knowledge.models import LibraryPage, PublicationPage
from tests.accounts.door import member
from tests.accounts.staff import colleague, in_role
from tests.architecture.audience import Audience, addresses
from tests.architecture.conftest import home, one_page_of_each
from tests.architecture.test_audience import url_of
from tests.bare_site import take_roles_out

__all__ = ["home", "one_page_of_each"]  # fixtures

Pages = dict[type[BasePage], BasePage]
pytestmark = pytest.mark.django_db

ALL = frozenset(BY_KEY)
AUTHORS, REVIEWERS, EDITORS, CERTIFIERS, HELPERS, ADMINISTRATORS = (frozenset({role.key}) for role in ROLES)
PUBLISHERS = AUTHORS | EDITORS | ADMINISTRATORS
IN_PAGES = PUBLISHERS | REVIEWERS
NOBODY: frozenset[str] = frozenset()

# Addresses without arguments, and whom each is for.
VIEWS: dict[str, frozenset[str]] = {
    "/admin/": ALL,
    "/admin/account/": ALL,
    "/admin/guide/": ALL,
    "/admin/waiting/": ALL,  # shows each what waits for them
    "/admin/pages/": IN_PAGES,
    "/admin/pages/search/": IN_PAGES,
    # Reports
    "/admin/reports/aging-pages/": IN_PAGES,
    "/admin/reports/locked/": PUBLISHERS,
    "/admin/reports/progress/": AUTHORS | CERTIFIERS | ADMINISTRATORS,
    "/admin/reports/page-types-usage/": IN_PAGES,
    "/admin/reports/site-history/": ALL,  # shows each only what they may see anyway
    "/admin/reports/workflow/": IN_PAGES,
    "/admin/reports/workflow_tasks/": IN_PAGES,
    "/admin/localize/reports/translations/": IN_PAGES,  # of pages that each may open
    # Snippets
    "/admin/snippets/": NOBODY,  # contributors have a menu item of their own, and there are no others
    "/admin/snippets/knowledge/contributor/": IN_PAGES,
    "/admin/snippets/knowledge/contributor/add/": PUBLISHERS,
    "/admin/snippets/choose/knowledge/contributor/create/": PUBLISHERS,
    "/admin/bin/": ADMINISTRATORS,  # what anybody has deleted
    # Files
    "/admin/images/": PUBLISHERS,
    "/admin/images/add/": PUBLISHERS,
    "/admin/images/multiple/add/": PUBLISHERS,
    "/admin/images/chooser/create/": PUBLISHERS,
    "/admin/documents/": PUBLISHERS,
    "/admin/documents/add/": PUBLISHERS,
    "/admin/documents/multiple/add/": PUBLISHERS,
    "/admin/documents/chooser/create/": PUBLISHERS,
    "/admin/collections/": ADMINISTRATORS,
    "/admin/collections/add/": ADMINISTRATORS,
    # Settings
    "/admin/redirects/": EDITORS | ADMINISTRATORS,
    "/admin/redirects/add/": EDITORS | ADMINISTRATORS,
    "/admin/redirects/import/": EDITORS | ADMINISTRATORS,
    "/admin/users/": ADMINISTRATORS,
    "/admin/users/new/": ADMINISTRATORS,
    "/admin/groups/": ADMINISTRATORS,
    "/admin/groups/new/": ADMINISTRATORS,
    "/admin/sites/": ADMINISTRATORS,
    "/admin/sites/new/": ADMINISTRATORS,
    "/admin/locales/": ADMINISTRATORS,
    "/admin/locales/new/": ADMINISTRATORS,
    "/admin/workflows/list/": ADMINISTRATORS,
    "/admin/workflows/add/": ADMINISTRATORS,
    "/admin/workflows/tasks/index/": ADMINISTRATORS,
    "/admin/workflows/tasks/select_type/": ADMINISTRATORS,
    # The record
    "/admin/learners/": CERTIFIERS | HELPERS | ADMINISTRATORS,
    "/admin/learner-chooser/": CERTIFIERS | HELPERS | ADMINISTRATORS,
    "/admin/enrolments/": CERTIFIERS | HELPERS | ADMINISTRATORS,
    "/admin/attempts/": CERTIFIERS | ADMINISTRATORS,
    "/admin/contested-addresses/": HELPERS | ADMINISTRATORS,
    "/admin/institution-cases/": HELPERS | ADMINISTRATORS,
    "/admin/exports/": CERTIFIERS | ADMINISTRATORS,
    "/admin/certificates/": CERTIFIERS | ADMINISTRATORS,
    "/admin/certificates/audit/": CERTIFIERS | ADMINISTRATORS,
    "/admin/credential_holds/": CERTIFIERS | ADMINISTRATORS,
    "/admin/credential_holds/new/": NOBODY,  # the site makes them
}

# Addresses without arguments that are in no row: how they begin, and why.
WITHOUT_A_ROW: dict[str, str] = {
    "/admin/api/main/": "Wagtail's JSON, which its dialogues ask for: everyone at the desk",
    "/admin/choose-": "dialogues for links in a text: everyone at the desk",
    "/admin/images/chooser/": "a dialogue for a text, with what each may choose; adding there is a row",
    "/admin/documents/chooser/": "the same",
    "/admin/snippets/choose/knowledge/contributor/": "the same",
    "/admin/workflows/task_chooser/": "a dialogue of the form of a workflow, whose own view is a row; a POST asks for the right to add one",
    "/admin/tag-autocomplete/": "words for a field of forms: everyone at the desk",
    "/admin/block-preview/": "a sample of a kind of block: nothing about anybody; 404 without its name",
    "/admin/dismissibles/": "which hints of the desk a person has closed: their own",
    "/admin/localize/jsi18n/": "words of a script",
    "/admin/redirects/import/process/": "the second step of the import, POST only, with the same right",
    "/admin/reports/progress/count/": "POST only, with the right of the report (tests/administration/test_progress_report.py)",
    "/admin/login/": "leads to the door",
    "/admin/logout/": "for everyone who is signed in",
    "/admin/password_reset/": "leads to the door; switched off behind it",
    "/admin/failwhale/": "nothing: Wagtail would fail there on purpose",
    "/admin/test404/": "how Wagtail's page of nothing looks",
    "admin/^.*/$": "whatever does not exist",
}
FRAGMENT = "results/"  # the list of a page without its frame: for the same roles as the page

# Views of a page: the name of the view, the class of the page, and whom it is for.
PAGE_VIEWS: tuple[tuple[str, type[BasePage], frozenset[str]], ...] = (
    ("edit", HomePage, ADMINISTRATORS),
    ("edit", StandardPage, ADMINISTRATORS),
    ("edit", LibraryPage, IN_PAGES),
    ("edit", PublicationPage, IN_PAGES),
    ("history", PublicationPage, IN_PAGES),
    ("unpublish", PublicationPage, EDITORS | ADMINISTRATORS),
    ("delete", PublicationPage, EDITORS | ADMINISTRATORS),
    ("delete", LibraryPage, ADMINISTRATORS),
    ("edit", CataloguePage, AUTHORS | ADMINISTRATORS),
    ("delete", CataloguePage, ADMINISTRATORS),
    ("edit", CoursePage, AUTHORS | ADMINISTRATORS),
    ("history", CoursePage, AUTHORS | ADMINISTRATORS),
    ("unpublish", CoursePage, AUTHORS | ADMINISTRATORS),
    ("delete", CoursePage, ADMINISTRATORS),  # it has pages below it, and people are enrolled
    ("edit", LessonPage, AUTHORS | ADMINISTRATORS),
    ("copy", LessonPage, AUTHORS | ADMINISTRATORS),
)


def without_arguments() -> set[str]:
    """Return every address of the admin that takes none; the route, where it has no example."""
    staff = [address for address in addresses() if address.audience is Audience.STAFF and not address.arguments]
    return {url_of(address) or address.route for address in staff}


def rows() -> dict[str, frozenset[str]]:
    """Return the table, with a row for the fragment of each page that has one."""
    known = without_arguments()
    return VIEWS | {url + FRAGMENT: allowed for url, allowed in VIEWS.items() if url + FRAGMENT in known}


def test_every_address_without_arguments_has_a_row_or_a_reason() -> None:
    known, table = without_arguments(), rows()
    assert {url for url in known - set(table) if not url.startswith(tuple(WITHOUT_A_ROW))} == set()
    assert set(table) - known == set(), "rows of what is no more"
    assert [start for start in WITHOUT_A_ROW if not any(url.startswith(start) for url in known - set(table))] == []


def is_let_in(client: Client, url: str) -> bool:
    """Whether a page is shown; being sent to the front of the admin, or 403, is a refusal. Anything else fails the test."""
    answer = client.get(url)
    if answer.status_code == 302:
        assert answer["Location"] == "/admin/", (url, answer["Location"])
    else:
        assert answer.status_code in {200, 403}, (url, answer.status_code)
    return bool(answer.status_code == 200)


@pytest.fixture
def clients(one_page_of_each: Pages) -> dict[str, Client]:
    """A browser for each role."""
    return {role.key: in_role(role) for role in ROLES}


def wrongly(clients: dict[str, Client], url: str, allowed: frozenset[str]) -> dict[str, str]:
    """Return the roles that are let in, or refused, against the table."""
    found = {key: is_let_in(client, url) for key, client in clients.items()}
    return {key: "let in" if let_in else "refused" for key, let_in in found.items() if let_in is not (key in allowed)}


def test_each_role_gets_where_the_table_says_and_nowhere_else(clients: dict[str, Client]) -> None:
    found = {url: wrong for url, allowed in rows().items() if (wrong := wrongly(clients, url, allowed))}
    assert found == {}


def test_each_role_may_do_with_pages_what_the_table_says(clients: dict[str, Client], one_page_of_each: Pages) -> None:
    found = {}
    for view, page_class, allowed in PAGE_VIEWS:
        url = reverse(f"wagtailadmin_pages:{view}", args=[one_page_of_each[page_class].pk])
        if wrong := wrongly(clients, url, allowed):
            found[view, page_class.__name__] = wrong
    assert found == {}


@pytest.mark.parametrize(
    ("page_class", "publishers", "keepers"),
    [
        (PublicationPage, frozenset(), EDITORS | ADMINISTRATORS),  # published by taking the steps of its review, and by no button
        (CoursePage, AUTHORS | ADMINISTRATORS, AUTHORS | ADMINISTRATORS),
        (HomePage, ADMINISTRATORS, ADMINISTRATORS),
    ],
)
def test_who_may_publish_and_lock(
    one_page_of_each: Pages, page_class: type[BasePage], publishers: frozenset[str], keepers: frozenset[str]
) -> None:
    for role in ROLES:
        may = one_page_of_each[page_class].permissions_for_user(colleague(role))
        assert may.can_publish() is (role.key in publishers), role.key
        assert may.can_lock() is may.can_unlock() is (role.key in keepers), role.key


def existing(code: str) -> bool:
    app_label, codename = code.split(".")
    return Permission.objects.filter(content_type__app_label=app_label, codename=codename).exists()


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.key)
def test_every_right_of_the_table_exists(role: Role) -> None:
    assert [code for code in role.permissions if not existing(code)] == []
    for label in role.pages:
        assert issubclass(apps.get_model(label), Page)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.key)
def test_a_role_has_a_name_in_each_language(role: Role, settings: object) -> None:
    assert set(role.names) == {code for code, _label in settings.LANGUAGES}  # type: ignore[attr-defined]
    others = {name for other in ROLES if other is not role for name in other.names.values()}
    assert not others & set(role.names.values()), "a group is known by any of its names"


def rights(role: Role) -> tuple[object, ...]:
    group = group_of(role)
    assert group is not None
    return (
        group.name,
        sorted(group.permissions.values_list("pk", flat=True)),
        sorted(group.page_permissions.values_list("page", "permission")),
        sorted(group.collection_permissions.values_list("collection", "permission")),
    )


def test_run_again_it_brings_groups_back_to_the_table_and_leaves_others_alone(home: HomePage) -> None:
    make_roles()
    before = {role.key: rights(role) for role in ROLES}
    own = Group.objects.create(name="Translators of the ministry")
    group = group_of(AUTHOR)
    assert group is not None
    too_much = Permission.objects.get(content_type__app_label="accounts", codename="change_user")
    group.permissions.add(too_much)
    own.permissions.add(too_much)
    group.permissions.remove(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    publish = Permission.objects.get(content_type__app_label="wagtailcore", codename="publish_page")
    GroupPagePermission.objects.create(group=group, page=home, permission=publish)
    group.name = AUTHOR.names["en"]
    group.save()
    make_roles()
    assert {role.key: rights(role) for role in ROLES} == before
    assert list(own.permissions.all()) == [too_much]
    assert Group.objects.filter(name__in=set(AUTHOR.names.values())).count() == 1


def test_the_commands_make_them_and_say_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = StringIO(), StringIO()
    take_roles_out()
    call_command("setup_site", stdout=out)
    assert group_of(SITE_ADMINISTRATOR) is not None
    wanted = Role("guest", "Guest", ("nothing.of_this",), pages={"no.Page": ("add",)})
    monkeypatch.setattr("accounts.services.make_roles.ROLES", (wanted,))
    call_command("make_roles", stdout=out, stderr=err)
    assert "no.Page, nothing.of_this" in err.getvalue()
    assert "The roles are ready" in out.getvalue()


def test_wagtails_own_groups_go_unless_somebody_uses_them(home: HomePage) -> None:
    take_roles_out()
    assert Group.objects.filter(name__in=("Editors", "Moderators")).count() == 2
    member("someone@example.org").groups.add(Group.objects.get(name="Editors"))
    make_roles()
    assert list(Group.objects.filter(name__in=("Editors", "Moderators")).values_list("name", flat=True)) == ["Editors"]
    task = GroupApprovalTask.objects.get(name="Moderators approval")
    assert [group.name for group in task.groups.all()] == [EDITOR.group_name], "no draft waits for nobody"


def test_a_library_in_a_new_language_lets_the_roles_in_at_once(home: HomePage) -> None:
    make_roles()
    portuguese = Locale.objects.get(language_code="pt")
    library = LibraryPage.objects.child_of(home).get()
    LibraryPage.objects.get(locale=portuguese).delete()
    copy = library.copy_for_translation(portuguese)
    reviewer = colleague(REVIEWER)
    GroupPagePermission.objects.filter(page=copy).delete()
    copy.save_revision().publish()
    group = group_of(REVIEWER)
    assert group is not None
    assert [row.permission.codename for row in group.page_permissions.filter(page_id=copy.pk)] == ["change_page"]
    assert copy.permissions_for_user(User.objects.get(pk=reviewer.pk)).can_edit()


def test_only_site_administrators_have_rights_everywhere() -> None:
    assert [role.key for role in ROLES if EVERYWHERE in role.pages] == [SITE_ADMINISTRATOR.key]
    assert "bulk_delete" not in EDITOR.pages[LIBRARY]


def test_a_site_administrator_makes_no_superuser_and_touches_none() -> None:
    root = User.objects.create_superuser("root@example.org")
    ana = member()
    client = in_role(SITE_ADMINISTRATOR)
    form = {"email": ana.email, "first_name": "Ana", "last_name": "Núñez", "is_active": "on", "standing": ana.standing}
    assert client.post(f"/admin/users/edit/{ana.pk}/", {**form, "is_superuser": "on"})["Location"] == "/admin/"
    assert client.post("/admin/users/new/", {**form, "email": "two@example.org", "is_superuser": "on"})["Location"] == "/admin/"
    assert client.post(f"/admin/users/edit/{root.pk}/", {**form, "email": "mine@example.org"})["Location"] == "/admin/"
    for action in ("delete", "set_active_state", "assign_role"):
        url = f"/admin/bulk/accounts/user/{action}/?id={root.pk}"
        client.post(url, {"mark_as_active": "False", "role": group_of(AUTHOR).pk})  # type: ignore[union-attr]
    root.refresh_from_db()
    assert (root.email, root.is_active, root.is_superuser, root.groups.count()) == ("root@example.org", True, True, 0)
    assert list(User.objects.filter(is_superuser=True)) == [root]
    assert client.post(f"/admin/users/edit/{ana.pk}/", form)["Location"] == "/admin/users/"
    ana.refresh_from_db()
    assert ana.first_name == "Ana"


def test_a_right_to_all_below_the_library_does_not_take_the_library_away(one_page_of_each: Pages) -> None:
    for role, page_class, inner in ((EDITOR, LibraryPage, PublicationPage), (AUTHOR, CataloguePage, CoursePage)):
        client, page, below = in_role(role), one_page_of_each[page_class], one_page_of_each[inner]
        assert client.post(f"/admin/pages/{page.pk}/unpublish/")["Location"] == "/admin/"
        assert client.post(f"/admin/pages/{page.pk}/move/{below.pk}/confirm/")["Location"] == "/admin/"
        assert page_class.objects.get(pk=page.pk).live
        client.post(f"/admin/pages/{below.pk}/unpublish/")
        assert not inner.objects.get(pk=below.pk).live


def test_nobody_takes_the_library_away_in_bulk(one_page_of_each: Pages) -> None:
    client = in_role(EDITOR)
    library, publication = one_page_of_each[LibraryPage], one_page_of_each[PublicationPage]
    refused = client.post(f"/admin/bulk/wagtailcore/page/unpublish/?id={library.pk}&id={publication.pk}")
    assert refused["Location"] == "/admin/"
    assert PublicationPage.objects.get(pk=publication.pk).live
    done = client.post(f"/admin/bulk/wagtailcore/page/unpublish/?id={publication.pk}&next=/admin/pages/")
    assert done["Location"] == "/admin/pages/"
    assert not PublicationPage.objects.get(pk=publication.pk).live
    assert LibraryPage.objects.get(pk=library.pk).live
