"""robots.txt and security.txt: what programs look for at known addresses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest
from django.test import Client
from django.utils import timezone

from core.site import ensure_site

pytestmark = pytest.mark.django_db


def test_robots_may_read_what_is_open_and_are_told_where_all_of_it_stands(client: Client, settings: Any) -> None:
    settings.SITE_URL = "https://puente.example"
    ensure_site()
    answer = client.get("/robots.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    parser = RobotFileParser()
    parser.parse(answer.content.decode().replace("/*/", "/es/").splitlines())
    for path in ("/es/", "/en/courses/", "/credentials/verify/", "/media/images/x.png", "/es/knowledge/feed.atom"):
        assert parser.can_fetch("Any", path), path
    for path in ("/admin/pages/", "/accounts/login/", "/es/learning/", "/learning/api/state"):
        assert not parser.can_fetch("Any", path), path
    assert parser.site_maps() == ["https://puente.example/sitemap.xml"]
    assert client.get("/sitemap.xml").status_code == 200


def test_who_found_a_vulnerability_is_told_whom_to_write_to(client: Client, settings: Any) -> None:
    settings.SITE_URL, settings.SECURITY_CONTACT = "https://puente.example", "mailto:security@puente.example"
    answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    said = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert said["Contact"] == "mailto:security@puente.example"
    assert said["Canonical"] == "https://puente.example/.well-known/security.txt"
    assert said["Preferred-Languages"] == "es, pt, fr, en"
    until = datetime.fromisoformat(said["Expires"])
    assert timedelta(days=150) < until - timezone.now() < timedelta(days=365), "RFC 9116 asks for less than a year"


def test_without_a_contact_of_its_own_it_is_the_address_that_mail_comes_from(settings: Any) -> None:
    assert settings.SECURITY_CONTACT == "mailto:puente@localhost"
