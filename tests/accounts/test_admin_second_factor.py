"""Nothing below /admin/ is answered to staff whose session has not shown a second factor: every address is asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import AUTHOR, CERTIFICATE_ADMINISTRATOR, ROLES, SITE_ADMINISTRATOR, Role
from accounts.services.give_role import give_role
from accounts.services.make_roles import make_roles
from core.models import BasePage, HomePage, StandardPage
from tests.accounts.door import ANA, member, sign_in
from tests.accounts.staff import app_code, colleague, give_app, sign_in_with_app
from tests.architecture.audience import addresses
from tests.architecture.conftest import home, one_page_of_each
from tests.architecture.test_audience import url_of
from tests.factories import enrol_in, make_course

__all__ = ["home", "one_page_of_each"]  # fixtures

pytestmark = pytest.mark.django_db
SET_UP, SHOW = "/accounts/second-factor/?next=", "/accounts/second-factor/confirm/?next="


@pytest.fixture(autouse=True)
def second_factor(settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = True


def admin_urls() -> list[str]:
    """An example of every address below /admin/, whatever arguments it takes."""
    found = {url for address in addresses() if address.route.startswith("admin/") and (url := url_of(address)) is not None}
    assert len(found) > 150
    return sorted(found)


def is_led(answer: HttpResponse, where: str) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith(where)


def every_answer(client: Client, url: str) -> list[HttpResponse]:
    return [client.get(url), client.post(url), client.post(url, {}, content_type="application/json"), client.delete(url), client.head(url)]


@pytest.mark.parametrize("with_app", [False, True])
def test_no_address_of_the_admin_escapes(client: Client, with_app: bool) -> None:
    root = User.objects.create_superuser("root@example.org")
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    where = SET_UP
    if with_app:
        give_app(root)
        where = SHOW
    found = {url: every_answer(client, url) for url in admin_urls()}
    escaped = {url: answers for url, answers in found.items() if not all(is_led(answer, where) for answer in answers)}
    assert escaped == {}


def test_scripts_are_refused_in_json(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root@example.org"), backend="django.contrib.auth.backends.ModelBackend")
    for headers in ({"x-requested-with": "XMLHttpRequest"}, {"accept": "application/json"}, {"accept": "*/*"}):
        answer = client.get("/admin/api/main/pages/", headers=headers)
        assert answer.status_code == 403
        assert answer.json()["url"] == "/accounts/second-factor/?next=%2Fadmin%2F"
        assert "no-store" in answer["Cache-Control"]


def test_previews_and_bulk_actions_are_behind_it(client: Client, one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    client.force_login(User.objects.create_superuser("root@example.org"), backend="django.contrib.auth.backends.ModelBackend")
    page = one_page_of_each[StandardPage]
    urls = [
        reverse("wagtailadmin_pages:view_draft", args=[page.pk]),
        reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk]),
        f"/admin/bulk/wagtailcore/page/unpublish/?id={page.pk}",
        "/admin/nothing/here/",
    ]
    for url in urls:
        assert all(is_led(answer, SET_UP) for answer in every_answer(client, url)), url
    assert StandardPage.objects.get(pk=page.pk).live


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.key)
def test_every_role_is_led_through_setting_up_and_back(client: Client, home: HomePage, role: Role) -> None:
    person = colleague(role)
    sign_in(client, person.email)
    led = client.get("/admin/account/?tab=1")
    assert led["Location"] == f"{SET_UP}%2Fadmin%2Faccount%2F%3Ftab%3D1"
    page = client.get(f"{led['Location']}&lang=en").content.decode()
    assert "One more step before you go in" in page
    assert "/accounts/second-factor/app/?next=%2Fadmin%2Faccount%2F%3Ftab%3D1" in page
    client.get("/accounts/second-factor/app/?next=/admin/account/")
    secret = client.session["second_factor_new_secret"]
    done = client.post("/accounts/second-factor/app/", {"code": app_code(secret), "next": "/admin/account/"})
    assert done["Location"] == "/accounts/second-factor/codes/?next=%2Fadmin%2Faccount%2F"
    back = client.post(done["Location"], {"next": "/admin/account/"})
    assert back["Location"] == "/admin/account/"
    assert client.get("/admin/account/").status_code == 200


def test_a_session_that_began_before_the_role_does_not_enter_without(client: Client, home: HomePage) -> None:
    ana = member()
    give_app(ana)
    other = Client()
    other.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")  # as one that began before the app was set up
    make_roles()
    give_role(user=ana, role=AUTHOR)
    assert is_led(other.get("/admin/pages/"), SHOW)
    secret = give_app(ana)
    confirmed = other.post("/accounts/second-factor/confirm/", {"code": app_code(secret), "next": "/admin/pages/"})
    assert confirmed["Location"] == "/admin/pages/"
    assert other.get("/admin/pages/").status_code == 200


def test_another_persons_second_factor_counts_for_nothing(client: Client, home: HomePage) -> None:
    ana, root = member(), colleague(SITE_ADMINISTRATOR)
    secret = give_app(ana)
    give_app(root)
    sign_in_with_app(client, ANA, secret)
    session = client.session
    records = session["account_authentication_methods"]
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["account_authentication_methods"] = records
    session.save()
    assert is_led(client.get("/admin/"), SHOW)


def test_who_loses_it_is_led_to_setting_up_again(client: Client, home: HomePage) -> None:
    author = colleague(AUTHOR)
    sign_in_with_app(client, author.email, give_app(author))
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.filter(user=author).delete()
    assert is_led(client.get("/admin/"), SET_UP)


def test_recovery_codes_alone_are_no_second_factor(client: Client, home: HomePage) -> None:
    author = colleague(AUTHOR)
    give_app(author)
    Authenticator.objects.filter(user=author, type=Authenticator.Type.TOTP).delete()
    client.force_login(author, backend="django.contrib.auth.backends.ModelBackend")
    assert is_led(client.get("/admin/"), SET_UP)


def test_learners_and_strangers_meet_the_door_as_before(client: Client) -> None:
    assert client.get("/admin/pages/")["Location"] == "/accounts/login/?next=/admin/pages/"
    member()
    sign_in(client)
    assert client.get("/admin/", follow=True).status_code == 403


def test_switched_off_nobody_is_led(client: Client, home: HomePage, settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(colleague(AUTHOR), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/").status_code == 200


def test_a_showing_counts_for_twelve_hours(client: Client, home: HomePage) -> None:
    author, start = colleague(AUTHOR), timezone.now()
    with time_machine.travel(start, tick=False):
        secret = give_app(author)
        sign_in_with_app(client, author.email, secret)
    with time_machine.travel(start + timedelta(hours=11, minutes=59), tick=False):
        assert client.get("/admin/account/").status_code == 200
    with time_machine.travel(start + timedelta(hours=12), tick=False):
        led = client.get("/admin/account/?tab=1")
        assert led["Location"] == f"{SHOW}%2Fadmin%2Faccount%2F%3Ftab%3D1"
        assert client.get("/admin/account/", headers={"accept": "application/json"}).status_code == 403
        assert client.get("/es/learning/").status_code == 200, "outside the admin nobody is asked"
        back = client.post(led["Location"], {"code": app_code(secret), "next": "/admin/account/?tab=1"})
        assert back["Location"] == "/admin/account/?tab=1"
        assert client.get("/admin/account/").status_code == 200


def test_a_form_that_comes_too_late_is_kept_until_the_showing(client: Client, home: HomePage) -> None:
    root, start = colleague(SITE_ADMINISTRATOR), timezone.now()
    form = {"email": "new@example.org", "first_name": "Ana", "last_name": "Núñez", "is_active": "on"}
    with time_machine.travel(start, tick=False):
        secret = give_app(root)
        sign_in_with_app(client, root.email, secret)
    with time_machine.travel(start + timedelta(hours=13), tick=False):
        late = client.post("/admin/users/new/?lang=en", form, headers={"accept-language": "en"})
        assert (late.status_code, User.objects.filter(email="new@example.org").exists()) == (403, False)
        assert f'href="{SHOW}%2Fadmin%2F"' in late.content.decode()
        assert "no-store" in late["Cache-Control"]
        client.post(f"{SHOW}/admin/", {"code": app_code(secret)})
        assert client.post("/admin/users/new/?lang=en", form)["Location"] == "/admin/users/", "what reloading sends again"


def test_what_reaches_outside_asks_for_a_showing_within_the_hour(client: Client, home: HomePage) -> None:
    officer, start = colleague(CERTIFICATE_ADMINISTRATOR), timezone.now()
    enrolment = enrol_in(make_course(lessons=1, assessments=0))
    nothing = "00000000-0000-4000-8000-000000000000"
    acts = [f"/admin/certificates/issue/{enrolment.pk}/", "/admin/exports/ask/enrolments/"]
    acts += [f"/admin/certificates/{nothing}/{act}/" for act in ("revoke", "replace")]
    with time_machine.travel(start, tick=False):
        secret = give_app(officer)
        sign_in_with_app(client, officer.email, secret)
    with time_machine.travel(start + timedelta(minutes=59), tick=False):
        assert [client.get(url).status_code for url in acts] == [200, 200, 404, 404]
    with time_machine.travel(start + timedelta(minutes=61), tick=False):
        assert client.get("/admin/certificates/").status_code == 200, "looking asks for nothing more"
        for url in acts:
            assert is_led(client.get(url), SHOW), url
            assert client.post(url, {"file_format": "csv"}).status_code == 403, url
        client.post(f"{SHOW}/admin/", {"code": app_code(secret)})
        assert [client.get(url).status_code for url in acts] == [200, 200, 404, 404]
