"""Nobody who guesses keeps an owner out: known browsers have tries of their own, and every message can make a browser known."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import KnownBrowser, UsedLink, User
from accounts.services.change_address import change_address
from accounts.upkeep import forget_old
from tests.accounts.door import ANA, NOBODY, code_in, member, sign_in, signed_in_as, wrong
from tests.accounts.staff import app_code, give_app

pytestmark = pytest.mark.django_db
COOKIE = "puente_browser"
WORDS = "four words of mine"
PASSWORD_DOOR = "/accounts/login/password/"


@pytest.fixture(autouse=True)
def limits(settings: Any) -> None:
    """The limits of a real site, which the test settings switch off; with room for a test's own requests from one network."""
    from config.settings import base

    settings.ACCOUNT_RATE_LIMITS = {name: re.sub(r"\d+/m/ip,?", "", rate or "") or None for name, rate in base.ACCOUNT_RATE_LIMITS.items()}
    settings.ACCOUNT_DAY_LIMITS = base.ACCOUNT_DAY_LIMITS


def from_network(number: int, **cookies: str) -> Client:
    client = Client(REMOTE_ADDR=f"198.51.{number // 250}.{number % 250 + 1}", HTTP_ACCEPT_LANGUAGE="en")
    for name, value in cookies.items():
        client.cookies[name] = value
    return client


def known_browser(number: int = 0) -> Client:
    """Return a browser in which Ana has signed in and out again."""
    client = from_network(number)
    sign_in(client)
    client.post("/accounts/logout/")
    return client


def link_in(message: Any) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/accounts/browser/\S+)", str(message.body))
    assert found, message.body
    return found.group(1)


def attack(door: str, times: int) -> list[int]:
    """Ask, or guess, from a new network each time, as whoever has many of them."""
    sent = {"email": ANA, "password": "wrong words entirely"}
    return [from_network(1000 + number).post(door, sent).status_code for number in range(times)]


def test_an_owner_on_a_known_browser_gets_in_while_an_attacker_repeats() -> None:
    member(password=WORDS)
    owner = known_browser()
    mail.outbox.clear()
    for _round in range(3):
        attack(PASSWORD_DOOR, 30)
        attack("/accounts/login/", 12)
        attack("/accounts/password/reset/", 12)
        assert owner.post(PASSWORD_DOOR, {"email": ANA, "password": WORDS}).status_code == 302
        assert signed_in_as(owner) is not None
        owner.post("/accounts/logout/")
        assert sign_in(owner).status_code == 302
        owner.post("/accounts/logout/")


def test_ten_requests_keep_nobody_out_whom_the_account_does_not_know() -> None:
    """They come from elsewhere: an owner with a new browser, in another network, is not counted with them."""
    member(password=WORDS)
    attacker = from_network(7)
    for _try in range(10):
        attacker.post("/accounts/login/", {"email": ANA})
        attacker.post(PASSWORD_DOOR, {"email": ANA, "password": "wrong words entirely"})
    owner = from_network(8)
    assert owner.post(PASSWORD_DOOR, {"email": ANA, "password": WORDS}).status_code == 302
    assert sign_in(from_network(8)).status_code == 302


@pytest.mark.parametrize("email", [ANA, NOBODY])
def test_unknown_browsers_have_a_ceiling_of_a_day(email: str) -> None:
    member(password=WORDS)
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        sent = [from_network(number).post("/accounts/login/", {"email": email}).status_code for number in range(25)]
        assert sent == [302] * 20 + [429] * 5
        assert len([message for message in mail.outbox if message.to == [email]]) == 20
        tried = [from_network(100 + n).post(PASSWORD_DOOR, {"email": email, "password": "wrong"}).status_code for n in range(55)]
        assert tried == [422] * 50 + [429] * 5
        right = from_network(300).post(PASSWORD_DOOR, {"email": email, "password": WORDS})
        assert right.status_code == 429, "not even the right one is tried"
        assert "open the link in one of our messages" in right.content.decode().lower()
        assert signed_in_as(from_network(300)) is None
    with time_machine.travel(start + timedelta(hours=24, minutes=1), tick=False):
        assert from_network(400).post("/accounts/login/", {"email": email}).status_code == 302


def test_codes_are_guessed_no_more_often_than_passwords() -> None:
    member()
    guesses = 0
    for number in range(20):
        browser = from_network(number)
        url = browser.post("/accounts/login/", {"email": ANA})["Location"]
        bad = wrong(code_in())
        for _try in range(5):
            guesses += browser.post(url, {"code": bad}).status_code in {422, 410}
    assert guesses == 50


