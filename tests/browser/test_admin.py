"""The editor's desk in a real browser: its own policy lets Wagtail work, and the preview shows the page."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite
from tests.browser.test_journey import sign_in


def test_an_editor_sees_the_page_beside_its_form(page: Page, demo_site: DemoSite) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None)
    sign_in(page, "admin@puente.example", "puente-demo-2026", "/es/learning/")
    page.set_viewport_size({"width": 1400, "height": 900})
    page.goto("/admin/")
    page.goto("/admin/pages/")
    page.locator("main").get_by_role("link", name="Aprender sobre migración, con la evidencia a la vista").first.click()
    page.locator("main").get_by_role("link", name="Acerca de Puente").first.click()
    title = page.locator("input[name=title]").input_value()
    page.locator("[data-side-panel-toggle=preview]").click()
    expect(page.locator("[data-side-panel=preview]")).to_be_visible()
    preview = page.frame_locator("iframe[data-w-preview-target=iframe], iframe#w-preview-iframe, [data-side-panel=preview] iframe").first
    expect(preview.locator("main h1")).to_have_text(title)
    # The page is drawn in the preview with its own style: the policy lets the frame load it.
    assert preview.locator("body").evaluate("node => getComputedStyle(node).fontFamily") != ""
    page.locator("input[name=title]").fill("Un título que solo está en el borrador")
    expect(preview.locator("main h1")).to_have_text("Un título que solo está en el borrador")
    assert refused == []
