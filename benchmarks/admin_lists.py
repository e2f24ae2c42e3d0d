"""Measure the administrators' lists with many learners: seconds, queries and bytes of a page, seconds of an export.

python -m benchmarks.admin_lists                                        in a throw-away SQLite file
scripts/with_postgres.sh .venv/bin/python -m benchmarks.admin_lists     in a throw-away PostgreSQL
python -m benchmarks.admin_lists 20000                                  with so many learners instead of 100,000

Makes its own database: a DATABASE_URL must lead to one that is empty.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time

LEARNERS = 100_000
PAGES = {
    "learners": ("", "?p=200", "?ordering=email", "?q=learner9999", "?q=nunez+n5", "?q=maria", "?joined_from=2020-01-01"),
    "enrolments": (
        *("", "?p=200", "?ordering=enrolled_on", "?q=learner9999", "?q=nunez+n5", "?q=maria", "?course=COURSE"),
        *("?course=COURSE&p=200", "?state=finished", "?state=withdrawn&language=fr", "?enrolled_from=2026-03-01&enrolled_to=2026-03-02"),
    ),
    "attempts": ("", "?p=200", "?q=maria", "?q=learner9998", "?course=COURSE", "?result=passed", "?started_from=2026-03-01"),
    "certificates": ("", "?p=200", "?q=CODE", "?q=nunez", "?q=learner9999", "?course=COURSE", "?state=revoked", "?state=held"),
}


def prepare(folder: str) -> None:
    """Point the site at an empty database, with files in a folder that goes afterwards."""
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/benchmark.sqlite3")
    os.environ["VAR_DIR"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    if connection.introspection.table_names():
        raise SystemExit("This database is not empty: the benchmark makes its own.")
    call_command("migrate", interactive=False, verbosity=0)


def main() -> None:
    """Make the crowd, ask for every page, export every list."""
    learners = int(sys.argv[1]) if len(sys.argv) > 1 else LEARNERS
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        from django.db import connection

        from tests.crowd import make_crowd
        from tests.factories import make_course

        began = time.monotonic()
        courses = [make_course(lessons=12, assessments=3) for _course in range(6)]
        make_crowd(courses, learners)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"{connection.vendor}: {learners:,} learners made in {time.monotonic() - began:.0f} s")
        ask_pages(str(courses[0].key))
        export_all()
        print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def ask_pages(course: str) -> None:
    """Print what each page costs, the second time it is asked for."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from credentials.models import Credential

    client = Client()
    client.force_login(User.objects.create_superuser("root@example.org"))
    code = Credential.objects.values_list("code", flat=True)[1000]
    print(f"\n{'page':<66}{'seconds':>8}{'queries':>8}{'kB':>7}  slowest query")
    for name, queries in PAGES.items():
        for query in queries:
            address = f"/admin/{name}/{query.replace('COURSE', course).replace('CODE', code)}"
            client.get(address)
            began = time.monotonic()
            answer = client.get(address)
            seconds = time.monotonic() - began
            if answer.status_code != 200:
                raise SystemExit(f"{address}: {answer.status_code}")
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            slowest = max(captured.captured_queries, key=lambda one: float(one["time"]))
            said = f"/admin/{name}/{query}"
            print(
                f"{said:<66}{seconds:>8.3f}{len(captured):>8}{len(answer.content) / 1000:>7.0f}  {slowest['time']} s {slowest['sql'][:60]}"
            )


def export_all() -> None:
    """Print what each export costs."""
    from django.core.files.storage import default_storage

    from accounts.models import User
    from administration.models import RecordExport
    from administration.services.write_export import write_export

    root = User.objects.get(email="root@example.org")
    print(f"\n{'export':<24}{'rows':>9}{'seconds':>9}{'MB':>7}")
    for listing in PAGES:
        for kind in RecordExport.Format:
            export = RecordExport.objects.create(asked_by=root, listing=listing, format=kind, language="es")
            began = time.monotonic()
            write_export(export_id=export.pk)
            seconds = time.monotonic() - began
            export.refresh_from_db()
            print(f"{listing + '.' + kind.value:<24}{export.rows_done:>9,}{seconds:>9.1f}{export.size / 1e6:>7.1f}")
            default_storage.delete(export.path)


if __name__ == "__main__":
    main()
