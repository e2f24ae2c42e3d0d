"""What one request of each kind costs the demo in processor time, beside the cheapest that there is (/healthz), in one run.

python -m benchmarks.requests                        every kind, of a demo made for it in a throw-away folder
VAR_DIR=/tmp/demo python -m benchmarks.requests      of the demo in that folder, made if it is not there
python -m benchmarks.requests 404 step               these kinds only

The account is the worker process's own (benchmarks.bench.accounts), so that what else the machine does counts for nothing: Linux only.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bench.accounts import children_of, used_by

ROOT = Path(__file__).resolve().parent.parent
FLOOR = "healthz"
ROUNDS, REQUESTS, WARM = 7, 40, 10
# What is too costly to be asked so often.
FEW = dict.fromkeys(("explorer root", "explorer", "explorer works"), 6)
MADE_UP = "{n}"


def environment(folder: str, port: int) -> dict[str, str]:
    """Return what the demo's processes are told."""
    return os.environ | {
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "VAR_DIR": folder,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3",
        "PYTHONPATH": str(ROOT),
    }


def plan() -> dict[str, Any]:
    """Return the kinds by name: address, cookie, headers and the status it must have. Called in the demo's own environment."""
    import django

    django.setup()
    from django.conf import settings
    from django.urls import reverse
    from wagtail.models import Page

    from accounts.demo import ADMINISTRATOR, GRADUATE, LEARNER
    from accounts.models import User
    from benchmarks.bench.puente.prepare import sign_in_listed
    from courses.models import CataloguePage
    from credentials.models import CredentialHolder
    from knowledge import outputs
    from knowledge.models import EditionFile
    from learning.models import Enrolment

    def cookie(email: str) -> str:
        return f"{settings.SESSION_COOKIE_NAME}={sign_in_listed([User.objects.get(email=email)])[0]}"

    learner, graduate, admin = cookie(LEARNER.email), cookie(GRADUATE.email), cookie(ADMINISTRATOR.email)
    home = Page.objects.get(depth=2, locale__language_code="es")
    enrolment = Enrolment.objects.filter(learner__email=LEARNER.email, completed_at=None).latest("pk")
    steps = enrolment.document.steps
    lesson = next(step for step in steps if not step.rule)
    assessment = next((step for step in steps if step.rule), lesson)
    certificate = CredentialHolder.objects.filter(learner__email=GRADUATE.email).latest("pk").credential_id
    edition = EditionFile.objects.filter(kind=outputs.PDF.name).select_related("edition").earliest("pk").edition
    work = Page.objects.live().get(translation_key=edition.work_id, locale__language_code=edition.language)
    pdf = f"/{edition.language}/knowledge/{work.slug}/edition.pdf"
    catalogue = CataloguePage.objects.get(locale__language_code="es").get_url()

    def kind(path: str, cookie: str = "", status: int = 200, **headers: str) -> dict[str, Any]:
        return {"path": path, "headers": headers | ({"Cookie": cookie} if cookie else {}), "status": status}

    course = reverse("learning:course", args=[enrolment.course_key])
    return {
        FLOOR: kind("/healthz"),
        "page": kind(catalogue),
        "404": kind(f"/es/courses/nothing-{MADE_UP}/", status=404),
        "404 robot": kind(f"/wp-{MADE_UP}.php", status=404),
        "query": kind(f"{catalogue}?utm_source={MADE_UP}"),
        "filter": kind(f"{catalogue}?topic=zz{MADE_UP}"),
        "pdf": kind(pdf),
        "pdf range": kind(pdf, status=206, Range="bytes=0-65535"),
        "certificate": kind(reverse("credential_pdf", args=[certificate]) + "?lang=es", graduate),
        "record": kind(f"/es{course[3:]}", learner),
        "state": kind(f"/learning/api/state/{enrolment.course_key}", learner),
        "step": kind(reverse("learning:step", args=[enrolment.course_key, lesson.key]), learner),
        "assessment": kind(reverse("learning:step", args=[enrolment.course_key, assessment.key]), learner),
        "my learning": kind(reverse("learning:index"), learner),
        "earned": kind(reverse("learning:index"), graduate),
        "explorer root": kind(reverse("wagtailadmin_explore_root"), admin),
        "explorer": kind(reverse("wagtailadmin_explore", args=[home.pk]), admin),
        "explorer works": kind(reverse("wagtailadmin_explore", args=[work.get_parent().pk]), admin),
    }


class Asking:
    """One kept connection to the server."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._asked = 0

    def ask(self, kind: dict[str, Any]) -> int:
        """Make one request and return how many bytes came.

        Raises:
            SystemExit: it was answered otherwise than it should be.
        """
        self._asked += 1
        headers = {"Accept-Encoding": "br, gzip", "Accept-Language": "es"} | kind["headers"]
        self._connection.request("GET", kind["path"].replace(MADE_UP, str(self._asked)), headers=headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != kind["status"]:
            raise SystemExit(f"{kind['path']}: {answer.status} {answer.headers.get('Location', '')}")
        return len(body)


def measure(port: int, worker: int, kinds: dict[str, Any]) -> None:
    """Ask for each kind in turn, in rounds, and print what each costs: the median of its rounds."""
    asking = Asking(port)
    costs: dict[str, list[float]] = {name: [] for name in kinds}
    weights = {}
    for name, kind in kinds.items():
        for _number in range(WARM):
            weights[name] = asking.ask(kind)
    for _round in range(ROUNDS):
        for name, kind in kinds.items():
            requests, before = FEW.get(name, REQUESTS), used_by(worker)
            for _number in range(requests):
                asking.ask(kind)
            costs[name].append((used_by(worker) - before) / requests / 1e6)
    floor = median(costs[FLOOR])
    print(f"{'kind':<16}{'ms':>8}{'times':>8}{'bytes':>9}")
    for name, found in costs.items():
        print(f"{name:<16}{median(found):>8.2f}{median(found) / floor:>8.2f}{weights[name]:>9}", flush=True)


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(folder: str, wanted: list[str]) -> None:
    """Make the demo where it is missing, start it, measure, stop it."""
    port = free_port()
    env = environment(folder, port)
    if not (Path(folder) / "demo.sqlite3").exists():
        subprocess.run([sys.executable, "-m", "scripts.prepare", "--demo"], env=env, check=True, cwd=ROOT, stdout=sys.stderr)
        # The PDFs of the library are made by the worker.
        subprocess.run([sys.executable, "manage.py", "db_worker", "--batch"], env=env, check=True, cwd=ROOT)
    written = subprocess.run(
        [sys.executable, "-m", "benchmarks.requests", "--plan"], env=env, check=True, cwd=ROOT, stdout=subprocess.PIPE
    ).stdout
    kinds = {name: kind for name, kind in json.loads(written).items() if not wanted or name in {FLOOR, *wanted}}
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "-b", f"127.0.0.1:{port}", "-k", "gthread", "--threads", "4"]
    server = subprocess.Popen([*command, "--max-requests", "0"], env=env, cwd=ROOT)  # noqa: S603
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                Asking(port).ask({"path": "/healthz", "headers": {}, "status": 200})
                break
            except OSError:
                time.sleep(0.2)
        (worker,) = children_of(server.pid)
        measure(port, worker, kinds)
    finally:
        server.terminate()
        server.wait(20)


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    if arguments[:1] == ["--plan"]:
        print(json.dumps(plan()))
    elif folder := os.environ.get("VAR_DIR"):
        run(folder, arguments)
    else:
        with tempfile.TemporaryDirectory(prefix="puente-requests.") as made:
            run(made, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
