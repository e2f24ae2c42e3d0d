"""A second step in a real browser: an app without JavaScript, and a passkey with it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.accounts.staff import app_code
from tests.browser.conftest import DemoSite

FACTOR = "/accounts/second-factor/"


def sign_up(page: Page, site: DemoSite, email: str, host: str = "") -> None:
    """Make an account, or sign in; afterwards the page is where the door leads."""
    page.goto(f"{host}/accounts/signup/?lang=en&next=/accounts/")
    page.fill("input[name=email]", email)
    page.locator("main form button").first.click()
    page.fill("input[name=code]", site.code_for(email))
    page.locator("main form button").first.click()


def continue_with(page: Page, code: str) -> None:
    page.fill("input[name=code]", code)
    page.get_by_role("button", name="Continue").click()


def test_an_app_is_set_up_and_used_without_javascript(new_context: Callable[..., BrowserContext], demo_site: DemoSite) -> None:
    page = new_context(java_script_enabled=False, locale="en", viewport={"width": 360, "height": 740}).new_page()
    sign_up(page, demo_site, "app@example.org")
    page.goto(f"{FACTOR}passkey/")
    expect(page.get_by_text("This browser can’t make a passkey here")).to_be_visible()
    expect(page.get_by_role("button", name="Make a passkey")).not_to_be_visible()
    page.get_by_role("link", name="Set up an app").click()
    assert page.locator("main img").bounding_box()["width"] > 150  # type: ignore[index]
    secret = page.locator("main code").inner_text().replace(" ", "")
    continue_with(page, app_code(secret))
    expect(page.locator("main li code")).to_have_count(10)
    code = page.locator("main li code").first.inner_text()
    page.get_by_role("button", name="I have kept them").click()
    page.wait_for_url(f"**{FACTOR}")

    other = new_context(java_script_enabled=False, locale="en").new_page()
    sign_up(other, demo_site, "app@example.org")
    other.wait_for_url("**/accounts/login/second-factor/**")
    continue_with(other, "000000")
    expect(other.get_by_role("alert")).to_be_visible()
    continue_with(other, code)
    other.wait_for_url("**/accounts/")


def test_a_passkey_is_set_up_and_used(new_context: Callable[..., BrowserContext], demo_site: DemoSite) -> None:
    # Browsers make passkeys for names, not for numbers.
    host = demo_site.url.replace("127.0.0.1", "localhost")
    context = new_context(locale="en")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True, "hasResidentKey": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**key, "automaticPresenceSimulation": True}})
    sign_up(page, demo_site, "passkey@example.org", host)
    page.goto(f"{host}{FACTOR}passkey/")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("button", name="I have kept them").click()
    page.goto(f"{host}/accounts/logout/")
    page.locator("main form button").first.click()

    sign_up(page, demo_site, "passkey@example.org", host)
    page.wait_for_url("**/accounts/login/second-factor/**")
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url("**/accounts/")
    expect(page.get_by_text("Set up: signing in takes your app or passkey")).to_be_visible()
    page.goto(f"{host}{FACTOR}")
    page.get_by_role("link", name="Remove").first.click()
    page.get_by_role("button", name="Remove").click()
    page.wait_for_url(f"**{FACTOR}")
    expect(page.get_by_role("link", name="Set up an app")).to_be_visible()
    expect(page.get_by_text("Recovery codes")).to_have_count(0)
    assert problems == []
