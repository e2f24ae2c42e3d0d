"""Administrators at work in a real browser: a certificate issued, replaced and revoked by hand, the trail of it, and a list as a file."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.test_journey import sign_in
from tests.browser.test_pages import AXE_OPTIONS

PASSWORD = "puente-demo-2026"
LEARNER, COURSE = "learner@puente.example", "Migration and development: foundations"
ACTOR = "certificates@puente.example"
CORRECTED = "Persona de Demostración y Prueba"
REASON = "The learner wrote to us and asked about this course."
Desk = Callable[[str], Page]


@pytest.fixture
def desk(new_context: Callable[..., BrowserContext]) -> Iterator[Desk]:
    """The admin as somebody opens it; at the end, nothing may have gone wrong in a console."""
    problems: list[str] = []

    def note(words: str) -> None:
        # A form that lacks something is answered with 422, on purpose; Chromium calls every such answer an error.
        if "status of 422" not in words:
            problems.append(words)

    def open_desk(role: str) -> Page:
        page = new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True).new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: note(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: note(str(error)))
        sign_in(page, f"{role}@puente.example", PASSWORD, "/es/learning/")
        return page

    yield open_desk
    assert problems == []


def check(page: Page, what: str) -> None:
    """Hold the main content, which is ours, against axe; the frame around it is Wagtail's."""
    page.wait_for_load_state("networkidle")
    report = Axe().run(page, context="main", options=AXE_OPTIONS).response
    assert report["passes"], f"{what}: axe found nothing to check"
    bad = [
        (violation["id"], [(node["target"], node["html"][:200]) for node in violation["nodes"]])
        for violation in report["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
    assert not bad, f"{what}: {bad}"


def rows(page: Page) -> Locator:
    return page.locator("main table.listing tbody tr")


def search(page: Page, words: str, how_many: int) -> None:
    """Type into the field of a list, which searches by itself."""
    page.get_by_role("textbox", name="Search term").fill(words)
    expect(rows(page)).to_have_count(how_many)


def open_filter(page: Page, name: str) -> None:
    """Open the filters of a list, and one of them."""
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Show filters").click()
    page.locator("button.w-drilldown__toggle", has_text=name).click()


def enrolment(page: Page) -> None:
    """Go to the enrolment of the demo learner."""
    page.goto(f"/admin/enrolments/?q={LEARNER}")
    expect(rows(page)).to_have_count(1)
    rows(page).get_by_role("link", name=LEARNER).click()
    page.wait_for_url(re.compile(r"/admin/enrolments/\d+/$"))


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus, and find the focus visible there."""
    for _press in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("node => node === document.activeElement"):
            assert target.evaluate("node => node.matches(':focus-visible')")
            return
    raise AssertionError(f"Tab does not lead to {target}")


def give_reason(page: Page) -> None:
    """Open the record that is shown, by keyboard alone."""
    field = page.get_by_label("Why do you open this record?")
    tab_to(page, field)
    page.keyboard.type(REASON)
    tab_to(page, page.get_by_role("button", name="Open the record"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="This record is open until")).to_be_visible()


def public(page: Page, address: str, heading: str) -> None:
    """See what anybody reads about a certificate, now."""
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def public_address(page: Page) -> str:
    """Return the address of the public page in English, from the certificate's page in the admin."""
    found = page.locator("main a[hreflang=en]").get_attribute("href")
    assert found
    return found


def pdf_status(page: Page, address: str) -> int:
    """Return how the PDF beside a public page is answered."""
    return page.request.get(f"{address.partition('?')[0].rstrip('/')}.pdf").status


def code_of(page: Page) -> str:
    """Return the code of the certificate that the admin shows."""
    return page.locator("main tr", has=page.get_by_role("rowheader", name="Code", exact=True)).locator("td").inner_text().strip()


def test_people_and_what_they_do_are_found(desk: Desk) -> None:
    page = desk("certificates")
    page.goto("/admin/learners/")
    check(page, "learners")
    search(page, "learn", 1)
    expect(rows(page)).to_contain_text([LEARNER])
    search(page, "Monteiro Beatriz", 1)
    expect(rows(page)).to_contain_text(["renamed@puente.example"])
    check(page, "learners, searched")

    page.goto("/admin/enrolments/")
    check(page, "enrolments")
    open_filter(page, "Course")
    course = page.get_by_role("combobox", name="Course")
    check(page, "enrolments, the filters")
    course.select_option(label=COURSE)
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text([LEARNER])

    page.goto("/admin/enrolments/")
    open_filter(page, "Learner")
    page.get_by_role("button", name="Choose a person").click()
    window = page.locator(".modal-content")
    expect(window.locator("table.listing tbody tr")).to_have_count(0)
    window.locator("input[name=q]").fill("Tomás")
    window.get_by_role("link", name="revoked@puente.example").click()
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text(["revoked@puente.example"])

    page.goto("/admin/attempts/")
    expect(rows(page).filter(has_text=LEARNER)).not_to_have_count(0)
    check(page, "attempts")
    page.goto("/admin/certificates/")
    check(page, "certificates")


def test_a_certificate_is_issued_replaced_and_revoked_by_hand(desk: Desk, new_context: Callable[..., BrowserContext]) -> None:
    page, anybody = desk("certificates"), new_context(locale="en").new_page()
    enrolment(page)
    check(page, "record, closed")
    expect(page.locator("#outline")).to_have_count(0)
    give_reason(page)
    check(page, "record, open")
    expect(page.locator("#sentence")).not_to_be_empty()
    expect(page.locator("main li[data-done=yes]")).to_have_count(6)
    attempts = page.locator("#attempts + table tbody tr")
    expect(attempts).to_contain_text(["Module 1 assessment"])

    page.get_by_role("link", name="Issue a certificate by hand").click()
    check(page, "issue")
    page.get_by_role("button", name="Issue the certificate").click()
    expect(page.get_by_text("Tick the box if you want to issue the certificate all the same.")).to_be_visible()
    check(page, "issue, with mistakes")
    page.get_by_label("Issue it although the course is not finished").check()
    page.get_by_label("Reason, for the audit trail").fill("Taken in the classroom; the trainer sent the list.")
    page.get_by_role("button", name="Issue the certificate").click()
    page.wait_for_url(re.compile(r"/admin/certificates/[0-9a-f-]{36}/$"))
    check(page, "certificate, valid")
    first, first_public = code_of(page), public_address(page)
    page.goto(f"/admin/certificates/?q={LEARNER}")
    expect(rows(page).filter(has_text=first)).to_contain_text(["valid"])
    public(anybody, first_public, "This certificate is valid")
    expect(anybody.locator("main")).to_contain_text(first)

    page.get_by_role("link", name=first).click()
    page.get_by_role("link", name="Replace, with a corrected name…").click()
    check(page, "replace")
    page.get_by_label("Corrected name").fill(CORRECTED)
    page.get_by_label("Reason, for the audit trail").fill("The second name was missing; the holder wrote to us.")
    page.get_by_role("button", name="See how it will be printed").click()
    picture = page.get_by_role("img", name=f"The certificate with the name {CORRECTED}")
    expect(picture).to_be_visible()
    assert picture.evaluate("node => node.complete && node.naturalWidth > 0")
    check(page, "replace, previewed")
    public(anybody, first_public, "This certificate is valid")  # the preview has changed nothing
    page.get_by_role("button", name="Replace it for ever").click()
    expect(page.get_by_text("The certificate is replaced. This is the new one")).to_be_visible()
    second, second_public, admin = code_of(page), public_address(page), page.url
    assert second != first
    expect(page.locator("main")).to_contain_text(CORRECTED)
    public(anybody, first_public, "This certificate was replaced")
    assert pdf_status(anybody, first_public) == 410
    anybody.get_by_role("link", name="See the certificate that counts").click()
    expect(anybody.get_by_role("heading", level=1)).to_have_text("This certificate is valid")
    expect(anybody.locator("main")).to_contain_text(second)

    revoked_by_keyboard(page)
    public(anybody, second_public, "This certificate was revoked")
    expect(anybody.locator("main")).to_contain_text("it was issued in error")
    assert pdf_status(anybody, second_public) == 410
    page.goto(admin)
    expect(page.get_by_role("link", name="Revoke…")).to_have_count(0)
    check(page, "certificate, revoked")
    trail(page)


def revoked_by_keyboard(page: Page) -> None:
    """Revoke the certificate that is shown, with the keyboard alone."""
    tab_to(page, page.get_by_role("link", name="Revoke…"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/revoke/")
    check(page, "revoke")
    tab_to(page, page.get_by_role("radio").first)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="it was issued in error")).to_be_checked()
    tab_to(page, page.get_by_label("Reason, for the audit trail"))
    page.keyboard.type("The list of the trainer named somebody else.")
    tab_to(page, page.get_by_role("button", name="Revoke it for ever"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("The certificate is revoked. Its public page says so")).to_be_visible()


def trail(page: Page) -> None:
    """Read in the audit trail what was done just now, in words, and who did it."""
    page.goto("/admin/certificates/audit/")
    expect(page.get_by_role("heading", name="Audit trail").first).to_be_attached()  # who may not come here lands on the desk
    check(page, "audit")
    acts = ["revoked a certificate", "replaced a certificate", "issued a certificate although the course is not finished"]
    reasons = ["named somebody else", "second name was missing", "Taken in the classroom; the trainer"]
    for act, reason in zip(acts, reasons, strict=True):
        row = rows(page).filter(has_text=reason)
        expect(row).to_have_count(1)
        expect(row).to_contain_text(act)
        expect(row).to_contain_text(ACTOR)
    opened = rows(page).filter(has_text=REASON).first
    expect(opened).to_contain_text(ACTOR)


def test_a_list_is_taken_away_as_a_file(desk: Desk, tmp_path: Path) -> None:
    page = desk("certificates")
    page.goto("/admin/exports/")
    check(page, "exports, none")
    page.goto("/admin/certificates/")
    codes = [row.split()[0] for row in rows(page).all_inner_texts()]
    page.get_by_role("link", name="Export this list").click()
    check(page, "exports, asking")
    page.get_by_label("CSV, for programs").check()
    page.get_by_role("button", name="Write the file").click()
    page.wait_for_url("**/admin/exports/")
    was_under_way = page.locator("[data-exports]").get_attribute("data-under-way") == "yes"
    # Nobody loads the page again: it asks by itself until the file is there.
    expect(page.get_by_role("cell", name=re.compile(r"^Ready: \d+ rows"))).to_be_visible(timeout=60_000)
    if was_under_way:
        expect(page.locator("[data-exports-said]")).to_contain_text("Ready:")
    check(page, "exports, ready")
    with page.expect_download() as waited:
        page.get_by_role("link", name=re.compile("^CSV")).click()
    file = tmp_path / waited.value.suggested_filename
    waited.value.save_as(file)
    assert re.fullmatch(r"puente-certificates-\d{4}-\d\d-\d\d\.csv", file.name)
    with file.open(encoding="utf-8-sig", newline="") as text:
        lines = list(csv.DictReader(text))
    assert {line["Code"] for line in lines} == set(codes)
    assert {"Name printed", "E-mail address", "Course", "State", "Basis"} <= set(lines[0])
    assert "replaced" in {line["State"] for line in lines}


def test_support_reads_a_record_and_changes_nothing(desk: Desk) -> None:
    page = desk("support")
    # Rosa's own language is Spanish; what is tested here are her rights.
    page.goto("/admin/enrolments/?q=learner@")
    rows(page).get_by_role("link", name=LEARNER).click()
    page.wait_for_url(re.compile(r"/admin/enrolments/\d+/$"))
    tab_to(page, page.locator("main textarea[name=reason]"))
    page.keyboard.type(REASON)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#sentence")).to_be_visible()
    expect(page.locator("#outline")).to_be_visible()
    expect(page.locator("main a[href*='/issue/'], main a[href*='/revoke/'], main a[href*='/replace/']")).to_have_count(0)
    check(page, "record, as support sees it")
    page.goto("/admin/certificates/")
    page.wait_for_url(re.compile(r"/admin/$"))
    expect(page.locator(".messages")).not_to_be_empty()
    expect(page.locator("a[href$='/admin/certificates/']")).to_have_count(0)
