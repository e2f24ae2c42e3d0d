"""Lists as files, and people whose accounts are erased: no file keeps them, and nobody stops other people's files by leaving."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services.erase_account import erase_account
from administration.models import RecordExport
from administration.services import write_export as writing
from administration.services.request_export import MOST_AN_HOUR, request_export
from administration.services.write_export import FOLDER, write_export
from learning.models import Enrolment
from tests.administration.test_exports import Format, State, asked, csv_rows, newest, staff
from tests.factories import enrol_in, finish_course, make_course, make_user
from tests.remembered import Remembered

pytestmark = [pytest.mark.django_db, pytest.mark.database]
Capture = Callable[..., Any]
Erase = Callable[[User], None]


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


@Remembered
def nine_finished() -> list[int]:
    course = make_course()
    people = [make_user(f"p{number}@example.org", printed_name=f"Ana {number}") for number in range(9)]
    for one in people:
        finish_course(course, one)
    return [one.pk for one in people]


@pytest.fixture
def learners(db: None) -> list[User]:
    return list(User.objects.filter(pk__in=nine_finished()).order_by("pk"))


@pytest.fixture
def erase(django_capture_on_commit_callbacks: Capture) -> Erase:
    def erasing(user: User) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            erase_account(user=user, now=timezone.now())

    return erasing


def written(person: User, **values: Any) -> RecordExport:
    export = asked(person, **values)
    assert write_export(export_id=export.pk)
    export.refresh_from_db()
    return export


def addresses(export: RecordExport) -> set[str]:
    export.refresh_from_db()
    with default_storage.open(export.path) as file:
        return {cell for line in csv_rows(file.read()) for cell in line if "@" in cell}


def interrupt(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let something happen once, when half of a file is written."""
    monkeypatch.setattr(writing, "BATCH", 3)
    lines = writing._lines
    happened: list[bool] = []

    def interrupted(*args: Any) -> Iterator[Any]:
        for number, line in enumerate(lines(*args)):
            if number == 4 and not happened:
                happened.append(True)
                act()
            yield line

    monkeypatch.setattr(writing, "_lines", interrupted)


@pytest.mark.parametrize("listing", ["learners", "enrolments", "attempts", "certificates"])
def test_files_that_may_hold_someone_go_with_them(learners: list[User], client: Client, person: User, erase: Erase, listing: str) -> None:
    done = written(person, listing=listing, filters={"q": "ana"})
    erase(learners[0])
    done.refresh_from_db()
    assert (done.state, done.path, done.filters) == (State.ERASED, "", {})
    assert not default_storage.listdir(FOLDER)[1]
    assert client.get("/admin/exports/").status_code == 200


@pytest.mark.parametrize("listing", ["learners", "enrolments", "attempts", "certificates"])
def test_a_stranger_takes_nobodys_file_away(learners: list[User], person: User, erase: Erase, listing: str) -> None:
    """Who came after a list was asked for is not in it, whatever they then do."""
    done, waiting = written(person, listing=listing), asked(person, listing=listing)
    stranger = make_user("stranger@example.org")
    finish_course(make_course(), stranger)
    erase(stranger)
    done.refresh_from_db()
    waiting.refresh_from_db()
    assert (done.state, waiting.state) == (State.DONE, State.WAITING)
    assert write_export(export_id=waiting.pk) is True


def test_who_took_no_course_is_only_in_lists_of_accounts(learners: list[User], person: User, erase: Erase) -> None:
    idle = make_user("idle@example.org")
    kept = [written(person, listing=listing) for listing in ("enrolments", "attempts", "certificates")]
    gone = written(person, listing="learners")
    erase(idle)
    assert {RecordExport.objects.get(pk=export.pk).state for export in kept} == {State.DONE}
    gone.refresh_from_db()
    assert gone.state == State.ERASED


