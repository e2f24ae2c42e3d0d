"""How the PDF of an edition comes to be and goes: by a task, once, whatever is killed; from the edition's own row, whatever is deleted."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Revision

from core.generation import current
from knowledge import receivers, tasks
from knowledge.edition import typesetting
from knowledge.edition.problems import problem_of
from knowledge.models import (
    ChartDrawing,
    Contribution,
    Contributor,
    Edition,
    EditionFile,
    EditionProblem,
    LibraryPage,
    PublicationPage,
    SeriesPage,
)
from knowledge.services import make_edition_pdf as service
from knowledge.services.make_edition_pdf import edition_values, make_edition_pdf
from knowledge.services.make_missing_pdfs import OWN_TASK, make_missing_pdfs
from tests.factories import make_site, make_user
from tests.knowledge.bodies import chart, table, text
from tests.knowledge.editions import words

pytestmark = [pytest.mark.django_db, pytest.mark.database]
OutOfTransaction = Any


@pytest.fixture
def library(db: None) -> LibraryPage:
    make_site()
    return LibraryPage.objects.get(locale__language_code="es")


@pytest.fixture
def follow(django_capture_on_commit_callbacks: Any) -> Any:
    """What happens when a transaction commits: charts are drawn, and the task is run."""

    @contextmanager
    def committed() -> Iterator[None]:
        with django_capture_on_commit_callbacks(execute=True):
            yield

    return committed


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(tasks.make_edition_pdf), "enqueue", lambda self, *args, **kwargs: None)


def publish(library: LibraryPage, *blocks: dict[str, Any], title: str = "Obra", **fields: Any) -> PublicationPage:
    found: PublicationPage | None = PublicationPage.objects.filter(slug=fields.get("slug", "obra")).first()
    page = found or PublicationPage(
        **{"slug": "obra", "abstract": "Resumen.", "locale": library.locale, "published_on": datetime.date(2026, 1, 2), **fields}
    )
    page.title, page.body = title, json.dumps(list(blocks))
    if found is None:
        library.add_child(instance=page)
    page.save_revision().publish()
    return PublicationPage.objects.get(pk=page.pk)


def content(file: EditionFile) -> bytes:
    with default_storage.open(file.path) as stored:
        return bytes(stored.read())


def only_edition() -> Edition:
    edition: Edition = Edition.objects.get()
    return edition


def test_publishing_draws_the_charts_and_makes_the_pdf(client: Client, library: LibraryPage, follow: Any) -> None:
    with follow():
        publish(library, chart(), text("<p>Hola.</p>"))
    assert ChartDrawing.objects.count() == 1
    file = EditionFile.objects.get()
    assert file.path == f"editions/{file.sha256}.pdf"
    assert file.size == len(content(file))
    answer = client.get("/es/knowledge/obra/edition.pdf")
    assert b"".join(answer.streaming_content) == content(file)  # type: ignore[attr-defined]
    html = client.get("/es/knowledge/obra/").content.decode()
    assert 'href="/es/knowledge/obra/edition.pdf"' in html
    assert 'name="citation_pdf_url"' in html


def test_a_pdf_that_was_asked_for_costs_one_statement_whole_or_in_part(
    client: Client, library: LibraryPage, follow: Any, django_assert_num_queries: Any
) -> None:
    with follow():
        publish(library, text("<p>Hola.</p>"))
    made = content(EditionFile.objects.get())
    whole = client.get("/es/knowledge/obra/edition.pdf")
    for asked, status, body in (
        ({}, 200, made),
        ({"Range": "bytes=0-99"}, 206, made[:100]),
        ({"Range": "bytes=-7", "If-Range": whole["ETag"]}, 206, made[-7:]),
        ({"Range": "bytes=-7", "If-Range": '"former"'}, 200, made),
    ):
        with django_assert_num_queries(1):
            answer = client.get("/es/knowledge/obra/edition.pdf", headers=asked)
        assert (answer.status_code, b"".join(answer.streaming_content)) == (status, body)  # type: ignore[attr-defined]
        assert (answer["ETag"], answer["Cache-Control"]) == (whole["ETag"], "public, no-cache")
        assert answer["Content-Disposition"] == 'inline; filename="obra-es.pdf"'
    assert client.get("/es/knowledge/obra/edition.pdf", headers={"If-None-Match": whole["ETag"], "Range": "bytes=0-"}).status_code == 304
    beyond = client.get("/es/knowledge/obra/edition.pdf", headers={"Range": f"bytes={len(made)}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(made)}")


def test_a_correction_takes_the_former_pdf_away_at_once(client: Client, library: LibraryPage, follow: Any, monkeypatch: Any) -> None:
    with follow():
        publish(library, text("<p>Hola.</p>"))
    former = client.get("/es/knowledge/obra/edition.pdf")["ETag"]
    monkeypatch.setattr(type(tasks.make_edition_pdf), "enqueue", lambda self, *args, **kwargs: None)
    with follow():
        publish(library, text("<p>Hola, corregido.</p>"))
    for headers in ({}, {"Range": "bytes=0-9", "If-Range": former}):
        answer = client.get("/es/knowledge/obra/edition.pdf", headers=headers)
        assert (answer.status_code, answer["Location"]) == (302, "/es/knowledge/obra/")
    make_edition_pdf(edition_id=Edition.objects.newest_first()[0].pk)
    answer = client.get("/es/knowledge/obra/edition.pdf", headers={"Range": "bytes=0-9", "If-Range": former})
    assert answer.status_code == 200
    assert answer["ETag"] != former


def test_what_is_closed_has_no_part(client: Client, library: LibraryPage, follow: Any) -> None:
    with follow():
        page = publish(library, text("<p>Hola.</p>"))
    assert client.get("/es/knowledge/obra/edition.pdf").status_code == 200
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    for asked in ("bytes=0-9", "bytes=9999999-", "bytes=-0"):
        assert client.get("/es/knowledge/obra/edition.pdf", headers={"Range": asked}).status_code == 404


def test_while_it_is_being_made_there_is_no_link_and_then_there_is_one(
    client: Client, library: LibraryPage, follow: Any, no_worker: None
) -> None:
    with follow():
        publish(library, text("<p>Hola.</p>"))
    assert "edition.pdf" not in client.get("/es/knowledge/obra/").content.decode()
    assert client.get("/es/knowledge/obra/edition.pdf")["Location"] == "/es/knowledge/obra/"
    before = current()
    with follow():
        make_edition_pdf(edition_id=only_edition().pk)
    assert current() > before
    assert "edition.pdf" in client.get("/es/knowledge/obra/").content.decode()


def test_a_second_run_makes_nothing_and_a_lost_or_damaged_file_is_made_again(library: LibraryPage, follow: Any) -> None:
    with follow():
        publish(library, text("<p>Hola.</p>"))
    file = EditionFile.objects.get()
    made = content(file)
    assert make_edition_pdf(edition_id=only_edition().pk) == file
    default_storage.delete(file.path)
    make_edition_pdf(edition_id=only_edition().pk)
    again = EditionFile.objects.get()
    assert (again.pk, again.sha256, content(again)) == (file.pk, file.sha256, made)
    default_storage.delete(again.path)
    default_storage.save(again.path, ContentFile(made[:100]))
    make_edition_pdf(edition_id=only_edition().pk)
    assert content(EditionFile.objects.get()) == made


def test_a_worker_killed_between_file_and_row_leaves_nothing_in_the_way(
    library: LibraryPage, follow: Any, no_worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with follow():
        publish(library, text("<p>Hola.</p>"))
    with monkeypatch.context() as killed:
        killed.setattr(EditionFile.objects, "update_or_create", lambda **kwargs: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            make_edition_pdf(edition_id=only_edition().pk)
    assert not EditionFile.objects.exists()
    file = make_edition_pdf(edition_id=only_edition().pk)
    assert file is not None
    assert default_storage.listdir("editions")[1].count(f"{file.sha256}.pdf") == 1


def test_reconciling_makes_what_no_task_made_once(
    library: LibraryPage, follow: Any, no_worker: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with follow():
        publish(library, text("<p>Uno.</p>"))
        publish(library, text("<p>Dos.</p>"))
    now = timezone.now()
    assert make_missing_pdfs(now=now) == 0
    later = now + OWN_TASK + datetime.timedelta(minutes=1)
    assert make_missing_pdfs(now=later) == 1
    assert [file.edition.number for file in EditionFile.objects.select_related("edition")] == [2]
    assert make_missing_pdfs(now=later) == 0
    default_storage.delete(EditionFile.objects.get().path)
    assert make_missing_pdfs(now=later) == 1
    call_command("reconcile")
    assert "PDFs of editions made: 0" in capsys.readouterr().out


def test_letters_that_cannot_be_printed_keep_the_pdf_back_and_the_editor_is_told(
    client: Client, library: LibraryPage, follow: Any, settings: Any
) -> None:
    with follow():
        page = publish(library, text("<p>Hola 李</p>"))
    assert not EditionFile.objects.exists()
    assert EditionProblem.objects.get().detail == "李"
    assert "李 (U+674E)" in problem_of(page)
    assert client.get("/es/knowledge/obra/").status_code == 200
    client.force_login(make_user(is_superuser=True, is_staff=True))
    assert "U+674E" in client.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    later = timezone.now() + OWN_TASK + datetime.timedelta(minutes=1)
    assert make_missing_pdfs(now=later) == 0
    assert EditionProblem.objects.count() == 1
    with follow():
        page = publish(library, text("<p>Hola Li</p>"))
    assert problem_of(page) == ""
    assert EditionFile.objects.count() == 1


def test_what_the_typesetter_refuses_is_kept_and_tried_again_with_the_next_release(
    library: LibraryPage, follow: Any, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def fail(values: Any) -> bytes:
        raise typesetting.TypesettingFailed("the page is too small")

    with monkeypatch.context() as broken, follow():
        broken.setattr(service, "typeset", fail)
        page = publish(library, text("<p>Hola.</p>"))
    assert "the page is too small" in problem_of(page)
    later = timezone.now() + OWN_TASK + datetime.timedelta(minutes=1)
    assert make_missing_pdfs(now=later) == 0
    settings.RELEASE = "next"
    assert make_missing_pdfs(now=later) == 1
    assert problem_of(page) == ""


def test_a_storage_that_is_away_is_asked_again(library: LibraryPage, follow: Any, no_worker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with follow():
        publish(library, text("<p>Hola.</p>"))
    later = timezone.now() + OWN_TASK + datetime.timedelta(minutes=1)

    def away(*args: Any) -> str:
        raise OSError("away")

    with monkeypatch.context() as broken:
        broken.setattr(default_storage, "save", away)
        assert make_missing_pdfs(now=later) == 0
    assert not EditionProblem.objects.exists()
    assert make_missing_pdfs(now=later) == 1


def test_unpublishing_and_publishing_again_keeps_edition_and_file(client: Client, library: LibraryPage, follow: Any) -> None:
    with follow():
        page = publish(library, text("<p>Hola.</p>"))
        page.unpublish()
    assert client.get("/es/knowledge/obra/edition.pdf").status_code == 404
    with follow():
        Page.objects.get(pk=page.pk).specific.latest_revision.publish()
    assert Edition.objects.count() == EditionFile.objects.count() == 1
    assert client.get("/es/knowledge/obra/edition.pdf").status_code == 200


def test_an_edition_can_be_made_again_to_the_byte_when_everything_it_points_to_has_changed_or_is_gone(
    library: LibraryPage, follow: Any
) -> None:
    author = Contributor.objects.create(name="María Pérez Gómez", slug="maria")
    series = SeriesPage(title="Cinco campos", slug="cinco", summary="x", locale=library.locale)
    library.add_child(instance=series)
    series.save_revision().publish()
    link = text(f'<p>Hola <a linktype="page" id="{library.pk}">biblioteca</a>.</p>')
    with follow():
        page = publish(library, link, chart(), table(), contributions=[Contribution(contributor=author)], series=series, series_number=1)
    file = EditionFile.objects.get()
    made = content(file)
    for shown in ("María Pérez Gómez", "Serie: Cinco campos, 1", "biblioteca"):
        assert shown in words(made)
    with follow():
        page.delete()
        series.delete()
        author.delete()
        Revision.objects.all().delete()
    edition = only_edition()
    assert edition.page is None
    assert edition.revision is None
    assert content(file) == made
    default_storage.delete(file.path)
    assert make_edition_pdf(edition_id=edition.pk) is not None
    assert content(EditionFile.objects.get()) == made


def test_an_older_edition_says_what_it_said(library: LibraryPage, follow: Any) -> None:
    with follow():
        publish(library, text("<p>Primera versión.</p>"))
        publish(library, text("<p>Segunda versión.</p>"))
    first, second = EditionFile.objects.order_by("edition__number")
    assert "Primera versión." in words(content(first))
    assert "1, publicada el" in words(content(first))
    assert "Segunda versión." in words(content(second))


def test_an_edition_from_before_facts_were_kept_takes_those_of_today(library: LibraryPage, follow: Any, no_worker: None) -> None:
    with follow():
        page = publish(library, text("<p>Hola.</p>"))
    QuerySet(Edition).update(facts={})  # as a row from before the column was there
    assert edition_values(only_edition()).facts["address"].endswith("/es/knowledge/obra/")
    page.delete()
    assert edition_values(only_edition()).facts["publisher"] == "Puente"
    assert make_edition_pdf(edition_id=only_edition().pk) is not None


def test_a_file_goes_with_its_last_row(library: LibraryPage, follow: Any) -> None:
    with follow():
        publish(library, text("<p>Hola.</p>"))
    file = EditionFile.objects.get()
    other = Edition.objects.create(work=file.edition.work, language="es", number=9, title="x", content={})
    twin = EditionFile.objects.create(edition=other, sha256=file.sha256, path=file.path, size=file.size)
    with follow():
        twin.delete()
    assert default_storage.exists(file.path)
    with follow():
        file.delete()
    assert not default_storage.exists(file.path)
    assert receivers._file_row_deleted


def test_a_translation_has_its_own_file(library: LibraryPage, follow: Any) -> None:
    english = LibraryPage.objects.get(locale__language_code="en")
    with follow():
        page = publish(library, text("<p>Hola.</p>"))
        translated = page.copy_for_translation(english.locale)
        translated.title = "Work"
        translated.save_revision().publish()
    assert sorted(EditionFile.objects.values_list("edition__language", flat=True)) == ["en", "es"]
    english_file = EditionFile.objects.get(edition__language="en")
    assert "About this edition" in words(content(english_file))
