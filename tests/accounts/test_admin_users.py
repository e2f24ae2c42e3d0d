"""Wagtail's own pages of users keep to what an account is owed: one that is held is neither changed nor deleted there."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from accounts.models import AddressChange, User
from accounts.roles import AUTHOR, SITE_ADMINISTRATOR, group_of
from tests.accounts.door import ANA, member
from tests.accounts.staff import in_role

pytestmark = [pytest.mark.django_db, pytest.mark.database]
FORM = {"email": "other@example.org", "first_name": "Ana", "last_name": "Núñez", "is_active": "on"}


@pytest.fixture
def held() -> User:
    user = member()
    AddressChange.objects.create(user=user, former="was@example.org", present=ANA, reported_at=timezone.now())
    return user


@pytest.mark.parametrize("way", ["edit", "delete", "bulk delete", "bulk set_active_state", "bulk assign_role"])
def test_a_held_account_is_left_alone_and_the_answer_leads_to_its_case(held: User, way: str) -> None:
    client = in_role(SITE_ADMINISTRATOR)
    role = group_of(AUTHOR)
    assert role
    url = f"/admin/users/{way}/{held.pk}/"
    if way.startswith("bulk"):
        url = f"/admin/bulk/accounts/user/{way.split()[1]}/?id={held.pk}"
    answer = client.post(url, {**FORM, "mark_as_active": "False", "role": str(role.pk)})
    assert answer["Location"] == "/admin/users/"
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    case = AddressChange.objects.get()
    assert len(said) == 1, "and nothing says that it was done"
    assert f"/admin/contested-addresses/{case.pk}/" in said[0]
    now = User.objects.get(pk=held.pk)
    assert (now.email, now.is_active, now.groups.count(), now.changes) == (ANA, True, 0, held.changes)


def test_an_account_that_is_not_held_is_deleted_as_before() -> None:
    user = member()
    client: Client = in_role(SITE_ADMINISTRATOR)
    assert client.post(f"/admin/users/delete/{user.pk}/").status_code == 302
    assert not User.objects.filter(pk=user.pk).exists()
