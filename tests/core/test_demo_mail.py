"""The demo's inbox shows what was sent, newest first, and survives whatever else is in the folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.test import Client
from django.urls import include, path

from config.urls import urlpatterns as site

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

urlpatterns = [path("demo/mail/", include("core.demo_mail_urls")), *site]


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DEMO = True
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    return tmp_path / "mail"


def send(subject: str, body: str = "Hola", to: str = "ana@example.org") -> None:
    EmailMessage(subject, body, "Puente <puente@example.org>", [to]).send()


def at(path: Path, seconds: int) -> None:
    os.utime(path, (seconds, seconds))


def test_an_empty_inbox_and_a_missing_folder(client: Client, folder: Path) -> None:
    assert client.get("/demo/mail/").status_code == 200
    folder.mkdir()
    assert client.get("/demo/mail/").status_code == 200


def test_messages_are_shown(client: Client, folder: Path) -> None:
    send("Tu código: ñandú", "1234-5678\n\n<script>alert(1)</script>\nhttp://127.0.0.1:8000/accounts/")
    html = client.get("/demo/mail/").content.decode()
    assert "Tu código: ñandú" in html
    assert "ana@example.org" in html
    assert "1234-5678" in html
    url = html.split('class="card-title"><a href="')[1].split('"')[0]
    answer = client.get(url)
    page = answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert '<a href="http://127.0.0.1:8000/accounts/"' in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert not answer.cookies


def test_the_newest_comes_first(client: Client, folder: Path) -> None:
    connection = get_connection()
    connection.open()
    for number in (1, 2):
        EmailMessage(
            f"Number {number}", "x", "p@example.org", ["a@example.org"], headers={"Date": f"Tue, 0{number} Dec 2026 10:00:00 -0000"}
        ).send()
    connection.send_messages(
        [
            EmailMessage(f"Number {n}", "x", "p@example.org", ["a@example.org"], headers={"Date": f"Tue, 0{n} Dec 2026 10:00:00 -0000"})
            for n in (4, 3)
        ]
    )
    connection.close()
    html = client.get("/demo/mail/").content.decode()
    places = [html.index(f"Number {number}") for number in (4, 3, 2, 1)]
    assert places == sorted(places)


def test_odd_files_are_left_out(client: Client, folder: Path, tmp_path: Path) -> None:
    send("A good one")
    secret = tmp_path / "secret"
    secret.write_text("To: x@example.org\nSubject: not in the folder\n\nsecret")
    (folder / "link.log").symlink_to(secret)
    (folder / "broken.log").symlink_to(tmp_path / "nothing")
    (folder / "directory.log").mkdir()
    (folder / "empty.log").touch()
    (folder / "noise.log").write_bytes(bytes(range(256)) * 4000)
    (folder / "none.log").write_text("just text")
    (folder / "charset.log").write_bytes(
        b"To: b@example.org\nSubject: =?nonsense?q?x?=\nContent-Type: text/plain; charset=nonsense\n\n\xff\xfe"
    )
    (folder / "date.log").write_bytes(b"To: c@example.org\nSubject: No date\nDate: tomorrow\n\nx\0y")
    (folder / "header.log").write_bytes(b"To: \xff\xfe<<>>,,;\nSubject: " + b"s" * 100_000 + b"\n\nx")
    (folder / "html.log").write_bytes(b"To: d@example.org\nSubject: Only HTML\nContent-Type: text/html\n\n<b>bold</b>")
    (folder / "parts.log").write_bytes(b"To: e@example.org\nSubject: Parts\nContent-Type: multipart/mixed; boundary=x\n\n--x\n--x\n--y--")
    (folder / "a\udcffb.log").write_bytes(b"To: f@example.org\nSubject: Odd name\n\nx")
    answer = client.get("/demo/mail/")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "A good one" in html
    assert "No date" in html
    assert "Odd name" in html
    assert "secret" not in html
    assert "<b>bold" not in html
    for url in {part.split('"')[0] for part in html.split('href="/demo/mail/')[1:]}:
        assert client.get(f"/demo/mail/{url}").status_code == 200


def test_html_beside_the_text_is_not_shown(client: Client, folder: Path) -> None:
    both = EmailMultiAlternatives("Both", "plain words", "p@example.org", ["a@example.org"])
    both.attach_alternative("<p>other words</p>", "text/html")
    both.send()
    html = client.get("/demo/mail/").content.decode()
    assert "plain words" in html
    assert "other words" not in html


def test_only_the_newest_hundred_are_read(client: Client, folder: Path) -> None:
    folder.mkdir()
    for number in range(130):
        file = folder / f"{number:03}.log"
        file.write_text(f"To: a@example.org\nSubject: Number {number:03}\n\nx")
        at(file, 1_700_000_000 + number)
    html = client.get("/demo/mail/").content.decode()
    assert html.count('class="card-title"') == 100
    assert "Number 129" in html
    assert "Number 029" not in html


def test_unknown_messages(client: Client, folder: Path) -> None:
    send("One")
    for key in ("nothing", "0" * 16, "..", "a" * 3000):
        assert client.get(f"/demo/mail/{key}/").status_code == 404
    assert client.post("/demo/mail/").status_code == 405


def test_outside_the_demo_there_is_none(client: Client, folder: Path, settings: Any) -> None:
    send("One")
    settings.DEMO = False
    assert client.get("/demo/mail/").status_code == 404


def test_other_mail_backends_leave_the_inbox_empty(client: Client, folder: Path, settings: Any) -> None:
    del settings.EMAIL_FILE_PATH
    assert client.get("/demo/mail/").status_code == 200
