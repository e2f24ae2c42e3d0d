"""A page is read: the same bytes for everyone, from the cache when warm, 304 when held, and never by the wrong reader."""

from __future__ import annotations

import gzip

import brotli
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from wagtail.models import PageViewRestriction

from accounts.models import User
from core import access
from core.models import HomePage, StandardPage
from core.site import ensure_site
from tests.registries import left_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(db: None) -> HomePage:
    cache.clear()
    return ensure_site()


@pytest.fixture
def about(home: HomePage) -> StandardPage:
    page = StandardPage(title="Acerca de", slug="about", lead="Quiénes somos.", locale=home.locale)
    home.add_child(instance=page)
    page.save_revision().publish()
    return page


def publish(page: StandardPage, capture: object) -> None:
    with capture(execute=True):  # type: ignore[operator]
        page.save_revision().publish()


@pytest.mark.database
def test_a_warm_public_page_costs_one_query(client: Client, about: StandardPage, django_assert_num_queries: object) -> None:
    client.get("/es/about/")
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert client.get("/es/about/").status_code == 200


@pytest.mark.database
def test_a_signed_in_reader_costs_the_same_and_gets_the_same_bytes(
    client: Client, about: StandardPage, django_assert_num_queries: object
) -> None:
    anonymous = client.get("/es/about/")
    client.force_login(User.objects.create_superuser("root@example.org"))
    with django_assert_num_queries(1):  # type: ignore[operator]
        signed_in = client.get("/es/about/")
    assert signed_in.content == anonymous.content
    assert "Cookie" not in signed_in.get("Vary", "")
    assert not signed_in.cookies


def test_the_first_reader_leaves_no_trace_in_what_others_get(client: Client, about: StandardPage) -> None:
    client.force_login(User.objects.create_superuser("root@example.org"))
    client.cookies["puente_language"] = "fr"
    first = client.get("/es/about/", HTTP_ACCEPT_LANGUAGE="fr")
    assert first.content == Client().get("/es/about/").content
    assert b"root@example.org" not in first.content
    assert b"csrfmiddlewaretoken" not in first.content


