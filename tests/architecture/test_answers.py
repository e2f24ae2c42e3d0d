"""What every public page promises to browsers and caches: a strict, constant CSP, an ETag with 304, and nothing inline."""

from __future__ import annotations

import re
from typing import Any

import pytest
from csp.constants import NONCE, SELF
from csp.decorators import csp, csp_exempt, csp_replace, csp_update
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from accounts.models import User
from core.middleware import PolicyMiddleware
from core.models import BasePage, HomePage, StandardPage
from core.views import styleguide
from credentials.models import Credential
from knowledge.models import PublicationPage
from knowledge.outputs import OUTPUTS, Readers
from tests.factories import finish_course, make_course

pytestmark = pytest.mark.django_db
UNSAFE = ("unsafe-inline", "unsafe-eval", "unsafe-hashes", "http:", "https:", "*", "nonce-")


@pytest.fixture
def urls(one_page_of_each: dict[type[BasePage], BasePage]) -> list[str]:
    """Every page class, search, and an address where nothing is."""
    pages = [page.get_url() or "" for page in one_page_of_each.values()]
    return [*pages, reverse("search"), "/es/nothing-here/"]


def test_the_policy_is_strict_and_everywhere_the_same(client: Client, urls: list[str]) -> None:
    policies = {client.get(url)["Content-Security-Policy"] for url in urls}
    client.force_login(User.objects.create_superuser("root@example.org"))
    policies |= {client.get(url)["Content-Security-Policy"] for url in urls}
    assert len(policies) == 1
    policy = dict(part.strip().split(" ", 1) for part in policies.pop().split(";") if part.strip())
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    for directive, sources in policy.items():
        for unsafe in UNSAFE:
            assert unsafe not in sources, f"{directive} {sources}"


@pytest.mark.parametrize(
    ("decorated", "expected"),
    [
        (csp_update({"img-src": ["data.example"]}), "'self' data: data.example"),
        (csp_replace({"img-src": ["only.example"]}), "only.example"),
        (csp({"img-src": ["mine.example"]}), "mine.example"),
    ],
    ids=["update", "replace", "own"],
)
def test_a_view_that_asks_for_another_policy_gets_it(decorated: Any, expected: str) -> None:
    view = PolicyMiddleware(decorated(lambda request: HttpResponse("ok")))
    request = RequestFactory().get("/somewhere/")
    assert directives(view(request))["img-src"] == expected
    assert directives(PolicyMiddleware(lambda request: HttpResponse("ok"))(request))["img-src"] == "'self' data:", "and nobody else does"


def test_a_nonce_that_was_used_is_in_the_policy() -> None:
    request = RequestFactory().get("/somewhere/")
    with override_settings(CONTENT_SECURITY_POLICY={"DIRECTIVES": {"script-src": [SELF, NONCE]}}):
        answer = PolicyMiddleware(lambda request: HttpResponse(str(request.csp_nonce)))(request)  # type: ignore[attr-defined]
    assert f"'nonce-{answer.content.decode()}'" in answer["Content-Security-Policy"]


def test_what_is_only_reported_is_reported_everywhere() -> None:
    with override_settings(CONTENT_SECURITY_POLICY_REPORT_ONLY={"DIRECTIVES": {"img-src": [SELF]}}):
        answer = PolicyMiddleware(lambda request: HttpResponse("ok"))(RequestFactory().get("/somewhere/"))
    assert "img-src 'self'" in answer["Content-Security-Policy-Report-Only"]
    assert directives(answer)["default-src"] == "'none'"


@override_settings(DEBUG=True)
def test_the_error_pages_of_development_keep_their_styles() -> None:
    answer = PolicyMiddleware(lambda request: HttpResponse(status=404))(RequestFactory().get("/somewhere/"))
    assert "Content-Security-Policy" not in answer


def test_a_view_that_is_exempt_or_has_a_policy_keeps_it() -> None:
    request = RequestFactory().get("/somewhere/")
    assert "Content-Security-Policy" not in PolicyMiddleware(csp_exempt()(lambda request: HttpResponse("ok")))(request)
    own = HttpResponse("ok", headers={"Content-Security-Policy": "default-src 'none'"})
    assert PolicyMiddleware(lambda request: own)(request)["Content-Security-Policy"] == "default-src 'none'"


def directives(response: HttpResponse) -> dict[str, str]:
    """The policy of an answer: sources by directive."""
    parts = [part.split() for part in response["Content-Security-Policy"].split(";") if part.strip()]
    return {name: " ".join(sources) for name, *sources in parts}


def test_the_admin_may_write_inline_and_frame_itself_and_nothing_else(
    client: Client, one_page_of_each: dict[type[BasePage], BasePage]
) -> None:
    client.force_login(User.objects.create_superuser("root@example.org"))
    page = one_page_of_each[StandardPage]
    urls = ["/admin/", reverse("wagtailadmin_pages:edit", args=[page.pk]), reverse("wagtailadmin_pages:view_draft", args=[page.pk])]
    for url in urls:
        response = client.get(url)
        assert response.status_code == 200, url
        policy = directives(response)
        assert policy["script-src"] == policy["style-src"] == "'self' 'unsafe-inline'", url
        assert policy["frame-ancestors"] == policy["frame-src"] == policy["form-action"] == "'self'", url
        assert policy["default-src"] == policy["base-uri"] == "'none'", url
        assert "unsafe-eval" not in response["Content-Security-Policy"], url
        assert response["X-Frame-Options"] == "SAMEORIGIN", url


