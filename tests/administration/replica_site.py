"""A site with a replica, as a process of its own: what happens to a report, a page and a write, told as JSON to `test_replica`.

Databases can't be exchanged within a test process; so the story is played here, on two real clusters.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

from tests.clusters import Pair

Story = dict[str, Any]


def main() -> None:
    """Start both clusters, play, print."""
    with tempfile.TemporaryDirectory() as folder, Pair() as pair:
        os.environ |= {
            "DATABASE_URL": pair.url("first"),
            "DATABASE_REPLICA_URL": pair.url("standby"),
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "VAR_DIR": folder,
        }
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.test.utils import setup_test_environment

        setup_test_environment()
        settings.ALLOWED_HOSTS += ["testserver"]
        call_command("migrate", interactive=False, verbosity=0)
        story = play(pair)
    sys.stdout.write(json.dumps(story))


def play(pair: Pair) -> Story:
    """Return what was seen, by the name of the scene."""
    from django.test import Client

    from accounts.roles import AUTHOR
    from learning.models import Enrolment
    from tests.accounts.staff import in_role
    from tests.factories import lessons_of, make_course

    course = make_course(lessons=1, assessments=0, title="Health")
    lesson = lessons_of(course)[0]
    learn(course, 6)
    run = Enrolment.objects.values_list("run_id", flat=True)[0]
    author, reader = in_role(AUTHOR), Client()
    author.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    def report() -> dict[str, Any]:
        html = author.get(f"/admin/reports/progress/{run}/").content.decode()
        return {"done": done_of(html), "copy": "Read from the copy" in html, "fell_back": "does not answer" in html}

    story: Story = {"followed": until(lambda: report()["done"] == "6"), "report": report()}
    story["refused"] = [refused(write) for write in writes()]
    story["statements"] = {
        "report": on_replica(report),
        "page": on_replica(lambda: reader.get(lesson.get_url())),
        "admin": on_replica(lambda: author.get(f"/admin/pages/{lesson.pk}/edit/")),
        "learning": on_replica(lambda: learn(course, 1)),
    }
    until(lambda: report()["done"] == "7")
    replay("pause")
    lesson.title = "Published a moment ago"
    lesson.save_revision().publish()
    learn(course, 2)
    story["paused"] = {
        "page": "Published a moment ago" in reader.get(lesson.get_url()).content.decode(),
        "report": report(),
        "is_old": is_old(),
    }
    replay("resume")
    story["resumed"] = until(lambda: report()["done"] == "9")
    pair.stop("standby")
    story["stopped"] = {"report": report(), "page": reader.get(lesson.get_url()).status_code}
    pair.start("standby")
    story["back"] = until(lambda: report()["copy"])
    return story


def learn(course: Any, people: int) -> None:
    """So many more people do the first lesson, and are counted."""
    from django.utils import timezone

    from learning.services.count_steps import count_steps
    from learning.services.mark_done import mark_done
    from tests.factories import enrol_in, lessons_of

    for _person in range(people):
        mark_done(learner=enrol_in(course).learner, course_key=course.key, step_key=lessons_of(course)[0].key)
    count_steps(now=timezone.now())


def done_of(html: str) -> str:
    """Return how many have done the first step, as the page says it."""
    return html.partition("<td>1.1</td>")[2].partition("<td>")[2].partition("<")[0]


def until(is_so: Callable[[], bool], seconds: float = 30) -> bool:
    """Wait until something is so. Returns whether it came to be."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.1)
    return False


def writes() -> list[Callable[[], Any]]:
    """Return writes that go to the replica on purpose: by a model, by SQL, and by SQL that first allows itself to."""
    from django.db import connections

    from learning.models import RunStat

    def insist() -> None:
        with connections["replica"].cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")
            cursor.execute("DELETE FROM learning_runstat")

    return [
        lambda: RunStat.objects.using("replica").update(enrolled=1),
        lambda: connections["replica"].cursor().execute("DELETE FROM learning_runstat"),
        insist,
    ]


def refused(write: Callable[[], Any]) -> str:
    """Return in which words a write is refused; nothing if it was not."""
    from django.db import DatabaseError, connections

    try:
        write()
    except DatabaseError as error:
        return str(error)
    finally:
        connections["replica"].close()
    return ""


def on_replica(act: Callable[[], Any]) -> int:
    """Return how many statements go to the replica meanwhile."""
    from django.db import connections

    seen = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connections["replica"].execute_wrapper(watch):
        act()
    return len(seen)


def replay(what: str) -> None:
    """Let the standby pause, or resume, following."""
    from django.db import connections

    with connections["replica"].cursor() as cursor:
        cursor.execute(f"SELECT pg_wal_replay_{what}()")
    if what == "pause":
        with connections["replica"].cursor() as cursor:
            until(lambda: paused(cursor))


def paused(cursor: Any) -> bool:
    """Whether the standby has stopped following."""
    cursor.execute("SELECT pg_get_wal_replay_pause_state()")
    return bool(cursor.fetchone()[0] == "paused")


def is_old() -> bool:
    """Whether the replica says that it is as of before the newest count."""
    from foundation.replica import from_replica
    from learning.models import RunStat

    as_of = from_replica(lambda alias: alias).as_of
    return as_of is not None and as_of < RunStat.objects.latest("counted_at").counted_at


if __name__ == "__main__":
    main()
