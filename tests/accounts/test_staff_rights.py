"""The rights of staff count only in a session that has shown the second factor, at whatever address they would be used.

Below /admin/ a middleware asks (test_admin_second_factor.py). Elsewhere each use of them asks for itself, and every one is here.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import AUTHOR, ROLES, Role
from core.models import HomePage, SiteDocument, StandardPage
from courses.models import CoursePage
from tests.accounts.door import member
from tests.accounts.staff import colleague, give_app, sign_in_with_app
from tests.architecture.conftest import home
from tests.factories import enrol_in, lessons_of, make_course

__all__ = ["home"]  # fixture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def second_factor(settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture(autouse=True)
def files_on_disk(settings: LazySettings, tmp_path: Path) -> None:
    """As on a real site: Wagtail hands documents out by their path on the disk."""
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def urls(home: HomePage) -> dict[str, str]:
    """What opens to staff and not to others, outside the admin."""
    unused = SiteDocument.objects.create(title="Nobody uses it", file=ContentFile(b"a,b", name="a.csv"))
    used = SiteDocument.objects.create(title="In a draft", file=ContentFile(b"a,b", name="b.csv"))
    body = json.dumps([{"type": "rich_text", "value": f'<p><a linktype="document" id="{used.pk}">Datos</a></p>'}])
    home.add_child(instance=StandardPage(title="Draft", slug="draft", body=body, live=False))
    gated = make_course(lessons=1, access=CoursePage.Access.ENROLLED)
    return {"a document": unused.url, "a document of a draft": used.url, "a gated lesson": lessons_of(gated)[0].get_url()}


def opened(client: Client, urls: dict[str, str]) -> set[str]:
    return {name for name, url in urls.items() if client.get(url).status_code == 200}


def session_of(person: User) -> Client:
    """A session that was open before its owner became staff, or set up a factor."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.key)
@pytest.mark.parametrize("with_app", [False, True])
def test_without_showing_it_staff_open_what_anybody_opens(urls: dict[str, str], role: Role, with_app: bool) -> None:
    person = colleague(role)
    if with_app:
        give_app(person)
    assert opened(session_of(person), urls) == set()


def test_a_superuser_is_no_exception(urls: dict[str, str]) -> None:
    assert opened(session_of(User.objects.create_superuser("root@example.org")), urls) == set()


def test_once_it_is_shown_staff_open_all_of_it_for_as_long_as_it_counts(client: Client, urls: dict[str, str]) -> None:
    person = colleague(AUTHOR)
    sign_in_with_app(client, person.email, give_app(person))
    assert opened(client, urls) == set(urls)
    with time_machine.travel(timezone.now() + timedelta(hours=12, minutes=1)):
        assert opened(client, urls) == set()


def test_what_one_may_read_as_anybody_asks_for_no_factor(urls: dict[str, str]) -> None:
    person = colleague(AUTHOR)
    course = make_course(lessons=1, access=CoursePage.Access.ENROLLED)
    enrol_in(course, person)
    assert session_of(person).get(lessons_of(course)[0].get_url()).status_code == 200


def test_a_learner_with_a_factor_is_not_staff(client: Client, urls: dict[str, str]) -> None:
    ana = member()
    sign_in_with_app(client, ana.email, give_app(ana))
    assert opened(client, urls) == set()


def test_where_no_factor_is_asked_of_staff_their_rights_count(settings: LazySettings, urls: dict[str, str]) -> None:
    settings.STAFF_SECOND_FACTOR = False
    assert opened(session_of(colleague(AUTHOR)), urls) == set(urls)


def test_the_link_to_edit_a_course_is_for_whoever_may_follow_it(client: Client, home: HomePage) -> None:
    course = make_course(lessons=1)
    person = colleague(AUTHOR)

    def link(browser: Client) -> Any:
        return browser.get(f"/learning/api/state/{course.key}").json().get("edit_url")

    assert link(session_of(person)) is None
    sign_in_with_app(client, person.email, give_app(person))
    assert link(client)
