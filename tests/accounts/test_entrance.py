"""Signing up, in and out: whole flows in two languages, codes that are wrong, used or old, and where one goes after it."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from unittest.mock import patch

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import User, UserManager
from tests.accounts.door import ANA, NOBODY, addresses, ask, code_in, member, sign_in, signed_in_as, wrong

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["es", "en"])
def test_sign_up_with_a_code(client: Client, language: str) -> None:
    page = client.get("/accounts/signup/", HTTP_ACCEPT_LANGUAGE=language)
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.content.decode()
    asked = ask(client, at="/accounts/signup/", HTTP_ACCEPT_LANGUAGE=language)
    assert f'<html lang="{language}"' in asked.content.decode()
    assert signed_in_as(client) is None
    assert mail.outbox[-1].to == [ANA]
    assert mail.outbox[-1].extra_headers["Content-Language"] == language

    done = client.post(asked.redirect_chain[-1][0], {"code": code_in()}, HTTP_ACCEPT_LANGUAGE=language)
    assert (done.status_code, done["Location"]) == (302, f"/{language}/learning/")
    user = User.objects.get()
    assert signed_in_as(client) == user
    assert addresses(user) == [(ANA, True, True)]
    assert not user.has_usable_password()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("language", ["es", "en"])
def test_sign_in_with_a_code(client: Client, language: str) -> None:
    user = member()
    asked = ask(client, HTTP_ACCEPT_LANGUAGE=language)
    assert asked.redirect_chain[-1][0] == "/accounts/code/"
    assert ANA in asked.content.decode()
    done = client.post("/accounts/code/", {"code": code_in().replace("-", " ")}, HTTP_ACCEPT_LANGUAGE=language)
    assert done["Location"] == f"/{language}/learning/"
    assert signed_in_as(client) == user
    assert client.cookies["puente_signed_in"].value == "1"


def test_an_account_made_by_a_command_needs_one_code_only(client: Client) -> None:
    user = User.objects.create_superuser("Root@Example.org")
    assert sign_in(client, "ROOT@example.org").status_code == 302
    assert signed_in_as(client) == user
    assert addresses(user) == [("root@example.org", True, True)]
    assert len(mail.outbox) == 1


def test_a_password_signs_in_those_who_have_one(client: Client) -> None:
    member(password="four words of mine")
    page = client.get("/accounts/login/password/?next=/es/courses/")
    assert page.status_code == 200
    refused = client.post("/accounts/login/password/", {"email": ANA, "password": "not this one"})
    assert refused.status_code == 422
    assert ANA in refused.content.decode()
    assert "not this one" not in refused.content.decode()
    done = client.post("/accounts/login/password/?next=/es/courses/", {"email": "Ana@example.org", "password": "four words of mine"})
    assert done["Location"] == "/es/courses/"
    assert signed_in_as(client) is not None


def test_a_password_does_not_replace_the_confirmation_of_an_address(client: Client) -> None:
    user = User.objects.create_user(ANA, "four words of mine")
    asked = client.post("/accounts/login/password/?next=/es/courses/", {"email": ANA, "password": "four words of mine"})
    assert asked["Location"] == "/accounts/code/?next=%2Fes%2Fcourses%2F"
    assert signed_in_as(client) is None
    done = client.post(asked["Location"], {"code": code_in()})
    assert done["Location"] == "/es/courses/"
    assert addresses(user) == [(ANA, True, True)]


def test_someone_with_an_account_who_signs_up_is_signed_in(client: Client) -> None:
    user = member()
    assert sign_in(client, at="/accounts/signup/").status_code == 302
    assert signed_in_as(client) == user
    assert User.objects.count() == 1


def test_signing_up_twice_without_typing_the_code_makes_one_account(client: Client) -> None:
    ask(client, at="/accounts/signup/")
    ask(Client(), at="/accounts/signup/")
    assert User.objects.count() == 1
    assert sign_in(client, at="/accounts/signup/").status_code == 302
    assert addresses(User.objects.get()) == [(ANA, True, True)]


def test_two_sign_ups_at_the_same_moment(client: Client) -> None:
    """The second finds no account when it looks, and one when it writes."""
    member()
    looked = User.objects.filter
    with patch.object(UserManager, "filter", side_effect=[User.objects.none(), *(looked(email=ANA) for _look in range(9))]):
        asked = ask(client, at="/accounts/signup/")
    assert asked.status_code == 200
    assert User.objects.count() == 1
    assert client.post("/accounts/code/", {"code": code_in()}).status_code == 302


def test_a_wrong_code_is_said_and_kept(client: Client) -> None:
    member()
    asked = ask(client, at="/accounts/login/?next=/es/courses/&lang=en")
    url = asked.redirect_chain[-1][0]
    bad = wrong(code_in())
    for left in (4, 3, 2, 1):
        refused = client.post(url, {"code": bad})
        html = refused.content.decode()
        assert refused.status_code == 422
        assert f'value="{bad}"' in html
        assert f"You can try {left} more time" in html
    assert signed_in_as(client) is None
    gone = client.post(url, {"code": bad})
    assert gone.status_code == 410
    assert ANA in gone.content.decode()
    assert "next=%2Fes%2Fcourses%2F&amp;lang=en" in gone.content.decode()
    assert client.post(url, {"code": code_in()}).status_code == 410, "the right code is thrown away, too"
    assert signed_in_as(client) is None


@pytest.mark.parametrize("at", ["/accounts/login/", "/accounts/signup/"])
@pytest.mark.parametrize("typed", ["", "x" * 5000, "\0\0", "١٢٣٤-٥٦٧٨", "<script>", "12345678' OR 1=1"])
def test_whatever_is_typed_as_a_code_is_answered(client: Client, at: str, typed: str) -> None:
    ask(client, at=at)
    assert client.post("/accounts/code/", {"code": typed}).status_code == 422
    assert signed_in_as(client) is None


def test_a_code_is_used_once(client: Client) -> None:
    member()
    ask(client)
    code = code_in()
    assert client.post("/accounts/code/?next=/es/courses/", {"code": code})["Location"] == "/es/courses/"
    again = client.post("/accounts/code/?next=/es/courses/", {"code": code})
    assert again["Location"] == "/es/courses/", "sent twice: the second goes where the first went"
    client.post("/accounts/logout/")
    used = client.post("/accounts/code/", {"code": code})
    assert used.status_code == 410
    assert signed_in_as(client) is None


def test_a_code_opens_only_the_browser_that_asked_for_it(client: Client) -> None:
    member()
    ask(client)
    stranger = Client()
    assert stranger.post("/accounts/code/", {"code": code_in()}).status_code == 410
    ask(stranger, NOBODY)
    assert stranger.post("/accounts/code/", {"code": code_in(mail.outbox[0])}).status_code == 422
    assert signed_in_as(stranger) is None


@pytest.mark.parametrize("at", ["/accounts/login/", "/accounts/signup/"])
def test_an_old_code_is_explained(client: Client, at: str) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        ask(client, at=f"{at}?lang=en&next=/en/courses/")
    with time_machine.travel(start + timedelta(minutes=15, seconds=5), tick=False):
        old = (
            client.post("/accounts/code/?next=/en/courses/", {"code": code_in()})
            if at.endswith("signup/")
            else client.get("/accounts/code/")
        )
    assert old.status_code == 410
    html = old.content.decode()
    assert ANA in html
    assert f'action="{at}' in html
    assert signed_in_as(client) is None


def test_a_new_code_can_be_sent_three_times(client: Client) -> None:
    member()
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        ask(client)
    first = code_in()
    for _sent in range(3):
        answer = client.post("/accounts/code/?next=/es/courses/", {"action": "resend"})
        assert answer["Location"] == "/accounts/code/?next=%2Fes%2Fcourses%2F&sent=1"
    assert client.get(answer["Location"]).status_code == 200
    assert len(mail.outbox) == 4
    refused = client.post("/accounts/code/", {"action": "resend"})
    assert refused.status_code == 429
    assert len(mail.outbox) == 4
    if first != code_in():
        assert client.post("/accounts/code/", {"code": first}).status_code == 422
    assert client.post("/accounts/code/", {"code": code_in()}).status_code == 302


def test_a_new_code_has_the_time_of_the_first(client: Client) -> None:
    """Or whoever has it sent again and again could wait for as long as they like."""
    member()
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        ask(client)
        assert "15 minutes" in str(mail.outbox[-1].body) or "15 minutos" in str(mail.outbox[-1].body)
    with time_machine.travel(start + timedelta(minutes=10), tick=False):
        client.post("/accounts/code/", {"action": "resend"})
        assert "5 minut" in str(mail.outbox[-1].body)
    with time_machine.travel(start + timedelta(minutes=14), tick=False):
        assert client.post("/accounts/code/", {"code": code_in()}).status_code == 302
    assert signed_in_as(client) is not None


def test_a_mistyped_address_can_be_mended(client: Client) -> None:
    member()
    ask(client, NOBODY, at="/accounts/login/?next=/es/courses/")
    assert client.get("/accounts/login/?next=/es/courses/").status_code == 200, "the page does not insist on the first address"
    answer = sign_in(client, at="/accounts/login/?next=/es/courses/")
    assert answer["Location"] == "/es/courses/"


@pytest.mark.parametrize(
    "typed", ["", "ana", "ana@", "a" * 300 + "@example.org", "ana@example.org\0", "ana@example.org\nBcc: x@example.org", "@"]
)
@pytest.mark.parametrize("at", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"])
def test_whatever_is_typed_as_an_address_is_answered(client: Client, at: str, typed: str) -> None:
    assert client.post(at, {"email": typed}).status_code == 422
    assert mail.outbox == []
    assert not User.objects.exists()


def test_an_address_that_came_along_is_filled_in(client: Client) -> None:
    assert f'value="{ANA}"' in client.get(f"/accounts/signup/?email={ANA}").content.decode()
    assert client.get("/accounts/signup/?email=%00%22%3E" + "x" * 3000).status_code == 200


@pytest.mark.parametrize("at", ["/accounts/login/", "/accounts/signup/"])
def test_next_is_kept_all_the_way(client: Client, at: str) -> None:
    wanted = "/en/learning/0/?a=1&b=2"
    page = client.get(at, {"next": wanted})
    assert "/en/learning/0/?a=1&amp;b=2" in page.content.decode()
    asked = client.post(page.request["PATH_INFO"], {"email": ANA, "next": wanted})
    assert asked["Location"] == "/accounts/code/?next=%2Fen%2Flearning%2F0%2F%3Fa%3D1%26b%3D2"
    assert '<html lang="en"' in client.get(asked["Location"]).content.decode(), "in the language of the page to come"
    if at.endswith("login/"):
        ask(client, at=f"/accounts/signup/?next={wanted.replace('&', '%26')}")
    assert client.post(asked["Location"], {"code": code_in()})["Location"] == wanted


@pytest.mark.parametrize(
    "foreign",
    [
        *("https://evil.example/", "//evil.example/", "/\\evil.example", "///evil.example", "http://[", "javascript:alert(1)"),
        *("http:evil", "\t//evil.example", "/" + "a" * 5000, "/\r\nSet-Cookie: a=b", "evil.example", "http://testserver:80@evil.example/"),
    ],
)
def test_next_never_leads_away(client: Client, foreign: str) -> None:
    member()
    for url in ("/accounts/login/", "/accounts/signup/", "/accounts/logout/", "/accounts/password/reset/", "/accounts/login/password/"):
        assert client.get(url, {"next": foreign}).status_code in (200, 302), url
    client.post("/accounts/login/", {"email": ANA, "next": foreign})
    done = client.post("/accounts/code/", {"code": code_in(), "next": foreign})
    assert done["Location"].endswith("/learning/")
    assert client.get("/accounts/login/", {"next": foreign})["Location"].endswith("/learning/")
    assert client.post("/accounts/logout/", {"next": foreign})["Location"] in ("/es/", "/en/")


def test_people_who_are_signed_in_go_on(client: Client) -> None:
    member()
    sign_in(client)
    for url in ("/accounts/login/", "/accounts/signup/", "/accounts/login/password/", "/accounts/code/"):
        assert client.get(f"{url}?next=/es/courses/")["Location"] == "/es/courses/"


def test_signing_out_asks_first(client: Client) -> None:
    member()
    sign_in(client)
    assert client.get("/accounts/logout/").status_code == 200
    assert signed_in_as(client) is not None
    done = client.post("/accounts/logout/")
    assert done["Location"] == "/es/"
    assert signed_in_as(client) is None
    assert client.cookies["puente_signed_in"].value == ""
    assert client.get("/accounts/logout/")["Location"] == "/es/"
    assert client.post("/accounts/logout/").status_code == 302


def test_closed_accounts_are_not_entered(client: Client) -> None:
    user = member(password="four words of mine")
    sign_in(client)
    waiting = Client()
    ask(waiting)
    code = code_in()
    user.is_active = False
    user.save()
    assert client.get("/accounts/").status_code == 302, "an open session ends at once"
    late = waiting.post("/accounts/code/", {"code": code}, follow=True)
    assert late.status_code == 403
    assert signed_in_as(waiting) is None
    for at in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        stranger = Client()
        assert ask(stranger, at=f"{at}?lang=en").status_code == 200
        assert "closed" in str(mail.outbox[-1].body)
    stranger = Client()
    refused = stranger.post("/accounts/login/password/", {"email": ANA, "password": "four words of mine"}, follow=True)
    assert refused.status_code == 403
    assert signed_in_as(stranger) is None


@pytest.mark.parametrize("at", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"])
def test_an_e_mail_that_cannot_be_sent_is_said(client: Client, at: str) -> None:
    with patch("django.core.mail.EmailMessage.send", side_effect=SMTPRecipientsRefused({})):
        answer = client.post(at, {"email": ANA})
    assert answer.status_code == 503
    assert ANA in answer.content.decode()
    assert signed_in_as(client) is None
    assert ask(client, at=at).status_code == 200, "and it can be tried again"


def test_an_old_tab_is_answered_in_words() -> None:
    client = Client(enforce_csrf_checks=True)
    refused = client.post("/accounts/login/?lang=en", {"email": ANA})
    assert refused.status_code == 403
    assert "open for too long" in refused.content.decode()
    json = client.post("/accounts/login/", "{}", content_type="application/json")
    assert (json.status_code, json["Content-Type"]) == (403, "application/json")
    client.force_login(member())
    assert client.post("/accounts/login/?next=/es/courses/", {"email": ANA})["Location"] == "/accounts/login/?next=/es/courses/"


def test_limits_are_explained(client: Client, settings: settings) -> None:  # type: ignore[valid-type]
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip", "send_code": "2/m/key"}  # type: ignore[attr-defined]
    answers = [client.post("/accounts/login/?lang=en", {"email": email}) for email in (ANA, ANA, ANA, NOBODY)]
    assert [answer.status_code for answer in answers] == [302, 302, 429, 429]
    assert "several codes were asked for this address" in answers[2].content.decode()
    assert ANA in answers[2].content.decode(), "what was typed is kept"
    assert "Wait a minute" in answers[3].content.decode()
    assert answers[3]["Retry-After"] == "60"
    assert len(mail.outbox) == 2
