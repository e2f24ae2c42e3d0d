"""An author at work in a real browser: a course from nothing to the catalogue, put in order, with a lesson copied."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite
from tests.browser.test_journey import sign_in

AUTHOR, PASSWORD = "author@puente.example", "puente-demo-2026"
HOME = "Aprender sobre migración, con la evidencia a la vista"
TITLE = "Remesas para quienes atienden al público"
MODULE, LESSON, ASSESSMENT, COPY = "Lo primero", "Antes de la ventanilla", "¿Todo listo?", "Después de la ventanilla"
QUESTIONS = [("¿Qué se pregunta primero?", "Cuánto llega", "Cuánto sale"), ("¿Y después?", "En cuántos días", "En qué banco")]


@pytest.fixture
def desk(page: Page, demo_site: DemoSite) -> Page:
    """The author's browser, signed in; Wagtail's forms are slow on a busy machine."""
    page.set_default_timeout(30_000)
    page.set_viewport_size({"width": 1400, "height": 900})
    sign_in(page, AUTHOR, PASSWORD, "/es/learning/")
    return page


def go_below(page: Page, title: str) -> None:
    """Go from a list to the pages below one of its pages; where there are none yet, to the form of the first."""
    row = page.locator("table.listing tbody tr").filter(has_text=title)
    row.locator("td").last.get_by_role("link").click()
    page.wait_for_load_state("networkidle")


def new_page(page: Page, title: str, kind: str = "") -> None:
    """Open the form of a new page below the one that is explored, unless it is open, and name it."""
    if not re.search("/add", page.url):
        page.locator("header a[href*='add_subpage']").first.click()
    if kind:
        page.locator(f"main a[href*='/add/courses/{kind}/']").click()
    page.wait_for_url("**/admin/pages/add/courses/**")
    page.wait_for_load_state("networkidle")
    page.locator("input[name=title]").fill(title)
    page.keyboard.press("Tab")
    expect(page.locator("input[name=slug]")).not_to_have_value("")


def publish(page: Page) -> None:
    """Publish from the keyboard: the menu beside "save draft", then "publish"."""
    page.wait_for_timeout(1_500)  # Wagtail saves drafts by itself half a second after the last key: not in the middle of that
    page.wait_for_load_state("networkidle")
    page.locator("footer button.w-dropdown__toggle").focus()
    page.keyboard.press("Enter")
    button = page.locator("button[name=action-publish]")
    expect(button).to_be_visible()
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/admin/pages/\d+/(\?.*)?$"))
    page.wait_for_load_state("networkidle")


def write_questions(page: Page) -> None:
    """Two questions of two options, the first of which is right."""
    for i, (text, *options) in enumerate(QUESTIONS):
        page.locator("[id*=questions] button.c-sf-add-button").last.click()
        page.locator(f"[name=questions-{i}-value-text]").fill(text)
        for j, words in enumerate(options):
            page.locator(f"[name=questions-{i}-value-options-{j}-value-text]").fill(words)
        page.locator(f"[name=questions-{i}-value-options-0-value-correct]").check()


def titles(page: Page) -> list[str]:
    """The titles in the list, in order."""
    page.wait_for_load_state("networkidle")
    shown = page.locator("table.listing tbody tr").all_inner_texts()
    return [title for row in shown for title in (LESSON, ASSESSMENT, COPY) if title in row]


def test_an_author_makes_a_course_and_learners_find_it(desk: Page) -> None:
    problems: list[str] = []
    desk.on("pageerror", lambda error: problems.append(str(error)))
    desk.goto("/admin/pages/")
    go_below(desk, HOME)
    go_below(desk, "Cursos")

    new_page(desk, TITLE)
    desk.locator("[name=summary]").fill("Qué decir, y qué no, cuando alguien pregunta por dónde enviar dinero.")
    publish(desk)
    go_below(desk, TITLE)
    new_page(desk, MODULE)
    publish(desk)
    course = desk.url
    go_below(desk, MODULE)
    new_page(desk, LESSON, "lessonpage")
    desk.locator("input[name=minutes]").fill("8")
    publish(desk)
    module = desk.url
    new_page(desk, ASSESSMENT, "assessmentpage")
    write_questions(desk)
    publish(desk)
    assert titles(desk) == [LESSON, ASSESSMENT]

    publish_structure(desk, course)
    desk.goto("/es/courses/")
    desk.get_by_role("link", name=TITLE).click()
    expect(desk.locator("main")).to_contain_text(LESSON)
    expect(desk.locator("main")).to_contain_text(ASSESSMENT)

    put_in_another_order(desk, module)
    copy_the_lesson(desk, module)
    assert problems == []


def publish_structure(page: Page, course: str) -> None:
    """From the list of modules, where the course says how it stands, to the structure."""
    page.goto(course)
    page.locator(".help-block a[href*='/structure/']").click()
    page.locator("main form button[type=submit]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".messages")).to_contain_text(TITLE)


def put_in_another_order(page: Page, module: str) -> None:
    """Move the first step down with the keyboard, as Wagtail's list takes it: arrow, then Enter."""
    page.goto(module)
    assert titles(page) == [LESSON, ASSESSMENT]
    with page.expect_response(re.compile("set_position")):
        page.locator("table.listing [data-w-orderable-target=handle]").first.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    page.goto(module)
    assert titles(page) == [ASSESSMENT, LESSON]


def copy_the_lesson(page: Page, module: str) -> None:
    """Copy a lesson: a new step, which the list says no learner has yet."""
    page.get_by_role("link", name=LESSON, exact=True).click()
    page.wait_for_url("**/edit/")
    page.goto(page.url.replace("/edit/", "/copy/"))
    page.locator("input[name=new_title]").fill(COPY)
    page.locator("input[name=new_slug]").fill("despues-de-la-ventanilla")
    page.locator("main form [type=submit]").last.click()
    page.wait_for_url(module)
    assert titles(page) == [ASSESSMENT, LESSON, COPY]
    expect(page.locator("table.listing tbody tr").filter(has_text=COPY).locator("td").nth(7)).to_be_attached()
