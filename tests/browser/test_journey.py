"""The learner's journey in a real browser: with JavaScript, without it, and by keyboard alone."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from core.seeding import demo_key
from tests.browser.conftest import DemoSite

FOUNDATIONS = demo_key("course", "foundations")
FIRST_ACCOUNT = demo_key("course", "first-account")
COURSE = "/es/courses/migration-and-development/"


def new_address() -> str:
    return f"{uuid.uuid4().hex[:10]}@example.org"


def join(page: Page, site: DemoSite, address: str, after: str) -> None:
    """Make an account through the forms, with the code from the e-mail."""
    page.goto(f"/accounts/signup/?next={after}")
    page.locator("main input[type=email]").fill(address)
    page.locator("main form button[type=submit]").first.click()
    code = page.locator("main input[name=code]")
    code.fill(site.code_for(address))
    code.press("Enter")
    page.wait_for_url(f"**{after}")


def sign_in(page: Page, address: str, password: str, after: str) -> None:
    """Sign in as a demo account, with its password."""
    page.goto(f"/accounts/login/?next={after}")
    page.get_by_role("link", name="contraseña").click()
    page.locator("main input[type=email]").fill(address)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"**{after}")


def test_ticks_and_progress_are_painted_over_a_page_that_is_the_same_for_everyone(page: Page, demo_site: DemoSite) -> None:
    record = f"/es/learning/{FOUNDATIONS}/"
    join(page, demo_site, new_address(), record)
    page.get_by_role("textbox").fill("Ñandú Crèvecœur")
    expect(page.locator("[data-preview]")).to_have_text("Ñandú Crèvecœur")
    page.get_by_role("button", name="Inscribirme").click()
    expect(page.get_by_text("Tu inscripción está hecha")).to_be_visible()

    page.goto(COURSE)
    page.locator("[data-start]").click()
    page.wait_for_url("**/who-is-a-migrant/")
    # Painted: from here on the link works in place.
    expect(page.locator("[data-progress]:not([hidden])").first).to_be_attached()
    page.locator("a[data-done]").click()
    page.wait_for_url("**/refugees-and-asylum/")
    page.locator("details.outline-fold > summary").evaluate("node => node.parentElement.open = true")
    expect(page.locator('[data-step][data-state="done"]')).to_have_count(1)
    expect(page.locator("[data-progress-label]").first).to_contain_text("1 de 15 pasos")

    page.goto("/en/courses/migration-and-development/")
    expect(page.locator('[data-step][data-state="done"]')).to_have_count(1)
    expect(page.locator("[data-start]")).to_have_text("Continue")
    page.goto("/es/courses/")
    expect(page.locator(".card [data-progress-label]", has_text="1 de 15")).to_be_visible()


def test_what_is_done_without_a_connection_is_kept_and_sent_later(page: Page, demo_site: DemoSite) -> None:
    record = f"/es/learning/{FOUNDATIONS}/"
    join(page, demo_site, new_address(), record)
    page.get_by_role("button", name="Inscribirme").click()
    page.goto(f"{COURSE}words-that-matter/who-is-a-migrant/")
    expect(page.locator("[data-progress-label]").first).to_contain_text("0 de 15")
    page.route("**/learning/api/events", lambda route: route.abort())
    page.locator("a[data-done]").click()
    page.wait_for_url("**/refugees-and-asylum/")
    page.wait_for_function("localStorage.getItem('puente-queue')")
    page.unroute("**/learning/api/events")
    page.reload()
    expect(page.locator("[data-progress-label]").first).to_contain_text("1 de 15")
    page.wait_for_function("localStorage.getItem('puente-queue') === null")


def test_an_assessment_keeps_answers_as_they_are_given(page: Page, demo_site: DemoSite, new_context: Callable[..., BrowserContext]) -> None:
    record = f"/es/learning/{FOUNDATIONS}/"
    join(page, demo_site, new_address(), record)
    page.get_by_role("button", name="Inscribirme").click()
    page.goto(f"{record}steps/{demo_key('course', 'foundations', '1-4')}/")
    page.get_by_role("button", name="Empezar la evaluación").click()
    page.locator("fieldset.question input").first.check()
    expect(page.locator("[data-attempt-status]")).to_have_text("Guardado")
    page.reload()
    expect(page.locator("fieldset.question input").first).to_be_checked()
    page.locator("fieldset.question input").first.press("Enter")
    expect(page.get_by_text("Tus respuestas están guardadas")).to_be_visible()
    page.get_by_role("button", name="Repasar y enviar").click()
    expect(page.get_by_text("por responder").first).to_be_visible()
    page.get_by_role("link", name="Pregunta 2").click()
    expect(page.locator("#question-2")).to_be_in_viewport()
    page.get_by_role("button", name="Repasar y enviar").click()
    page.get_by_role("button", name="Enviar mis respuestas").click()
    expect(page.locator(".score")).to_be_visible()
    page.go_back()
    page.reload()
    expect(page.locator(".score")).to_be_visible()


def test_the_whole_short_course_without_javascript(demo_site: DemoSite, new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(java_script_enabled=False).new_page()
    record = f"/es/learning/{FIRST_ACCOUNT}/"
    page.goto("/es/")
    page.get_by_role("link", name="Abrir la primera cuenta").click()
    page.get_by_role("link", name="Inscribirme para empezar").click()
    page.wait_for_url(f"**{record}")
    join(page, demo_site, new_address(), record)
    page.get_by_role("textbox").fill("Łódź Nguyễn")
    page.get_by_role("button", name="Inscribirme").click()
    page.get_by_role("link", name="Continuar").click()
    for _lesson in range(3):
        page.get_by_role("link", name="Marcar como hecho y continuar").click()
        page.get_by_role("button", name="Marcar como hecho y continuar").click()
    page.get_by_role("link", name="Ir a la evaluación").click()
    page.get_by_role("button", name="Empezar la evaluación").click()
    answer_rightly(page)
    page.get_by_role("button", name="Repasar y enviar").click()
    page.get_by_role("button", name="Enviar mis respuestas").click()
    expect(page.locator(".score")).to_have_text("100%")
    page.get_by_role("link", name="certificado").first.click()
    page.get_by_role("link", name="Ver mi certificado").click()
    expect(page.get_by_text("Łódź Nguyễn").first).to_be_visible()


def answer_rightly(page: Page) -> None:
    """Choose the right options, which the test reads from the demo's own content files."""
    from core.seeding import load
    from courses.demo import CONTENT

    content = load(CONTENT / "first-account" / "es" / "1-4.yaml")
    for question in content["questions"]:
        for option in question["options"]:
            if option["correct"]:
                key = demo_key("course", "first-account", "1-4", question["key"], option["key"])
                page.locator(f'input[value="{key}"]').check()


