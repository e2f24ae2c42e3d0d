"""An address where nothing is: one page a language, which knows neither who asks nor what was asked, and costs next to nothing."""

from __future__ import annotations

import re
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, get_page_models

from accounts.models import User
from core import not_found
from core.models import HomePage, StandardPage
from tests.factories import make_site, make_user, sign_in

pytestmark = pytest.mark.django_db
NOWHERE = ["/es/nothing-here/", "/es/about/nothing-here/", "/es/learning/nothing-here/", "/es/knowledge/nothing/edition.pdf"]


@pytest.fixture
def home(db: None) -> HomePage:
    return make_site()


@pytest.fixture
def about(home: HomePage) -> StandardPage:
    page = StandardPage(title="Acerca de", slug="about", locale=home.locale)
    home.add_child(instance=page)
    page.save_revision().publish()
    return page


def statements(client: Client, address: str) -> list[str]:
    """What an address that was asked for before costs: its statements."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 404
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("language", [code for code, _label in settings.LANGUAGES])
def test_it_is_the_same_wherever_nothing_is(client: Client, home: HomePage, language: str) -> None:
    addresses = [address.replace("/es/", f"/{language}/") for address in NOWHERE]
    answers = [client.get(address) for address in addresses]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    page = answers[0].content.decode()
    assert f'<html lang="{language}"' in page
    assert {answer["Content-Language"] for answer in answers} == {language}


def test_it_says_nothing_of_what_was_asked(client: Client, home: HomePage) -> None:
    page = client.get("/es/courses/%3Cscript%3Every-recognisable/?who=very-recognisable").content.decode()
    assert "recognisable" not in page
    assert 'aria-current="true"' not in re.sub(r'<nav class="languages".*?</nav>', "", page, flags=re.DOTALL), "no section is at hand"


def test_its_language_links_lead_home(client: Client, home: HomePage) -> None:
    languages = re.search(r'<nav class="languages".*?</nav>', client.get("/en/nothing-here/?q=1").content.decode(), re.DOTALL)
    assert languages is not None
    assert re.findall(r'href="([^"]*)" hreflang="([^"]*)"', languages[0]) == [(f"/{code}/", code) for code, _label in settings.LANGUAGES]
    assert re.findall(r'hreflang="(\w+)" aria-current', languages[0]) == ["en"]


def test_it_is_the_same_for_everyone_and_sets_no_cookie(home: HomePage) -> None:
    client, stranger = Client(), Client()
    sign_in(client, make_user("very.recognisable@example.org"))
    for address in (NOWHERE[0], "/nothing.php"):
        ours, theirs = client.get(address, headers={"Accept-Language": "es"}), stranger.get(address, headers={"Accept-Language": "es"})
        assert ours.content == theirs.content, address
        assert not ours.cookies, address
        assert not theirs.cookies, address


def test_its_headers(client: Client, home: HomePage) -> None:
    answer = client.get(NOWHERE[0], headers={"Accept-Encoding": "br"})
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer["Content-Encoding"] == "br"
    assert "Accept-Encoding" in answer["Vary"]
    assert "ETag" not in answer
    plain = client.get(NOWHERE[0])
    assert "Content-Encoding" not in plain
    assert plain.content.startswith(b"<!doctype html>")
    assert client.head(NOWHERE[0]).status_code == 404


@pytest.mark.parametrize("wanted", ["fr", "pt"])
def test_an_address_without_a_language_speaks_the_readers(client: Client, home: HomePage, wanted: str) -> None:
    answer = client.get("/nothing.php", headers={"Accept-Language": wanted})
    assert (answer.status_code, answer["Content-Language"]) == (404, wanted)
    assert f'<html lang="{wanted}"' in answer.content.decode()
    assert "Accept-Language" in answer["Vary"]


@pytest.mark.database
def test_a_made_up_address_costs_three_statements_at_most(client: Client, home: HomePage) -> None:
    """The content generation, whether a live page may stand there, whether a redirect leads on."""
    assert len(statements(client, "/es/courses/nothing/in/here/")) == 3
    assert len(statements(client, "/nothing.php")) == 1


@pytest.mark.database
def test_made_up_addresses_draw_nothing_and_keep_nothing(client: Client, home: HomePage) -> None:
    client.get(NOWHERE[0])
    with patch.object(not_found, "_draw") as draw, patch.object(cache, "set") as kept, patch.object(cache, "add") as leased:
        for number in range(20):
            assert client.get(f"/es/nothing-{number}/").status_code == 404
    assert [draw.called, kept.called, leased.called] == [False, False, False]


# What a quick look may not miss


@pytest.mark.database
def test_a_page_is_found_as_soon_as_it_is_live(client: Client, home: HomePage, about: StandardPage) -> None:
    assert client.get("/es/about/below/").status_code == 404
    below = about.add_child(instance=StandardPage(title="Below", slug="below", locale=about.locale, live=False))
    assert client.get("/es/about/below/").status_code == 404
    below.save_revision().publish()
    assert client.get("/es/about/below/").status_code == 200


@pytest.mark.database
def test_it_moves_with_its_page(client: Client, home: HomePage, about: StandardPage) -> None:
    below = about.add_child(instance=StandardPage(title="Below", slug="below", locale=about.locale))
    assert client.get("/es/about/below/").status_code == 200
    about.slug = "who-we-are"
    about.save_revision().publish()
    assert client.get("/es/who-we-are/below/").status_code == 200
    assert client.get("/es/about/below/").status_code in {301, 404}, "where Wagtail leaves a redirect, it leads on"
    Page.objects.get(pk=below.pk).delete()
    assert client.get("/es/who-we-are/below/").status_code == 404


@pytest.mark.database
def test_no_page_answers_addresses_below_it_that_are_no_pages() -> None:
    """What the quick look relies on: every address of the tree is the path of a page."""
    assert [model for model in get_page_models() if model.route is not Page.route] == []


@pytest.mark.parametrize(
    ("old", "asked"),
    [
        ("/old", "/old/"),
        ("/old", "/old/?utm_source=x"),
        ("/old?b=1&c=2", "/old/?c=2&b=1"),
        ("/es/viejo", "/es/viejo/"),
        ("/año", "/a%C3%B1o/"),
    ],
)
def test_a_redirect_still_leads_on(client: Client, home: HomePage, about: StandardPage, old: str, asked: str) -> None:
    Redirect.objects.create(old_path=old, redirect_page=about)
    answer: Any = client.get(asked)
    assert (answer.status_code, answer["Location"]) == (301, about.get_url())


@pytest.mark.database
@pytest.mark.parametrize("asked", ["/old%00/", "/%00", "/es/%E2%82/", "/old?%00", "/old/?x=%ff"])
def test_odd_addresses_are_only_missing(client: Client, home: HomePage, about: StandardPage, asked: str) -> None:
    Redirect.objects.create(old_path="/old-one", redirect_page=about)
    assert client.get(asked, follow=True).status_code == 404


@pytest.mark.database
def test_a_page_that_one_may_not_know_of_is_as_if_it_were_not_there(client: Client, home: HomePage, about: StandardPage) -> None:
    from wagtail.models import PageViewRestriction

    PageViewRestriction.objects.create(page=about, restriction_type="login")
    client.force_login(User.objects.create_user("somebody@example.org"))
    closed, missing = client.get("/es/about/"), client.get("/es/nothing-here/")
    assert (closed.status_code, closed.content) == (404, missing.content)
