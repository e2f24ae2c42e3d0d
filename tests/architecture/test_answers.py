"""What every public page promises to browsers and caches: a strict, constant CSP, an ETag with 304, and nothing inline."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.models import BasePage

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


def test_other_headers_stand_on_every_answer(client: Client, urls: list[str]) -> None:
    for url in urls:
        response = client.get(url)
        assert response["X-Content-Type-Options"] == "nosniff", url
        assert response["X-Frame-Options"] == "DENY", url
        assert response["Referrer-Policy"] == "same-origin", url


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
        assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", html)), url
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
