"""One door for learners and staff: how the admin is entered, refused and left."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.accounts.door import ANA, ask, code_in, member, sign_in, signed_in_as
from tests.factories import make_site

pytestmark = pytest.mark.django_db


def editor(email: str = "editor@example.org") -> User:
    """Return someone who may enter the admin, and do nothing in it."""
    group = Group.objects.create(name="Door")
    group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    user = member(email)
    user.groups.add(group)
    return user


@pytest.mark.parametrize("url", ["/admin/", "/admin/pages/", "/admin/users/"])
def test_strangers_are_sent_to_the_one_door(client: Client, url: str) -> None:
    answer = client.get(url)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={url}")


@pytest.mark.parametrize("url", ["/admin/login/", "/admin/password_reset/"])
def test_wagtails_own_doors_are_closed(client: Client, url: str) -> None:
    member(password="four words of mine", is_staff=True, is_superuser=True)
    answer = client.post(f"{url}?next=/admin/", {"username": ANA, "password": "four words of mine", "email": ANA})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/admin/")
    assert signed_in_as(client) is None
    assert mail.outbox == []
    for rest in ("done/", "complete/", "confirm/MQ/set-password/"):
        assert client.get(f"/admin/password_reset/{rest}").status_code in (302, 404), rest


def test_an_editor_enters_with_a_code_and_leaves_by_the_admin(client: Client) -> None:
    make_site()
    editor()
    asked = client.get("/admin/", follow=True)
    assert asked.status_code == 200
    done = sign_in(client, "editor@example.org", at="/accounts/login/?next=/admin/")
    assert done["Location"] == "/admin/"
    home = client.get("/admin/")
    assert home.status_code == 200
    left = client.post("/admin/logout/", follow=True)
    assert left.status_code == 200
    assert left.redirect_chain[-1][0] == "/accounts/login/"
    assert signed_in_as(client) is None
    assert client.cookies["puente_signed_in"].value == ""
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("url", ["/admin/", "/admin/pages/", "/admin/users/?q=1"])
def test_a_learner_is_refused_in_words_and_not_sent_in_circles(client: Client, url: str) -> None:
    member()
    asked = client.get(url, follow=True)
    wanted = asked.redirect_chain[-1][0]
    ask(client, at=f"{wanted}&lang=en")
    refused = client.post(f"/accounts/code/?{wanted.split('?')[1]}", {"code": code_in()}, follow=True, HTTP_ACCEPT_LANGUAGE="en")
    assert refused.status_code == 403
    html = refused.content.decode()
    assert "This part is for editors" in html
    assert ANA in html
    assert len(refused.redirect_chain) <= 4
    again = client.get(url, follow=True)
    assert again.status_code == 403
    assert "permission" not in client.get("/accounts/").content.decode().lower(), "the admin's own message does not turn up later"
    ajax = client.get(url, headers={"x-requested-with": "XMLHttpRequest"})
    assert ajax.status_code == 403


def test_a_refused_learner_can_use_another_account(client: Client) -> None:
    make_site()
    member()
    editor()
    sign_in(client)
    refused = client.get("/admin/", follow=True)
    assert refused.status_code == 403
    left = client.post("/accounts/logout/", {"next": "/accounts/login/?next=/admin/"})
    assert left["Location"] == "/accounts/login/?next=/admin/"
    assert sign_in(client, "editor@example.org", at=left["Location"])["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_closed_administrator_does_not_enter(client: Client) -> None:
    root = member("root@example.org", is_staff=True, is_superuser=True)
    sign_in(client, "root@example.org")
    assert client.get("/admin/account/").status_code == 200
    User.objects.filter(pk=root.pk).update(is_active=False)
    assert client.get("/admin/account/").status_code == 302


def test_the_admin_changes_neither_addresses_nor_passwords_of_oneself(client: Client) -> None:
    member("root@example.org", is_staff=True, is_superuser=True)
    sign_in(client, "root@example.org")
    html = client.get("/admin/account/").content.decode()
    assert "password" not in {part.split('"')[0] for part in html.split('type="')}
    assert "name_email-email" not in html


def test_an_administrator_makes_accounts_without_passwords(client: Client) -> None:
    member("root@example.org", is_staff=True, is_superuser=True)
    sign_in(client, "root@example.org")
    assert client.get("/admin/users/new/").status_code == 200
    made = client.post("/admin/users/new/", {"email": "New@Example.org", "first_name": "New", "last_name": "Editor"})
    assert made.status_code == 302
    user = User.objects.get(email="new@example.org")
    assert not user.has_usable_password()
    assert client.get(f"/admin/users/edit/{user.pk}/").status_code == 200
    assert sign_in(Client(), "new@example.org").status_code == 302