def test_the_same_bytes_are_answered_304(client: Client, about: StandardPage) -> None:
    first = client.get("/es/about/")
    assert first["Cache-Control"] == "public, no-cache"
    again = client.get("/es/about/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def test_each_encoding_has_its_own_strong_etag(client: Client, about: StandardPage) -> None:
    plain = client.get("/es/about/")
    zipped = client.get("/es/about/", HTTP_ACCEPT_ENCODING="gzip")
    best = client.get("/es/about/", HTTP_ACCEPT_ENCODING="gzip, br")
    assert gzip.decompress(zipped.content) == brotli.decompress(best.content) == plain.content
    assert len({plain["ETag"], zipped["ETag"], best["ETag"]}) == 3
    assert client.get("/es/about/", HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=best["ETag"]).status_code == 200


def test_an_encoding_the_client_refuses_is_not_sent(client: Client, about: StandardPage) -> None:
    answer = client.get("/es/about/", HTTP_ACCEPT_ENCODING="br;q=0, gzip;q=0.5")
    assert answer["Content-Encoding"] == "gzip"


@pytest.mark.database
def test_publishing_shows_at_the_next_request(client: Client, about: StandardPage, django_capture_on_commit_callbacks: object) -> None:
    old = client.get("/es/about/")
    about.title = "Sobre Puente"
    publish(about, django_capture_on_commit_callbacks)
    new = client.get("/es/about/", HTTP_IF_NONE_MATCH=old["ETag"])
    assert new.status_code == 200
    assert "Sobre Puente" in new.content.decode()


@pytest.mark.database
def test_unpublishing_closes_the_page(client: Client, about: StandardPage, django_capture_on_commit_callbacks: object) -> None:
    client.get("/es/about/")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        about.unpublish()
    assert client.get("/es/about/").status_code == 404


def test_a_draft_is_not_shown(client: Client, about: StandardPage) -> None:
    about.title = "Un borrador secreto"
    about.save_revision()
    cache.clear()
    assert "secreto" not in client.get("/es/about/").content.decode()


def test_a_preview_neither_comes_from_the_cache_nor_fills_it(client: Client, about: StandardPage) -> None:
    client.get("/es/about/")
    about.title = "Solo en vista previa"
    preview = about.make_preview_request()
    preview.render()
    assert "Solo en vista previa" in preview.content.decode()
    assert "Solo en vista previa" not in client.get("/es/about/").content.decode()


def test_unknown_parameters_change_nothing(client: Client, about: StandardPage) -> None:
    assert client.get("/es/about/?utm_source=x&lang=fr&q=%00").content == client.get("/es/about/").content


def test_a_page_of_a_class_without_a_rule_is_closed(client: Client, about: StandardPage) -> None:
    with left_out(access.RULES, StandardPage._meta.label):
        assert client.get("/es/about/").status_code == 404


def test_a_page_that_wagtail_restricts_is_closed(client: Client, about: StandardPage) -> None:
    PageViewRestriction.objects.create(page=about, restriction_type=PageViewRestriction.LOGIN)
    cache.clear()
    assert client.get("/es/about/").status_code == 404


def test_a_page_answers_only_under_its_own_language(client: Client, about: StandardPage) -> None:
    assert client.get("/en/about/").status_code == 404


@pytest.mark.parametrize(
    "path", ["/de/", "/es/nada/", "/es/courses/nada/nada/", "/es/%00/", "/es/../etc/passwd", "/media/../manage.py", "/media/x.png"]
)
def test_what_does_not_exist_is_said_to_be_missing(client: Client, home: HomePage, path: str) -> None:
    answer = client.get(path, follow=True)
    assert answer.status_code == 404


def test_the_page_not_found_speaks_the_language_of_the_address(client: Client, home: HomePage) -> None:
    assert '<html lang="es"' in client.get("/es/nada/").content.decode()
    assert '<html lang="fr"' in client.get("/fr/nada/").content.decode()


@pytest.mark.parametrize(("wanted", "address"), [("pt-BR,pt;q=0.9", "/pt/"), ("en", "/en/"), ("ja", "/es/"), ("", "/es/")])
def test_the_front_door_follows_accept_language(client: Client, home: HomePage, wanted: str, address: str) -> None:
    assert client.get("/", HTTP_ACCEPT_LANGUAGE=wanted)["Location"] == address


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_page_is_only_read(client: Client, about: StandardPage, method: str) -> None:
    assert getattr(client, method)("/es/about/").status_code == 405


def test_pages_link_their_languages(client: Client, home: HomePage) -> None:
    html = client.get("/es/").content.decode()
    for code in ("es", "pt", "fr", "en"):
        assert f'<link rel="alternate" hreflang="{code}" href="{settings.SITE_URL}/{code}/">' in html


def test_the_sitemap_lists_open_pages(client: Client, about: StandardPage) -> None:
    assert "/es/about/" in client.get(reverse("sitemap")).content.decode()


def test_the_admin_has_one_door(client: Client, home: HomePage) -> None:
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/accounts/login/?next=/admin/"
    assert client.get("/admin/password_reset/").status_code == 302


def test_switching_language_keeps_where_one_was_going(client: Client, home: HomePage) -> None:
    html = client.get("/accounts/login/?next=/es/learning/&lang=es").content.decode()
    assert "/accounts/login/?next=%2Fes%2Flearning%2F&amp;lang=en" in html
    assert 'href="/en/search/?q=migra"' in client.get("/es/search/?q=migra").content.decode()


@pytest.mark.database
def test_readiness_is_told_from_the_database(client: Client, home: HomePage) -> None:
    assert client.get("/readyz").json() == {"status": "ready"}

    def away(*args: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(away):
        answer = client.get("/readyz")
        assert client.get("/healthz").status_code == 200
    assert (answer.status_code, answer.json()["status"]) == (503, "the database does not answer")
