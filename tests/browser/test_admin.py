"""The editor's desk in a real browser: its own policy lets Wagtail work, and the preview shows the page."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite
from tests.browser.test_journey import sign_in

# In English: Wagtail saves what is typed by itself, and another test finds the Spanish one by its title.
HOME = "Learn about migration, with the evidence in view"


def test_an_editor_sees_the_page_beside_its_form(page: Page, demo_site: DemoSite) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_viewport_size({"width": 1400, "height": 900})
    sign_in(page, "admin@puente.example", "puente-demo-2026", "/es/learning/")
    page.goto("/admin/")
    page.goto("/admin/pages/")
    page.get_by_role("link", name=HOME).first.click()
    page.wait_for_url("**/edit/")
    page.locator("[data-side-panel-toggle=preview]").click()
    preview = page.frame_locator("#w-preview-iframe")
    expect(preview.locator("main h1")).to_have_text(HOME)
    # With the page's own style sheets, and what is only in the form.
    assert preview.locator("a.skip-link").evaluate("node => getComputedStyle(node).position") == "absolute"
    # Wagtail compares the form with what it last previewed: let it finish the first preview.
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1_000)
    page.locator("input[name=title]").fill("A title that is a draft")
    expect(preview.locator("main h1")).to_have_text("A title that is a draft", timeout=20_000)
    assert problems == []
