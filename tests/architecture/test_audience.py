"""Every address has a declared audience, and keeps what its audience promises to someone who is not signed in."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse
from wagtail.models import Page

from accounts.models import User
from core.models import BasePage
from knowledge.models import PublicationPage
from knowledge.outputs import OUTPUTS
from tests.architecture.audience import BY_NAME, EXCEPTIONS, Address, Audience, addresses

SAMPLES = {"path": "nothing-here", "uidb36": "1", "key": "abc-def"}
NOT_A_PAGE = (301, 302, 400, 401, 403, 404, 405, 410, 429)


def url_of(address: Address) -> str | None:
    """Return an example of an address, with ids that nobody has; None when it takes arguments without names.

    Made from the route and not from the name: two routes can share a name, and both can be asked for.
    """
    if address.is_regex:
        try:
            return reverse(address.name, kwargs={name: SAMPLES.get(name, "x") for name in address.arguments})
        except NoReverseMatch:
            return None
    examples = {"uuid": str(uuid4()), "uuidstr": str(uuid4()), "int": "1", "row": "1"}
    path = re.sub(r"<(?:(\w+):)?\w+>", lambda match: examples.get(match[1] or "", "x"), address.route)
    return f"/es/{path}" if address.is_translated else f"/{path}"


def of(*audiences: Audience) -> list[Address]:
    """Return the addresses of some audiences."""
    return [address for address in addresses() if address.audience in audiences]


def stays_anonymous(response: HttpResponse) -> bool:
    """Whether an answer sets no cookie and does not depend on one."""
    return not response.cookies and "cookie" not in response.get("Vary", "").lower()


def leads_to_the_door(response: HttpResponse) -> bool:
    """Whether an answer sends someone who is not signed in to sign in."""
    return response.status_code == 302 and response["Location"].startswith(reverse("account_login"))


def test_every_address_has_an_audience() -> None:
    undeclared = sorted({f"{address.name or '(no name)'} at {address.route}" for address in addresses() if address.audience is None})
    assert undeclared == [], "declare whom these are for in tests/architecture/audience.py"


def test_every_declared_address_exists() -> None:
    known = {address.name for address in addresses()}
    assert sorted({*BY_NAME, *EXCEPTIONS} - known) == []


def test_nothing_of_the_demo_exists_outside_the_demo() -> None:
    assert not settings.DEMO
    assert not of(Audience.DEMO)


def arguments(name: str, pages: dict[type[BasePage], BasePage]) -> list[str]:
    """Return the arguments of a public list of the library."""
    return {"knowledge:author": ["equipo"], "knowledge:topic": ["foundations"], "knowledge:country": ["co"]}.get(name, [])


def examples(name: str, pages: dict[type[BasePage], BasePage]) -> list[str]:
    """Return addresses of a name: of each page, of an output of the publication that the site has, or of the one that there is."""
    if name == "wagtail_serve":
        return [page.get_url() or "" for page in pages.values()]
    for output in OUTPUTS:
        if output.url_name == name:
            return output.addresses(pages[PublicationPage])
    return [reverse(name, args=arguments(name, pages))]


@pytest.mark.parametrize("name", sorted(name for name, audience in BY_NAME.items() if audience is Audience.PUBLIC))
def test_public_answers_set_and_read_no_cookie(client: Client, one_page_of_each: dict[type[BasePage], BasePage], name: str) -> None:
    urls = examples(name, one_page_of_each)
    assert urls
    for url in urls:
        response = client.get(url)
        assert response.status_code == 200, url
        assert stays_anonymous(response), url
        assert "private" not in response.get("Cache-Control", ""), url


@pytest.mark.django_db
def test_a_public_answer_to_a_signed_in_person_is_the_same(client: Client, one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    urls = [page.get_url() or "" for page in one_page_of_each.values()] + [reverse("search") + "?q=curso", reverse("sitemap")]
    before = [client.get(url) for url in urls]
    client.force_login(User.objects.create_superuser("root@example.org"))
    for url, anonymous in zip(urls, before, strict=True):
        signed_in = client.get(url)
        assert signed_in.content == anonymous.content, url
        assert stays_anonymous(signed_in), url


@pytest.mark.django_db
def test_negotiated_and_file_answers_set_no_cookie(client: Client) -> None:
    for address in of(Audience.NEGOTIATED, Audience.FILE):
        if (url := url_of(address)) is not None:
            response = client.get(url)
            assert response.status_code < 500, url
            assert not response.cookies, url


@pytest.mark.django_db
def test_the_door_is_never_stored(client: Client) -> None:
    for address in of(Audience.DOOR):
        if (url := url_of(address)) is not None:
            response = client.get(url)
            assert response.status_code < 500, url
            assert "public" not in response.get("Cache-Control", ""), url
            if response.status_code == 200:
                assert "no-store" in response.get("Cache-Control", ""), url


@pytest.mark.django_db
def test_private_addresses_send_strangers_to_the_door(client: Client) -> None:
    seen = 0
    for address in of(Audience.PRIVATE):
        url = url_of(address)
        assert url is not None, address
        answers = [client.get(url), client.post(url)]
        assert all(leads_to_the_door(answer) or answer.status_code in (401, 403, 405) for answer in answers), (url, answers)
        assert any(leads_to_the_door(answer) for answer in answers), (url, answers)
        # Looking begins no session.
        assert all(settings.SESSION_COOKIE_NAME not in answer.cookies for answer in answers), url
        seen += 1
    assert seen


@pytest.mark.django_db
def test_the_api_refuses_strangers_in_json(client: Client) -> None:
    seen = 0
    for address in of(Audience.API):
        url = url_of(address)
        if url is None or address.name.endswith(":api-root"):
            continue
        answers = [client.get(url), client.post(url, data="{}", content_type="application/json")]
        assert all(answer.status_code in (401, 403, 405) for answer in answers), (url, answers)
        assert any(answer.status_code == 401 for answer in answers), (url, answers)
        assert all("public" not in answer.get("Cache-Control", "") for answer in answers), url
        seen += 1
    assert seen


@pytest.mark.django_db
def test_the_state_tells_strangers_nothing(client: Client) -> None:
    for address in of(Audience.STATE):
        url = url_of(address)
        assert url is not None
        response = client.get(url)
        assert response.status_code == 200, url
        assert {key: value for key, value in response.json().items() if value} == {}, url
        assert "no-store" in response["Cache-Control"], url
        assert not response.cookies, url


@pytest.mark.django_db
def test_the_admin_sends_strangers_and_learners_to_the_door(client: Client) -> None:
    urls = {url for address in of(Audience.STAFF) if not address.arguments and (url := url_of(address)) is not None}
    assert len(urls) > 50
    learner = User.objects.create_user("ana@example.org")
    for url in sorted(urls):
        assert client.get(url).status_code in NOT_A_PAGE, url
    client.force_login(learner)
    for url in sorted(urls):
        assert client.get(url).status_code in NOT_A_PAGE, url


@pytest.mark.django_db
def test_the_admin_breaks_nowhere_for_an_administrator(client: Client, one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    urls = {url for address in of(Audience.STAFF) if not address.arguments and (url := url_of(address)) is not None}
    for page in [Page.get_first_root_node(), *one_page_of_each.values()]:
        urls |= {
            reverse(f"wagtailadmin_{name}", args=[page.pk]) for name in ("explore", "pages:edit", "pages:add_subpage", "pages:history")
        }
    client.force_login(User.objects.create_superuser("root@example.org"))
    client.raise_request_exception = False
    broken = [url for url in sorted(urls - {"/admin/logout/"}) if client.get(url).status_code >= 500]
    assert broken == []


@pytest.mark.django_db
def test_wagtails_own_doors_lead_to_the_one_door(client: Client) -> None:
    for url in ("/admin/login/", "/admin/password_reset/"):
        assert leads_to_the_door(client.get(url)), url


def test_every_address_of_the_record_is_private_or_public_by_name() -> None:
    """What people did is below /learning/ and /credentials/: nothing there may be covered by accident."""
    below = [address for address in addresses() if re.match(r"(learning|credentials|accounts)/", address.route)]
    allowed = {Audience.PRIVATE, Audience.API, Audience.STATE, Audience.NEGOTIATED, Audience.FILE, Audience.DOOR}
    wrong = [address.name for address in below if address.audience not in allowed]
    assert wrong == []
