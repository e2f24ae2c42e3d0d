"""What is sent in a way the site does not take is refused in words: never a 500, and never a question of tokens."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from core.models import HomePage
from core.site import ensure_site

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
FORMS = (FORM, "multipart/form-data; boundary=x")


@pytest.fixture
def home(db: None) -> HomePage:
    return ensure_site()


@pytest.fixture
def strict() -> Client:
    """A client that must show a token, like a browser, and that gets a 500 instead of an exception."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "UTF-7", "nonsense", "idna", "rot13"])
@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("address", ["/accounts/login/", "/es/", "/es/learning/", "/admin/login/"])
def test_a_form_in_another_charset_is_refused_in_words(strict: Client, home: HomePage, address: str, kind: str, charset: str) -> None:
    answer = strict.generic("POST", address, b"email=a", f"{kind}; charset={charset}", HTTP_ACCEPT_LANGUAGE="en")
    assert answer.status_code == 415, answer.status_code
    assert "UTF-8" in answer.content.decode()
    assert not answer.cookies


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8"])
def test_utf_8_is_taken_however_it_is_written(home: HomePage, charset: str) -> None:
    answer = Client().generic("POST", "/accounts/login/", b"email=a%40example.org", f"{FORM}; charset={charset}")
    assert answer.status_code in (200, 302)


def test_nor_is_an_address_read_in_another_charset(strict: Client, home: HomePage) -> None:
    answer = strict.generic("GET", "/es/search/?q=migra", b"x", "text/plain; charset=utf-16")
    assert answer.status_code == 415


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
@pytest.mark.parametrize(
    "address", ["/", "/es/", "/es/search/", "/sitemap.xml", "/healthz", "/readyz", "/media/siteimage/x.png", "/es/nada/"]
)
def test_what_is_only_read_says_so_before_it_asks_for_a_token(strict: Client, home: HomePage, address: str, method: str) -> None:
    answer = getattr(strict, method)(address)
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"


def test_forms_still_need_their_token(strict: Client, home: HomePage) -> None:
    assert strict.post(reverse("account_login"), {"email": "a@example.org"}).status_code == 403
