"""Every page type in a real browser: no axe violation, no sideways scroll at 360 px, light, and alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Response

from core.seeding import demo_key
from tests.browser.conftest import DemoSite
from tests.browser.test_journey import sign_in

FOUNDATIONS = demo_key("course", "foundations")
COURSE = "courses/migration-and-development/"
PUBLIC = {
    "home": "",
    "catalogue": "courses/",
    "catalogue-empty": "courses/?topic=health&hours=long",
    "course": COURSE,
    "module": f"{COURSE}words-that-matter/",
    "lesson": f"{COURSE}who-moves-and-why/the-venezuelan-outflow-in-figures/",
    "lesson-table": f"{COURSE}shared-rules/",
    "assessment": f"{COURSE}words-that-matter/check-module-1/",
    "library": "knowledge/",
    "library-nothing": "knowledge/?type=dataset&year=1999",
    "publication": "knowledge/reading-a-migration-figure/",
    "brief-chart": "knowledge/sending-money-costs-too-much/",
    "brief-footnotes": "knowledge/skills-that-do-not-count/",
    "series": "knowledge/five-fields/",
    "author": "knowledge/authors/puente-editorial-team/",
    "topic": "knowledge/topics/finance/",
    "country": "knowledge/countries/pe/",
    "search": "search/?q=migra",
    "search-empty": "search/?q=zzzz",
    "about": "about/",
    "privacy": "privacy/",
    "accessibility": "accessibility/",
    "help": "help/",
    "not-found": "nada/",
    "join": f"learning/{FOUNDATIONS}/",
}
UNPREFIXED = {
    "verify": "/credentials/verify/",
    "unknown-certificate": "/credentials/00000000-0000-4000-8000-000000000000/",
    "sign-in": "/accounts/login/",
    "sign-up": "/accounts/signup/",
    "styleguide": "/styleguide/",
    "demo-mail": "/demo/mail/",
}
PRIVATE = {
    "my-learning": "learning/",
    "record": f"learning/{FOUNDATIONS}/",
    "step": f"learning/{FOUNDATIONS}/steps/{demo_key('course', 'foundations', '1-2')}/",
    "assessment-start": f"learning/{FOUNDATIONS}/steps/{demo_key('course', 'foundations', '2-4')}/",
}
AXE_OPTIONS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
# What has to do with colours, and so with light and dark; no other rule looks at them.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
ONLY_VIOLATIONS = {"resultTypes": ["violations"]}
BAD_IN_THE_DARK = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Bad</title>
<style>@media (prefers-color-scheme: dark) { body { background: #222; color: #333 } }</style>
<main><h1>Words</h1><p>that nobody can read in the dark.</p></main></html>"""


def check_page(page: Page, path: str, *, also_dark: bool = False) -> None:
    """Open a page and hold it against axe and the narrow screen."""
    page.emulate_media(color_scheme="light")
    page.goto(path)
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0, f"{path} scrolls sideways by {overflow} px"
    report = Axe().run(page, options=AXE_OPTIONS | ONLY_VIOLATIONS)
    assert report.violations_count == 0, f"{path}: {report.generate_report()}"
    if also_dark:
        page.emulate_media(color_scheme="dark")
        page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")  # colours that go over into the others
        # The script of axe is on the page by now.
        found = page.evaluate("(options) => axe.run(document, options)", COLOURS | ONLY_VIOLATIONS)
        assert found["violations"] == [], f"{path} in the dark: {found['violations']}"
        assert found["passes"], f"{path}: axe found no colours to check"


@pytest.mark.parametrize("language", ["es", "en"])
def test_public_pages_are_accessible_and_narrow(new_context: Callable[..., BrowserContext], language: str) -> None:
    page = new_context(viewport={"width": 360, "height": 780}, locale=language).new_page()
    for path in PUBLIC.values():
        check_page(page, f"/{language}/{path}", also_dark=True)
    for path in UNPREFIXED.values():
        check_page(page, path, also_dark=True)


def test_colours_of_the_dark_are_seen(new_context: Callable[..., BrowserContext]) -> None:
    """A page whose words can't be read in the dark is found, though it is fine in the light."""
    page = new_context().new_page()
    page.route("**/bad", lambda route: route.fulfill(content_type="text/html", body=BAD_IN_THE_DARK))
    with pytest.raises(AssertionError, match="color-contrast"):
        check_page(page, "/bad", also_dark=True)


def test_public_pages_are_accessible_on_a_wide_screen(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    for path in PUBLIC.values():
        check_page(page, f"/es/{path}")


@pytest.mark.parametrize("width", [360, 1280])
def test_private_pages_are_accessible_and_narrow(new_context: Callable[..., BrowserContext], width: int) -> None:
    page = new_context(viewport={"width": width, "height": 780}).new_page()
    sign_in(page, "learner@puente.example", "puente-demo-2026", "/es/learning/")
    for path in PRIVATE.values():
        check_page(page, f"/es/{path}")
    check_page(page, "/accounts/")
    sign_in_again = new_context(viewport={"width": width, "height": 780}).new_page()
    sign_in(sign_in_again, "graduate@puente.example", "puente-demo-2026", "/es/learning/")
    check_page(sign_in_again, f"/es/learning/{demo_key('course', 'first-account')}/finish/")
    sign_in_again.get_by_role("link", name="Ver mi certificado").click()
    check_page(sign_in_again, sign_in_again.url)


@dataclass(frozen=True)
class Visit:
    """What a first visit of a page loads, in bytes by address, and what it says in the console."""

    sizes: dict[str, int]
    problems: list[str]

    @property
    def scripts(self) -> int:
        return sum(size for url, size in self.sizes.items() if ".js" in url)


def first_visit(context: BrowserContext, path: str) -> Visit:
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(path, wait_until="networkidle")
    return Visit({answer.url: answer.request.sizes()["responseBodySize"] for answer in answers}, problems)


@pytest.mark.parametrize("path", ["login/", "signup/", "login/password/", "password/reset/"])
def test_the_door_is_light(demo_site: DemoSite, new_context: Callable[..., BrowserContext], path: str) -> None:
    visit = first_visit(new_context(), f"/accounts/{path}")
    assert not visit.problems
    assert all(url.startswith(demo_site.url) for url in visit.sizes)
    assert sum(visit.sizes.values()) <= 35_000, visit.sizes


@pytest.mark.parametrize("name", ["lesson", "brief-chart", "brief-footnotes"])
def test_a_first_visit_is_light_and_calls_nobody_else(demo_site: DemoSite, new_context: Callable[..., BrowserContext], name: str) -> None:
    context = new_context()
    visit = first_visit(context, f"/es/{PUBLIC[name]}")
    assert not visit.problems
    assert all(url.startswith(demo_site.url) for url in visit.sizes)
    assert sum(visit.sizes.values()) <= 35_000, visit.sizes
    assert visit.scripts <= 12_000, visit.sizes
    assert context.cookies() == []


def test_no_public_page_sets_a_cookie(new_context: Callable[..., BrowserContext]) -> None:
    context = new_context()
    page = context.new_page()
    for path in PUBLIC.values():
        if path.startswith("learning/"):
            continue
        page.goto(f"/es/{path}")
        assert context.cookies() == [], path