def test_a_preview_may_be_framed_by_the_editor_and_changes_nothing_for_readers(
    client: Client, one_page_of_each: dict[type[BasePage], BasePage]
) -> None:
    page = one_page_of_each[StandardPage]
    client.force_login(User.objects.create_superuser("root@example.org"))
    client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    for mode in page.preview_modes:
        response = client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]), {"mode": mode[0]})
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        assert directives(response)["frame-ancestors"] == "'self'"
    assert directives(client.get(page.get_url() or ""))["frame-ancestors"] == "'none'"
    for near in ("/administration/", "/es/admin/", "/admin"):
        assert directives(client.get(near))["frame-ancestors"] == "'none'", near


def test_what_is_not_kept_is_answered_304_too(client: Client, home: HomePage) -> None:
    for url in ("/es/search/", "/es/search/?q=curso"):
        first = client.get(url)
        assert first["Cache-Control"] == "public, no-cache", url
        again = client.get(url, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"]), url


def test_the_styleguide_is_answered_304(rf: RequestFactory, home: HomePage) -> None:
    first = styleguide(rf.get("/styleguide/"))
    assert first.status_code == 200
    assert styleguide(rf.get("/styleguide/", headers={"If-None-Match": first["ETag"]})).status_code == 304


def test_other_headers_stand_on_every_answer(client: Client, urls: list[str]) -> None:
    for url in urls:
        response = client.get(url)
        assert response["X-Content-Type-Options"] == "nosniff", url
        assert response["X-Frame-Options"] == "DENY", url
        assert response["Referrer-Policy"] == "same-origin", url
        assert "camera=()" in response["Permissions-Policy"], url
        assert "publickey-credentials-get=(self)" in response["Permissions-Policy"], url


def test_others_may_show_what_is_everyones_and_nothing_that_is_somebodys(
    client: Client, one_page_of_each: dict[type[BasePage], BasePage]
) -> None:
    name = default_storage.save("images/x.png", ContentFile(b"x"))
    enrolment = finish_course(make_course(lessons=1, assessments=0))
    certificate = Credential.objects.get(enrolment=enrolment).pk
    everyones = [page.get_url() or "" for page in one_page_of_each.values()]
    everyones += [default_storage.url(name), reverse("sitemap"), reverse("knowledge:feed"), reverse("credential", args=[certificate])]
    work = one_page_of_each[PublicationPage]
    everyones += [url for output in OUTPUTS if output.readers is Readers.EVERYONE for url in output.addresses(work)]
    for url in everyones:
        answer = client.get(url)
        assert (answer.status_code, answer["Cross-Origin-Resource-Policy"]) == (200, "cross-origin"), url
    client.force_login(enrolment.learner, backend="django.contrib.auth.backends.ModelBackend")
    somebodys = [reverse("learning:index"), reverse("account_home"), f"/learning/api/state/{enrolment.course_key}"]
    for url in somebodys:
        answer = client.get(url)
        assert (answer.status_code, answer["Cross-Origin-Resource-Policy"]) == (200, "same-origin"), url
    default_storage.delete(name)


def test_pages_are_public_with_an_etag_and_304(client: Client, one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    for page in one_page_of_each.values():
        url = page.get_url() or ""
        first = client.get(url)
        assert first["Cache-Control"] == "public, no-cache", url
        again = client.get(url, headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 304, url
        assert again.content == b"", url
        assert again["ETag"] == first["ETag"], url


def test_pages_hold_nothing_inline_and_nothing_of_others(client: Client, urls: list[str]) -> None:
    for url in urls:
        html = client.get(url).content.decode()
        assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style\b|javascript:", html), url
        # JSON-LD is data: no browser runs it.
        assert all("src=" in tag or tag == '<script type="application/ld+json">' for tag in re.findall(r"<script\b[^>]*>", html)), url
        loaded = re.findall(r"<(?:script|img|source|iframe|video|audio)\b[^>]*\bsrc=\"([^\"]*)\"", html)
        loaded += re.findall(r"<link\b[^>]*rel=\"(?:stylesheet|icon|manifest|preload|modulepreload)\"[^>]*href=\"([^\"]*)\"", html)
        assert all(address.startswith(("/", "data:")) and not address.startswith("//") for address in loaded), url


def test_pages_hold_nothing_of_the_reader(client: Client, urls: list[str]) -> None:
    client.force_login(User.objects.create_superuser("somebody.special@example.org"))
    for url in urls:
        html = client.get(url).content.decode()
        assert "csrfmiddlewaretoken" not in html, url
        assert "somebody.special" not in html, url


def test_pages_say_their_language_and_where_the_others_are(client: Client, one_page_of_each: dict[type[BasePage], BasePage]) -> None:
    for page in one_page_of_each.values():
        html = client.get(page.get_url() or "").content.decode()
        assert re.search(r"<html[^>]*\blang=\"es\"", html), page
        assert len(re.findall(r"<main\b[^>]*id=\"main\"", html)) == 1, page
        assert len(re.findall(r"<h1\b", html)) == 1, page
        assert 'href="/en/' in html, page