def test_a_stranger_who_comes_and_goes_stops_no_writing(
    learners: list[User], person: User, erase: Erase, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = asked(person, listing="learners")
    interrupt(monkeypatch, lambda: erase(make_user("stranger@example.org")))
    assert write_export(export_id=export.pk) is True
    export.refresh_from_db()
    assert (export.state, export.run) == (State.DONE, 1)


@pytest.mark.parametrize("listing", ["learners", "enrolments", "attempts", "certificates"])
def test_who_comes_while_a_list_is_written_is_not_in_it(
    learners: list[User], person: User, monkeypatch: pytest.MonkeyPatch, listing: str
) -> None:
    course = make_course()
    export = asked(person, listing=listing)
    interrupt(monkeypatch, lambda: finish_course(course, make_user("late@example.org")))
    assert write_export(export_id=export.pk) is True
    export.refresh_from_db()
    with default_storage.open(export.path) as file:
        assert len(csv_rows(file.read())) == 1 + len(learners) + (listing == "learners")


def test_what_is_being_written_begins_again_without_the_person(
    learners: list[User], person: User, erase: Erase, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = asked(person)
    interrupt(monkeypatch, lambda: erase(learners[8]))
    # The task of the second beginning runs at once, inside the first.
    assert write_export(export_id=export.pk) is False
    export.refresh_from_db()
    assert (export.state, export.run, export.rows_total) == (State.DONE, 2, 8)
    assert addresses(export) == {f"p{number}@example.org" for number in range(8)}
    assert len(default_storage.listdir(FOLDER)[1]) == 1


def test_erasures_do_not_use_up_the_attempts_of_a_file(learners: list[User], person: User) -> None:
    export = asked(person, state=State.WAITING, run=7)
    assert write_export(export_id=export.pk) is True


@pytest.mark.parametrize("filters", [{"q": "P0@example.org"}, {"q": "ana 0"}, {"q": "p0@exam"}, {"learner": "pk"}])
@pytest.mark.parametrize("state", [State.WAITING, State.RUNNING, State.DONE])
def test_a_list_of_the_person_alone_goes_whole(
    learners: list[User], person: User, erase: Erase, filters: dict[str, str], state: RecordExport.State
) -> None:
    if "learner" in filters:
        filters = {"learner": str(learners[0].pk)}
    export = asked(person, state=state, filters=filters)
    erase(learners[0])
    export.refresh_from_db()
    assert (export.state, export.filters) == (State.ERASED, {})
    assert write_export(export_id=export.pk) is False


def test_what_others_take_away_is_not_counted(learners: list[User], person: User, erase: Erase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(writing.write_export_later), "enqueue", lambda self, *args, **kwargs: None)
    for _time in range(MOST_AN_HOUR):
        written(person)
    erase(learners[0])
    assert set(RecordExport.objects.values_list("state", flat=True)) == {State.ERASED}
    export, is_new = request_export(
        asked_by=person, listing="enrolments", filters={}, file_format=Format.CSV, language="es", now=timezone.now()
    )
    assert is_new
    assert export.state == State.WAITING


def test_who_left_a_course_is_still_in_the_record(person: User, erase: Erase) -> None:
    enrol_in(make_course(), make_user("left@example.org"))
    Enrolment.objects.update(state=Enrolment.State.WITHDRAWN)
    done = written(person)
    erase(User.objects.get(email="left@example.org"))
    done.refresh_from_db()
    assert done.state == State.ERASED


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_is_asked_for_while_someone_is_erased_does_not_keep_them() -> None:
    """The export reads the person before the erasure commits; the file is gone all the same when it has."""
    finish_course(make_course(), make_user("gone@example.org"))
    person, wrote = staff(), []

    def ask_and_write() -> None:
        try:
            export = asked(person)
            wrote.append(write_export(export_id=export.pk))
        finally:
            connection.close()

    with transaction.atomic():
        User.objects.get(email="gone@example.org").delete()
        worker = threading.Thread(target=ask_and_write)
        worker.start()
        worker.join()
    assert wrote == [True]
    export = newest()
    assert (export.state, export.path) == (State.ERASED, "")
    assert not default_storage.listdir(FOLDER)[1]
