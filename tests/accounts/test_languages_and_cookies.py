"""Which language an address without a prefix is in, and which cookies are set where."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts.middleware import PrivateResponseMiddleware
from accounts.safe_redirects import language_prefix, local_address
from tests.accounts.door import member, sign_in
from tests.factories import make_site

pytestmark = pytest.mark.django_db


def language(answer: Any) -> str:
    """Return the language that a page says it is in."""
    return str(answer.content.decode().split('<html lang="')[1].split('"')[0])


def test_the_order_for_someone_who_is_not_signed_in(client: Client) -> None:
    page = "/accounts/login/"
    assert language(client.get(page)) == "es"
    assert language(client.get(page, HTTP_ACCEPT_LANGUAGE="pt-BR,pt;q=0.9")) == "pt"
    client.cookies["puente_language"] = "fr"
    assert language(client.get(page, HTTP_ACCEPT_LANGUAGE="pt")) == "fr"
    assert language(client.get(f"{page}?next=/en/courses/")) == "en"
    assert language(client.get(f"{page}?next=/en/courses/&lang=pt")) == "pt"


def test_a_chosen_language_is_remembered(client: Client) -> None:
    client.get("/accounts/login/?lang=fr")
    assert client.cookies["puente_language"].value == "fr"
    assert language(client.get("/accounts/signup/")) == "fr"
    client.get("/accounts/login/?next=/en/courses/")
    assert client.cookies["puente_language"].value == "en"


def test_a_language_that_is_none_changes_nothing(client: Client) -> None:
    for wanted in ("tlh", "xx-yy", "", "../", "e" * 5000, "\0"):
        answer = client.get("/accounts/login/", {"lang": wanted})
        assert (answer.status_code, language(answer)) == (200, "es")
        assert "puente_language" not in answer.cookies


@pytest.mark.parametrize("odd", ["http://[", "//[", "http://[::1", "\0", "/\0", "/en", "/en?x", "%2Fen%2F", "/" * 3000])
def test_an_odd_next_is_no_error_anywhere(client: Client, odd: str) -> None:
    make_site()
    for url in ("/", "/es/", "/accounts/login/", "/healthz"):
        assert client.get(url, {"next": odd}).status_code in (200, 302), url


def test_the_preference_of_someone_signed_in_wins(client: Client) -> None:
    member(language="fr")
    done = sign_in(client, at="/accounts/login/?lang=en")
    assert client.cookies["puente_language"].value == "fr", "from now on, addresses without a prefix follow it"
    assert done.status_code == 302
    client.cookies["puente_language"] = "en"
    assert language(client.get("/accounts/", HTTP_ACCEPT_LANGUAGE="pt")) == "fr"
    assert language(client.get("/accounts/?lang=pt")) == "pt", "a language chosen on the page stands before it"
    assert language(client.get("/accounts/sessions/")) == "pt", "for the whole visit"
    client.post("/accounts/", {"printed_name": "", "language": "en"})
    assert language(client.get("/accounts/sessions/")) == "en", "until another is saved"


def test_mail_is_in_the_language_of_the_page(client: Client) -> None:
    client.post("/accounts/login/?lang=en", {"email": "nobody@example.org"})
    assert mail.outbox[-1].subject == "Puente: There is no account with this address"
    assert mail.outbox[-1].extra_headers["Auto-Submitted"] == "auto-generated"


def test_public_addresses_set_no_cookie_and_read_none(client: Client) -> None:
    make_site()
    member(language="fr")
    sign_in(client)
    client.cookies["puente_language"] = "en"
    for url in ("/", "/es/", "/es/courses/", "/es/search/", "/sitemap.xml", "/healthz", "/es/nothing/", "/nothing/"):
        for visitor in (Client(), client):
            answer = visitor.get(url)
            assert answer.status_code in (200, 302, 404), url
            assert not answer.cookies, url


def test_a_visitor_gets_no_session_by_looking(client: Client) -> None:
    for url in ("/accounts/login/", "/accounts/signup/", "/accounts/login/password/", "/accounts/password/reset/", "/accounts/code/"):
        client.get(url)
    client.post("/accounts/login/", {"email": "no address"})
    client.post("/accounts/code/", {"code": "1"})
    assert "sessionid" not in client.cookies


def test_the_hint_comes_and_goes_with_the_session(client: Client) -> None:
    member()
    done = sign_in(client)
    assert done.cookies["puente_signed_in"]["max-age"] == done.cookies["sessionid"]["max-age"]
    assert not done.cookies["puente_signed_in"]["httponly"], "a script reads it"
    del client.cookies["puente_signed_in"]
    assert client.get("/accounts/").cookies["puente_signed_in"].value == "1"
    client.session.flush()
    ended = client.get("/accounts/")
    assert ended.status_code == 302
    assert ended.cookies["puente_signed_in"]["max-age"] == 0


def test_an_unknown_thing_is_not_looked_for_in_another_language(client: Client) -> None:
    """A 404 that a view has answered stays one; only an address that nobody answers gets a language."""
    make_site()
    assert client.get("/courses/")["Location"] == "/es/courses/"
    assert client.get("/media/images/nothing.png").status_code == 404
    assert client.post("/courses/").status_code == 404


def test_what_looked_at_the_session_is_never_public(rf: RequestFactory) -> None:
    def careless(request: HttpRequest) -> HttpResponse:
        request.session.get("anything")
        response = HttpResponse("")
        response["Cache-Control"] = "public, max-age=60"
        return response

    from django.contrib.auth.models import AnonymousUser
    from django.contrib.sessions.backends.db import SessionStore

    request = rf.get("/")
    request.session, request.user = SessionStore(), AnonymousUser()
    assert PrivateResponseMiddleware(careless)(request)["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("/en/a/", "en"),
        ("/en", "en"),
        ("/es?x=/en/", "es"),
        ("/xx/a/", ""),
        ("/", ""),
        ("", ""),
        ("en/", ""),
        ("//en/", ""),
        ("/accounts/", ""),
    ],
)
def test_the_prefix_of_an_address(url: str, prefix: str) -> None:
    assert language_prefix(url) == prefix


def test_local_addresses() -> None:
    assert local_address("/a?b=c#d") == "/a?b=c#d"
    assert not any(local_address(url) for url in ("a", "//a", "/\\a", "\\\\a", "http:///a", "/a\n", "/\ta", "ftp://a/"))