def test_a_right_try_is_not_counted() -> None:
    member(password=WORDS)
    browser = from_network(1)
    for _time in range(8):
        assert browser.post(PASSWORD_DOOR, {"email": ANA, "password": WORDS}).status_code == 302
        browser.cookies.clear()


def test_the_link_of_a_message_makes_a_browser_known_and_signs_nobody_in() -> None:
    member(password=WORDS)
    from_network(1).post("/accounts/login/", {"email": ANA})
    link = link_in(mail.outbox[-1])
    attack(PASSWORD_DOOR, 60)
    owner = from_network(2)
    assert owner.post(PASSWORD_DOOR, {"email": ANA, "password": WORDS}).status_code == 429
    assert owner.get(link).status_code == 200
    assert COOKIE not in owner.cookies, "looking does nothing: scanners open links"
    done = owner.post(link)
    assert done.status_code == 200
    assert signed_in_as(owner) is None
    assert owner.get("/accounts/").status_code == 302
    assert owner.post(PASSWORD_DOOR, {"email": ANA, "password": WORDS}).status_code == 302
    assert signed_in_as(owner) is not None


def test_the_link_works_for_a_day_and_only_as_it_was_sent() -> None:
    member()
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        from_network(1).post("/accounts/login/", {"email": ANA})
        link = link_in(mail.outbox[-1])
        broken = link.replace("/?", "x/?")
        for url in (broken, "/accounts/browser/x/", "/accounts/browser/" + "a" * 3000 + "/", "/accounts/browser/%00/"):
            answer = from_network(2).post(url)
            assert answer.status_code == (404 if "%00" in url else 410), url
            assert COOKIE not in answer.cookies
    with time_machine.travel(start + timedelta(hours=24, minutes=1), tick=False):
        assert from_network(2).post(link).status_code == 410


def test_a_link_makes_one_browser_known_and_then_says_that_it_was_used() -> None:
    member()
    from_network(1).post("/accounts/login/", {"email": ANA})
    link = link_in(mail.outbox[-1])
    browsers = [from_network(number) for number in range(2, 7)]
    assert [browser.post(link).status_code for browser in browsers] == [200, 410, 410, 410, 410]
    assert [COOKIE in browser.cookies for browser in browsers] == [True, False, False, False, False]
    assert KnownBrowser.objects.count() == 1
    for used in (browsers[0].post(link), browsers[0].get(link), browsers[1].get(link)):
        page = used.content.decode()
        assert used.status_code == 410
        assert "This link was used already" in page
        assert "open the link in another of our messages" in page, "the way out"
        assert "<form method=" not in page.partition("<main")[2]
    assert KnownBrowser.objects.count() == 1, "nor does it give the same browser a new allowance"


def test_each_message_has_a_link_of_its_own() -> None:
    member()
    with time_machine.travel(timezone.now(), tick=False):
        browser = from_network(1)
        url = browser.post("/accounts/login/", {"email": ANA})["Location"]
        browser.post(url, {"action": "resend"})
        first, second = (link_in(message) for message in mail.outbox[-2:])
        assert first != second
        assert [from_network(2).post(link).status_code for link in (first, second)] == [200, 200]
        assert KnownBrowser.objects.count() == 2


def test_that_a_link_was_used_is_kept_as_long_as_the_link_would_count() -> None:
    member()
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        from_network(1).post("/accounts/login/", {"email": ANA})
        from_network(2).post(link_in(mail.outbox[-1]))
    forget_old(start + timedelta(hours=23, minutes=59))
    assert UsedLink.objects.count() == 1
    forget_old(start + timedelta(hours=24, minutes=1))
    assert not UsedLink.objects.exists()


@pytest.mark.database
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("concurrency")
def test_of_two_that_use_a_link_at_once_one_is_known() -> None:
    member()
    from_network(1).post("/accounts/login/", {"email": ANA})
    link, gate = link_in(mail.outbox[-1]), threading.Barrier(4, timeout=20)

    def use(number: int) -> int:
        gate.wait()
        try:
            return from_network(number).post(link).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(2, 6))) == [200, 410, 410, 410]
    assert KnownBrowser.objects.count() == 1


