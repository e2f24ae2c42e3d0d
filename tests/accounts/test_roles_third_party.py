"""Every view of a package, asked for in every role: each lets in whom its right says, and none fails.

The right of each is in tests/architecture/third_party.py; here is what a right means, in terms of what Wagtail and our roles know.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection, Locale, Site, Task, Workflow
from wagtail_localize.models import StringSegment, Translation, TranslationSource

from accounts.models import User
from accounts.roles import AUTHOR, ROLES, Role
from core.models import BasePage, SiteDocument, SiteImage
from editorial.services.ensure_workflow import ensure_workflow
from knowledge.models import Contributor, LibraryPage, PublicationPage
from tests.accounts.door import member
from tests.accounts.staff import colleague
from tests.architecture.audience import Address, addresses
from tests.architecture.conftest import home, one_page_of_each
from tests.architecture.test_third_party import is_ours, name_of
from tests.architecture.third_party import RIGHT_OF, Right
from tests.editorial.desk import Tab, make_draft

__all__ = ["home", "one_page_of_each"]  # fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.database]
R = Right
Things = dict[str, Any]


@pytest.fixture
def things(one_page_of_each: dict[type[BasePage], BasePage]) -> Things:
    """One of each thing that an address can be about, by the name of its argument (after that of the view, where it matters)."""
    ensure_workflow()
    author = colleague(AUTHOR, "writer@example.org")
    draft = make_draft(author)
    Tab(author, draft).submit()
    draft.refresh_from_db()
    state = draft.current_workflow_state
    page = one_page_of_each[PublicationPage]
    source, _created = TranslationSource.get_or_create_from_instance(page)
    translation = Translation.objects.create(source=source, target_locale=Locale.objects.get(language_code="en"))
    translation.save_target(publish=False)
    document = SiteDocument.objects.create(title="Datos", file=SimpleUploadedFile("a.csv", b"a,b"))
    image = SiteImage.objects.create(title="Foto", file=get_test_image_file())
    collection = Collection.get_first_root_node().add_child(name="Otra")
    segment = StringSegment.objects.filter(source=source).first()
    return {
        "page": page,
        "draft": draft,
        "page_id": page.pk,
        "page_pk": page.pk,
        "page_to_move_id": page.pk,
        "destination_id": one_page_of_each[LibraryPage].pk,
        "parent_page_id": one_page_of_each[LibraryPage].pk,
        "content_type_app_name": "knowledge",
        "content_type_model_name": "publicationpage",
        "app_label": "knowledge",
        "model_name": "publicationpage",
        "task_state_id": state.current_task_state_id,
        "task_id": state.current_task_state.task_id,
        "workflow_state_id": state.pk,
        "workflow_pk": Workflow.objects.get(pk=state.workflow_id).pk,
        "revision_id": page.latest_revision_id,
        "revision_id_a": "earliest",
        "revision_id_b": "latest",
        "action_name": "approve",
        "action": "delete",
        "translation": translation,
        "translation_id": translation.pk,
        "translation_source_id": source.pk,
        "string_segment_id": segment.pk if segment else 0,
        "document_id": document.pk,
        "doc_id": document.pk,
        "image_id": image.pk,
        "collection_id": collection.pk,
        "pk:wagtailadmin_collections": collection.pk,
        "pk:wagtailadmin_workflows": state.workflow_id,
        "pk:wagtailadmin_workflows:edit_task": Task.objects.order_by("pk")[0].pk,
        "pk:wagtaillocales": Locale.objects.get(language_code="fr").pk,
        "pk:wagtailsites": Site.objects.get(is_default_site=True).pk,
        "pk:wagtailusers_users": member("learner@example.org").pk,
        "pk:wagtailusers_groups": author.groups.get().pk,
        "pk:wagtailsnippets_knowledge_contributor": Contributor.objects.order_by("pk")[0].pk,
        "pk:wagtailsnippetchoosers_knowledge_contributor": Contributor.objects.order_by("pk")[0].pk,
        "pk:wagtailadmin_pages": page.pk,
        "pk:wagtailadmin_api:pages": page.pk,
        "pk:wagtailadmin_api:images": image.pk,
        "pk:wagtailadmin_api:documents": document.pk,
        "pk:wagtaildocs_chooser": document.pk,
        "pk:wagtailimages_chooser": image.pk,
        "app_name": "taggit",
        "filter_spec": "width-100",
        "mode": "",
        "object_id": page.pk,
        "session_id": 1,
    }


def argument(name: str, argument: str, things: Things) -> Any:
    """Return what an address is about: of its very view, of its namespace, or of any."""
    for key in (f"{argument}:{name}", f"{argument}:{name.rsplit(':', 1)[0]}", argument):
        if key in things:
            return things[key]
    return 1


def url_for(address: Address, things: Things) -> str | None:
    try:
        return reverse(address.name, kwargs={each: argument(address.name, each, things) for each in address.arguments})
    except NoReverseMatch:
        return None


# Ends the session that the walk needs; and the doors that lead to ours, which are asked without one.
NOT_WALKED = ("wagtailadmin_logout", "wagtailadmin_login", "wagtailadmin_password_reset")


def walked(things: Things) -> dict[str, str]:
    """An example of every view of a package below /admin/, and below it of ours that stand in their place."""
    found = {}
    for address in addresses():
        if address.route.startswith("admin/") and address.pattern.name and (not is_ours(address)) and (url := url_for(address, things)):
            found[name_of(address)] = url
    return {name: url for name, url in found.items() if not name.startswith(NOT_WALKED)}


def any_of(*codes: str) -> Callable[[User, Things], bool]:
    return lambda user, things: any(user.has_perm(code) for code in codes)


def on(thing: str, may: str) -> Callable[[User, Things], bool]:
    return lambda user, things: bool(getattr(things[thing].permissions_for_user(user), may)())


def somewhere(user: User, things: Things) -> bool:
    return user.is_superuser or bool(set(user.groups.values_list("page_permissions", flat=True)) - {None})


def sees(user: User, things: Things) -> bool:
    return bool(things["page"].permissions_for_user(user).permissions)


MAY: dict[Right, Callable[[User, Things], bool]] = {
    R.DESK: lambda user, things: True,
    R.DESK_SEES_LIVE: lambda user, things: True,
    R.SOME_PAGE: somewhere,
    R.SEE: sees,
    R.EDIT: on("page", "can_edit"),
    R.TAKE_AWAY: on("page", "can_delete"),
    R.COPY: on("page", "can_copy"),
    R.UNPUBLISH: on("page", "can_unpublish"),
    R.LOCK: on("page", "can_lock"),
    R.UNLOCK: on("page", "can_unlock"),
    R.COLLECTIONS: lambda user, things: user.groups.filter(collection_permissions__permission__codename="change_collection").exists(),
    R.WORKFLOWS: any_of("wagtailcore.change_workflow"),
    R.CONTRIBUTORS_SEEN: any_of("knowledge.view_contributor"),
    R.CONTRIBUTORS: any_of("knowledge.change_contributor"),
    R.CONTRIBUTORS_DELETED: any_of("knowledge.delete_contributor"),
    R.REDIRECTS: any_of("wagtailredirects.change_redirect"),
    R.LOCALES: any_of("wagtailcore.change_locale"),
    R.SITES: any_of("wagtailcore.change_site"),
    R.USERS: any_of("accounts.change_user"),
    R.GROUPS: any_of("auth.change_group"),
    R.NOWHERE: lambda user, things: False,
}


def is_let_in(client: Client, url: str) -> bool | int:
    """Whether a view answers with itself; the status where that says neither yes nor no."""
    answer = client.get(url)
    if answer.status_code == 302:
        assert not answer["Location"].startswith("/accounts/"), url
        return answer["Location"] != "/admin/" or 302
    return {200: True, 403: False}.get(answer.status_code, answer.status_code)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.key)
def test_each_view_of_a_package_keeps_to_its_right_and_fails_for_nobody(things: Things, role: Role) -> None:
    person = colleague(role)
    client = Client(raise_request_exception=False)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    found = {}
    for name, url in walked(things).items():
        with transaction.atomic():
            seen, sent = is_let_in(client, url), client.post(url).status_code
            transaction.set_rollback(True)
        if seen >= 500 or sent >= 500:
            found[name] = f"{int(seen)} and {sent} at {url}"
        may = MAY.get(RIGHT_OF[name])
        if may is not None and seen in {True, False, 302} and (seen is True) is not may(person, things):
            found[name] = f"{seen}, and not as: {RIGHT_OF[name].value} at {url}"
    assert found == {}, "\n".join(f"{name}: {what}" for name, what in sorted(found.items()))
