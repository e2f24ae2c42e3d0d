"""A brief's way through the admin in a real browser: an author writes and submits, a reviewer approves, an editor publishes."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import DemoSite
from tests.browser.test_journey import sign_in

TITLE = "El precio de un giro, en la ventanilla"
ADDRESS = "/es/knowledge/el-precio-de-un-giro-en-la-ventanilla/"
PASSWORD = "puente-demo-2026"


def library_of(demo_site: DemoSite) -> int:
    """Return the number of the Spanish library in the demo's database."""
    query = "SELECT p.id FROM wagtailcore_page p JOIN wagtailcore_locale l ON l.id = p.locale_id WHERE p.slug = ? AND l.language_code = ?"
    with closing(sqlite3.connect(demo_site.mail.parent / "demo.sqlite3")) as database:
        return int(database.execute(query, ("knowledge", "es")).fetchone()[0])


def desk(new_context: Callable[..., BrowserContext], role: str) -> Page:
    """Return the admin as somebody of a role opens it."""
    page = new_context(viewport={"width": 1400, "height": 1000}).new_page()
    sign_in(page, f"{role}@puente.example", PASSWORD, "/es/learning/")
    page.goto("/admin/")
    return page


def block(page: Page, body: Locator, name: str) -> None:
    """Add a block at the end of the body."""
    body.get_by_role("button", name="Insertar un bloque").last.click()
    page.get_by_role("option", name=name, exact=True).click()


def act(page: Page, name: str) -> None:
    """Take an action of the edit page, whether it is the first button or in the menu beside it."""
    button = page.locator("footer").get_by_role("button", name=name, exact=True)
    if not button.is_visible():
        page.locator("footer").get_by_role("button", name=re.compile("Más acciones|More actions")).click()
    button.click()


def confirm(page: Page) -> None:
    """Send the form of a step."""
    page.locator(".modal-content [type=submit]").last.click()


def written(page: Page, demo_site: DemoSite) -> None:
    """Write a brief with a footnote and a chart, and submit it; what is wrong is said in place, and nothing is lost."""
    page.goto(f"/admin/pages/add/knowledge/publicationpage/{library_of(demo_site)}/")
    page.locator("#id_title").press_sequentially(TITLE)
    expect(page.locator("#id_slug")).to_have_value(ADDRESS.split("/")[-2])
    page.locator("#id_abstract").fill("Qué mirar cuando una familia pregunta cuánto llega.")
    act(page, "Guardar borrador")
    page.wait_for_url("**/edit/")
    body = page.locator("section[id$=body-section]")
    block(page, body, "Texto")
    text = body.locator("[contenteditable=true]").first
    text.focus()
    text.press_sequentially("Una familia pregunta cuánto llega.[^1]")
    expect(page.locator("[name='body-0-value']")).to_have_value(re.compile("llega"))
    block(page, body, "Gráfico")
    chart = {"title": "Cuánto llega", "summary": "Llega más por ventanilla.", "unit": "dólares", "as_of": "2026", "source": "Ejemplo"}
    for name, value in chart.items():
        page.locator(f"[name=body-1-value-{name}]").fill(value)
    page.locator("[name=body-1-value-data]").fill("Camino\tLlega\nBanco\tmucho\nVentanilla\t94")
    act(page, "Enviar a revisión")
    expect(body.get_by_text("«mucho» no es un número")).to_be_visible()
    page.locator("[name=body-1-value-data]").fill("Camino\tLlega\nBanco\t91\nVentanilla\t94")
    act(page, "Enviar a revisión")
    expect(page.get_by_text("[^1] está marcada en el texto pero no tiene nota")).to_be_visible()
    block(page, body, "Notas al pie")
    page.locator("[name='body-2-value-0-value-mark']").fill("1")
    note = body.locator("[contenteditable=true]").nth(1)
    note.scroll_into_view_if_needed()
    note.focus()
    note.press_sequentially("Lo que llega, y lo que se queda.")
    expect(page.locator("[name='body-2-value-0-value-text']")).to_have_value(re.compile("se queda"))
    act(page, "Enviar a revisión")
    expect(page.locator(".messages").first).to_contain_text(TITLE, timeout=20_000)


def test_a_brief_goes_from_its_author_to_a_reader(new_context: Callable[..., BrowserContext], demo_site: DemoSite) -> None:
    author = desk(new_context, "author")
    written(author, demo_site)
    assert author.request.get(ADDRESS).status == 404

    reviewer = desk(new_context, "reviewer")
    reviewer.get_by_role("link", name=TITLE).first.click()
    # Who saves without a change, as a remark does by itself, has written nothing, and may approve.
    act(reviewer, "Save draft")
    expect(reviewer.locator(".messages").first).to_contain_text(TITLE)
    act(reviewer, "Approve")
    confirm(reviewer)
    expect(reviewer.locator(".messages").first).to_contain_text(TITLE)
    assert reviewer.request.get(ADDRESS).status == 404

    editor = desk(new_context, "editor")
    editor.get_by_role("link", name=TITLE).first.click()
    act(editor, "Publicar ahora")
    confirm(editor)
    expect(editor.locator(".messages").first).to_contain_text(TITLE)

    reader = new_context().new_page()
    reader.goto(ADDRESS)
    expect(reader.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(reader.locator("figure svg.wide")).to_be_visible()
    reader.locator("a[href='#note-1']").click()
    expect(reader.locator("#note-1")).to_be_in_viewport()
    # Those who wait are told: the reviewers, the editors, and at the end the author.
    told = "".join(path.read_text(encoding="utf-8", errors="replace") for path in demo_site.mail.glob("*"))
    for role in ("reviewer", "editor", "author"):
        assert f"To: {role}@puente.example" in told