def test_by_keyboard_alone(page: Page, demo_site: DemoSite) -> None:
    """Every move is Tab, Shift+Tab, Enter, Space or an arrow; the skip link and the focus are visible."""
    page.goto("/es/")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_have_attribute("href", "#main")
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    press_until(page, "Ver los cursos")
    page.keyboard.press("Enter")
    page.wait_for_url("**/es/courses/")
    press_until(page, "Migración y desarrollo: fundamentos")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{COURSE}")
    press_until(page, "Empezar a leer")
    page.keyboard.press("Enter")
    page.wait_for_url("**/who-is-a-migrant/")
    press_until_selector(page, ".check input")
    page.keyboard.press("ArrowDown")
    press_until_selector(page, ".check button")
    page.keyboard.press("Enter")
    expect(page.locator(".check-result")).not_to_be_empty()
    press_until(page, "Marcar como hecho y continuar")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/accounts/login/\?next=%2Fes%2Flearning%2F{FOUNDATIONS}%2Fsteps%2F"))


def press_until(page: Page, name: str, most: int = 80) -> None:
    """Press Tab until the thing of that name has the focus, and see that the focus is drawn."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.matches('a, button') ? document.activeElement.innerText : ''"):
            assert page.evaluate(
                "(() => { const n = document.activeElement, s = getComputedStyle(n), a = getComputedStyle(n, '::after');"
                " return s.outlineStyle !== 'none' || a.outlineStyle !== 'none' || s.boxShadow !== 'none'; })()"
            ), f"the focus on {name!r} cannot be seen"
            return
    pytest.fail(f"{name!r} cannot be reached with Tab")


def press_until_selector(page: Page, selector: str, most: int = 120) -> None:
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} cannot be reached with Tab")
