"""A real demo site behind gunicorn, and a real Chromium in front of it, once for all browser tests."""

from __future__ import annotations

import email
import email.policy
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.template_database import kept_template

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Keep all browser tests in one process (one site, one browser), before the others; skip them where there is no Chromium."""
    for item in items:
        if is_of_the_browser(item):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))
    yield
    items.sort(key=lambda item: not is_of_the_browser(item))


def is_of_the_browser(item: pytest.Item) -> bool:
    return item.nodeid.startswith("tests/browser/")


@dataclass
class DemoSite:
    """The running demo: its address, its mail, and the environment it runs in."""

    url: str
    mail: Path
    env: dict[str, str]

    def run(self, module: str) -> str:
        """Run a module beside the site, as `manage.py` would be; returns what it writes."""
        found = subprocess.run([sys.executable, "-m", module], env=self.env, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        return found.stdout

    def code_for(self, address: str) -> str:
        """Return the newest one-time code that was mailed to an address."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for path in sorted(self.mail.glob("*"), key=lambda found: found.stat().st_mtime_ns, reverse=True):
                for raw in reversed(re.split(rb"\n-{70,}\n", path.read_bytes())):
                    message = email.message_from_bytes(raw.strip(), policy=email.policy.default)
                    if address in str(message["To"]) and (code := find_code(message)):
                        return code
            time.sleep(0.1)
        raise AssertionError(f"no code was mailed to {address}")


def find_code(message: email.message.EmailMessage) -> str:
    """Return the code in a message: the line that is nothing but a code."""
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", text, re.MULTILINE)
    return found.group(1) if found else ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="package")
def demo_site(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[DemoSite]:
    """Seed a demo of its own and serve it until the tests are done. It begins as a copy of what the tests have migrated."""
    var = tmp_path_factory.mktemp("demo")
    if template := kept_template(pytestconfig):
        template.make_unless_kept(ROOT)
        shutil.copyfile(template.file, var / "demo.sqlite3")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {
        **os.environ,
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "VAR_DIR": str(var),
        "SITE_URL": url,
        "DATABASE_URL": f"sqlite:///{var}/demo.sqlite3",
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run([sys.executable, "-m", "scripts.prepare", "--demo"], env=env, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    log = (var / "server.log").open("wb")
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "config.wsgi:application",
            "-b",
            f"127.0.0.1:{port}",
            "-k",
            "gthread",
            "--threads",
            "4",
            "-w",
            "1",
        ],
        env=env,
        cwd=ROOT,
        stdout=log,
        stderr=log,
    )
    worker = subprocess.Popen([sys.executable, "manage.py", "db_worker", "--interval", "0.2"], env=env, cwd=ROOT, stdout=log, stderr=log)
    try:
        wait_for(f"{url}/healthz", server)
        yield DemoSite(url, var / "mail", env)
    finally:
        for process in (server, worker):
            process.terminate()
        for process in (server, worker):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        log.close()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _try in range(150):
        if server.poll() is not None:
            raise RuntimeError("the server stopped while it was starting")
        try:
            urllib.request.urlopen(url, timeout=2)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not answer in 30 seconds")


@pytest.fixture(scope="package")
def browser(demo_site: DemoSite) -> Iterator[Browser]:
    """Run Chromium as long as these tests last: while it runs, Django takes the thread for an asynchronous one and refuses its database."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


def _go_on_saving(page: Page) -> None:
    """Answer as a person does who pressed a button of the edit page while it was saving itself, and is asked whether they meant it.

    Wagtail asks when its autosave was under way at that moment: on a slow machine it often is.
    """
    page.add_locator_handler(page.locator("#w-save-confirmation-dialog [data-w-dialog-target=confirm]"), lambda button: button.click())


@pytest.fixture
def new_context(browser: Browser, demo_site: DemoSite) -> Iterator[Callable[..., BrowserContext]]:
    """Make browser contexts (a device each); all are closed at the end."""
    made: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(base_url=demo_site.url, **{"locale": "es", **options})  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        context.on("page", _go_on_saving)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """A page of a device of its own."""
    return new_context().new_page()