@pytest.mark.parametrize("door", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"])
def test_every_message_with_a_code_holds_the_link(door: str) -> None:
    member()
    for email in (ANA, *(["new@example.org"] if "signup" in door else [])):
        browser = from_network(1)
        url = browser.post(door, {"email": email})["Location"]
        assert link_in(mail.outbox[-1])
        browser.post(url, {"action": "resend"})
        assert link_in(mail.outbox[-1])


def test_a_message_to_an_address_that_is_only_wished_for_holds_none() -> None:
    member()
    browser = from_network(1)
    sign_in(browser)
    browser.post("/accounts/confirm/")
    assert link_in(mail.outbox[-1])
    browser.post("/accounts/email/", {"email": NOBODY})
    assert mail.outbox[-1].to == [NOBODY]
    assert "/accounts/browser/" not in str(mail.outbox[-1].body)


def test_what_the_cookie_is(settings: Any) -> None:
    member()
    browser = from_network(1)
    done = sign_in(browser)
    cookie = done.cookies[COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["max-age"]) == ("/accounts/", True, "Lax", 90 * 24 * 3600)
    assert KnownBrowser.objects.get().token_hash not in cookie.value, "stored hashed"
    assert cookie.value not in KnownBrowser.objects.get().token_hash
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    secure = Client()
    asked = secure.post("/accounts/login/", {"email": ANA}, secure=True)
    done = secure.post(asked["Location"], {"code": code_in()}, secure=True)
    assert done.cookies[f"__Secure-{COOKIE}"]["secure"]
    assert done.cookies[f"__Secure-{COOKIE}"]["path"] == "/accounts/"


def test_it_ends_after_ninety_days_and_says_nothing_to_anybody_else() -> None:
    member(password=WORDS)
    member("bea@example.org", password=WORDS)
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        owner = known_browser()
        for _try in range(6):
            owner.post(PASSWORD_DOOR, {"email": "bea@example.org", "password": "wrong"})
        assert owner.post(PASSWORD_DOOR, {"email": "bea@example.org", "password": WORDS}).status_code == 429, "known to Ana's account only"
    with time_machine.travel(start + timedelta(days=91), tick=False):
        attack(PASSWORD_DOOR, 50)
        assert owner.post(PASSWORD_DOOR, {"email": ANA, "password": WORDS}).status_code == 429


@pytest.mark.parametrize("which", ["all", "others"])
def test_it_ends_with_signing_out_everywhere(which: str) -> None:
    member(password=WORDS)
    phone, here = known_browser(1), from_network(2)
    sign_in(here)
    assert KnownBrowser.objects.count() == 2
    here.post("/accounts/sessions/", {"which": which})
    assert KnownBrowser.objects.count() == (1 if which == "others" else 0)
    attack(PASSWORD_DOOR, 50)
    assert phone.post(PASSWORD_DOOR, {"email": ANA, "password": WORDS}).status_code == 429


@pytest.mark.database
def test_it_ends_with_another_address() -> None:
    user = member(password=WORDS)
    known_browser()
    change_address(user=user, email="ana.new@example.org", had_factor=False, now=timezone.now())
    assert not KnownBrowser.objects.exists()


def test_a_browser_can_refuse_and_change_its_mind() -> None:
    member()
    browser = from_network(1)
    sign_in(browser)
    assert "Don’t remember this browser" in browser.get("/accounts/sessions/").content.decode()
    browser.post("/accounts/sessions/", {"which": "refuse"})
    assert not KnownBrowser.objects.exists()
    assert "We don’t remember this browser" in browser.get("/accounts/sessions/").content.decode()
    browser.post("/accounts/logout/")
    sign_in(browser)
    assert not KnownBrowser.objects.exists(), "nor after the next sign-in"
    browser.post("/accounts/sessions/", {"which": "remember"})
    assert KnownBrowser.objects.count() == 1


def test_it_is_no_factor_and_goes_to_no_public_page() -> None:
    member()
    browser = known_browser()
    assert signed_in_as(browser) is None
    assert browser.cookies[COOKIE]["path"] == "/accounts/"
    assert browser.get("/accounts/second-factor/")["Location"].startswith("/accounts/login/")


def test_whoever_put_their_number_into_a_browser_is_not_known_with_it() -> None:
    member(password=WORDS)
    member("bea@example.org")
    bea = from_network(1)
    sign_in(bea, "bea@example.org")
    planted = bea.cookies[COOKIE].value
    victim = from_network(2, **{COOKIE: planted})
    sign_in(victim)
    assert victim.cookies[COOKIE].value != planted
    attack(PASSWORD_DOOR, 50)
    assert bea.post(PASSWORD_DOOR, {"email": ANA, "password": WORDS}).status_code in {302, 429}
    assert signed_in_as(bea) != User.objects.get(email=ANA)


@pytest.mark.parametrize("value", ["", "no", "x", "é" * 43, "a" * 43, "a" * 10_000, '"', "\\"])
def test_whatever_stands_in_the_cookie_is_answered(value: str) -> None:
    member(password=WORDS)
    browser = from_network(1, **{COOKIE: value})
    assert browser.post(PASSWORD_DOOR, {"email": ANA, "password": "wrong"}).status_code == 422
    assert browser.post(PASSWORD_DOOR, {"email": ANA, "password": WORDS}).status_code == 302


def test_who_is_signed_in_shows_who_they_are_whatever_others_try() -> None:
    member(password=WORDS)
    owner = from_network(1)
    owner.post(PASSWORD_DOOR, {"email": ANA, "password": WORDS})
    attack(PASSWORD_DOOR, 60)
    attack("/accounts/login/", 25)
    assert owner.post("/accounts/confirm/", {"password": WORDS}).status_code == 302
    asked = owner.post("/accounts/confirm/")
    assert asked.status_code == 302
    assert owner.post(asked["Location"], {"code": code_in()}).status_code == 302
    statuses = [owner.post("/accounts/confirm/", {"password": "wrong"}).status_code for _try in range(11)]
    assert statuses == [422] * 10 + [429], "and their own tries have a limit, too"


def test_each_state_has_one_honest_sentence() -> None:
    member(password=WORDS)
    stranger = from_network(1)
    answers = [stranger.post("/accounts/login/", {"email": ANA}) for _try in range(6)]
    assert "From your network, several codes were asked for this address" in answers[-1].content.decode()
    guesser = from_network(2)
    answers = [guesser.post(PASSWORD_DOOR, {"email": ANA, "password": "wrong"}) for _try in range(6)]
    assert "From your network there were too many tries" in answers[-1].content.decode()
    owner = known_browser(3)
    answers = [owner.post("/accounts/login/", {"email": ANA}) for _try in range(6)]
    page = answers[-1].content.decode()
    assert "You have asked for several codes in this browser. The last one works in it" in page
    code = code_in()
    assert owner.post("/accounts/code/", {"code": code}).status_code == 302, "and it does"


# The second step: whoever has the password stands before it.


def try_codes(browser: Client, times: int) -> list[int]:
    """Take the first step with the password, and guess at the second."""
    asked = browser.post(PASSWORD_DOOR, {"email": ANA, "password": WORDS})
    return [browser.post(asked["Location"], {"code": "000000"}).status_code for _try in range(times)]


def link_of_a_message(number: int) -> str:
    from_network(number).post("/accounts/login/", {"email": ANA})
    return link_in(mail.outbox[-1])


def test_whoever_has_the_password_keeps_nobody_from_the_second_step() -> None:
    user = member(password=WORDS)
    owner = known_browser()
    secret = give_app(user)
    thief = from_network(1)
    assert try_codes(thief, 6) == [422] * 5 + [429]
    newcomer = from_network(2)
    asked = newcomer.post(PASSWORD_DOOR, {"email": ANA, "password": WORDS})
    refused = newcomer.post(asked["Location"], {"code": app_code(secret)})
    assert refused.status_code == 429, "unknown browsers share the account's count"
    assert "Use one in which you have signed in before, or open the link" in refused.content.decode(), "the way out"
    assert newcomer.post(link_of_a_message(3)).status_code == 200
    assert newcomer.post(asked["Location"], {"code": "000000"}).status_code == 422, "and it is one"
    asked = owner.post(PASSWORD_DOOR, {"email": ANA, "password": WORDS})
    assert owner.post(asked["Location"], {"code": app_code(secret)}).status_code == 302
    assert signed_in_as(owner) == user
    assert try_codes(known_and_out(owner), 6) == [422] * 5 + [429], "its own tries have a limit, too"


def known_and_out(browser: Client) -> Client:
    browser.post("/accounts/logout/")
    return browser


def test_strangers_with_the_mailbox_have_thirty_tries_a_day_between_them_at_the_second_step() -> None:
    give_app(member(password=WORDS))
    start, tried = timezone.now(), 0
    for part in range(8):
        with time_machine.travel(start + timedelta(minutes=6 * part), tick=False):
            known_by_link = from_network(10 + part)
            assert known_by_link.post(link_of_a_message(30 + part)).status_code == 200
            for browser in (from_network(50 + part), known_by_link):
                tried += try_codes(browser, 6).count(422)
    assert tried == 30


def test_a_link_renews_no_tries_and_takes_none_at_the_second_step() -> None:
    user = member(password=WORDS)
    owner = known_browser()
    give_app(user)
    assert try_codes(owner, 6) == [422] * 5 + [429]
    assert owner.post(link_of_a_message(1)).status_code == 200
    assert try_codes(owner, 1) == [429]
    assert not KnownBrowser.objects.get().by_link, "somebody has signed in in it"
    assert try_codes(from_network(2), 1) == [422]


def test_a_browser_that_a_link_made_known_is_one_of_its_owner_s_after_a_sign_in() -> None:
    member()
    browser = from_network(1)
    browser.post(link_of_a_message(2))
    assert KnownBrowser.objects.get().by_link
    sign_in(browser)
    assert not KnownBrowser.objects.get().by_link
