"""Editions: one for each text that was published, numbered per language, for ever; works: one whatever the language."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from wagtail.models import Revision
from wagtail.signals import page_published

from knowledge.models import Edition, LibraryPage, PublicationPage, Work
from knowledge.services.record_edition import record_edition
from tests.knowledge.corpus import draft, library_in, person, publish, translate

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(db: None) -> LibraryPage:
    return library_in("es")


def numbers(page: PublicationPage, language: str = "es") -> list[int]:
    return list(Edition.objects.of(page.key, language).order_by("number").values_list("number", flat=True))


def again(page: PublicationPage, **fields: object) -> PublicationPage:
    """Publish a page once more, with what has changed."""
    fresh = PublicationPage.objects.get(pk=page.pk)
    for name, value in fields.items():
        setattr(fresh, name, value)
    fresh.save_revision().publish()
    return PublicationPage.objects.get(pk=page.pk)


def test_a_draft_is_no_edition_and_each_published_text_is_one(library: LibraryPage) -> None:
    page = draft(library, title="Uno")
    assert numbers(page) == []
    page = again(page)
    page = again(page, title="Dos")
    page.title = "Tres, de borrador"
    page.save_revision()
    assert numbers(page) == [1, 2]
    assert [edition.title for edition in Edition.objects.order_by("number")] == ["Uno", "Dos"]
    assert [edition.content["title"] for edition in Edition.objects.order_by("number")] == ["Uno", "Dos"]


@pytest.mark.database
def test_publishing_the_same_revision_again_makes_no_other(library: LibraryPage) -> None:
    page = publish(library)
    revision = page.live_revision
    assert revision is not None
    revision.publish()
    page_published.send(sender=PublicationPage, instance=page, revision=revision)
    record_edition(page=page, revision=revision)
    assert numbers(page) == [1]


def test_going_back_to_an_older_text_is_another_edition(library: LibraryPage) -> None:
    page = publish(library, title="Uno")
    first = page.live_revision
    assert first is not None
    page = again(page, title="Dos")
    first.publish()
    assert [edition.title for edition in Edition.objects.order_by("number")] == ["Uno", "Dos", "Uno"]


def test_each_language_counts_its_own_of_the_same_work(library: LibraryPage) -> None:
    page = again(publish(library))
    english = translate(page, "en", title="One")
    assert english.work_id == page.work_id == page.translation_key
    assert (numbers(page), numbers(page, "en")) == ([1, 2], [1])
    again(english)
    assert (numbers(page), numbers(page, "en")) == ([1, 2], [1, 2])
    assert Work.objects.count() == 1


def test_what_is_scheduled_becomes_an_edition_when_its_time_has_come(library: LibraryPage) -> None:
    page = draft(library)
    page.go_live_at = timezone.now() + timedelta(days=1)
    revision = page.save_revision()
    revision.publish()
    assert numbers(page) == []
    moment = timezone.now() - timedelta(minutes=1)
    content = {**Revision.objects.get(pk=revision.pk).content, "go_live_at": moment.isoformat()}
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=moment, content=content)
    call_command("publish_scheduled")
    assert PublicationPage.objects.get(pk=page.pk).live
    assert numbers(page) == [1]
    call_command("publish_scheduled")
    assert numbers(page) == [1]


def test_an_alias_is_no_edition(library: LibraryPage) -> None:
    page = publish(library)
    alias = page.create_alias(update_slug="alias")
    assert alias.live
    again(page)
    assert numbers(page) == [1, 2]
    assert Edition.objects.count() == 2


def test_a_copy_is_another_work_that_begins_at_one(library: LibraryPage) -> None:
    page = again(publish(library, authors=[person()]))
    copy = page.copy(update_attrs={"slug": "copia", "title": "Copia"}, keep_live=False)
    assert copy.work_id == copy.translation_key != page.work_id
    copy = again(copy, abstract="Otro.")
    assert copy.work_id == copy.translation_key
    assert [author.name for author in copy.authors()] == ["María Pérez Gómez"]
    assert (numbers(page), numbers(copy)) == ([1, 2], [1])


def test_deleting_the_page_keeps_work_and_editions(library: LibraryPage) -> None:
    page = publish(library, title="Uno")
    page.delete()
    edition = Edition.objects.get()
    assert (edition.page, edition.revision, edition.title, edition.content["title"]) == (None, None, "Uno", "Uno")
    with pytest.raises(ProtectedError):
        edition.work.delete()


def test_a_purge_of_old_revisions_takes_nothing_from_an_edition(library: LibraryPage) -> None:
    page = again(publish(library, title="Uno"), title="Dos")
    call_command("purge_revisions", pages=True)
    first = Edition.objects.get(number=1)
    assert (first.revision, first.content["title"]) == (None, "Uno")
    again(page)
    assert numbers(page) == [1, 2, 3]


def test_an_edition_is_never_written_over(library: LibraryPage) -> None:
    edition = Edition.objects.get(work=publish(library).key)
    edition.title = "Changed"
    with pytest.raises(TypeError):
        edition.save()
    with pytest.raises(TypeError):
        Edition.objects.get().save(update_fields=["title"])
    assert Edition.objects.get().title != "Changed"


@pytest.mark.database
def test_no_number_is_given_twice(library: LibraryPage) -> None:
    edition = Edition.objects.get(work=publish(library).key)
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.create(work=edition.work, language="es", number=1, title="x", content={})


def test_unpublishing_leaves_the_editions(library: LibraryPage) -> None:
    page = publish(library)
    page.unpublish()
    assert numbers(page) == [1]


@pytest.mark.database
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_who_publish_at_once_make_editions_without_gap_or_double() -> None:
    page = draft(library_in("es"))
    revisions = [PublicationPage.objects.get(pk=page.pk).save_revision() for _number in range(6)]
    gate, problems = threading.Barrier(len(revisions)), []

    def run(revision: Revision) -> None:
        try:
            gate.wait(10)
            record_edition(page=PublicationPage.objects.get(pk=page.pk), revision=revision)
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(revision,)) for revision in revisions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert problems == []
    assert numbers(page) == [1, 2, 3, 4, 5, 6]
    assert set(Edition.objects.values_list("revision_id", flat=True)) == {revision.pk for revision in revisions}


@pytest.mark.database
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_same_text_published_twice_at_once_is_one_edition() -> None:
    page = draft(library_in("es"))
    revision = page.latest_revision
    assert revision is not None
    gate, problems = threading.Barrier(4), []

    def run() -> None:
        try:
            gate.wait(10)
            Revision.objects.get(pk=revision.pk).publish()
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert problems == []
    assert numbers(page) == [1]
