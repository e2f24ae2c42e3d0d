"""What stands beside a publication: citations, rows as CSV, the PDF edition and the feed; open where the page is, gone where it is not."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from wagtail.models import PageViewRestriction

from core.generation import content_changed
from knowledge.models import Edition, EditionFile, LibraryPage, PublicationPage
from tests.knowledge.bodies import chart, stored, table
from tests.knowledge.citation_readers import read_bibtex, read_ris
from tests.knowledge.conftest import OnCommit
from tests.knowledge.corpus import draft, library_in, person, publish, translate

pytestmark = pytest.mark.django_db
TABLE, CHART = table()["id"], chart()["id"]
PDF = b"%PDF-1.7 made by a test"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def library(db: None) -> LibraryPage:
    return library_in("es")


def with_everything(library: LibraryPage, **fields: object) -> PublicationPage:
    """A work that has each of the files."""
    page = publish(library, slug="obra", body=stored(table(), chart()), authors=[person()], **fields)
    keep_pdf(page, PDF)
    return page


def keep_pdf(page: PublicationPage, body: bytes) -> EditionFile:
    """The PDF of the newest edition of a page, as the typesetter would keep it."""
    edition = Edition.objects.of(page.key, page.locale.language_code).newest_first()[0]
    path = default_storage.save(f"editions/{uuid4()}.pdf", ContentFile(body))
    EditionFile.objects.filter(edition=edition).delete()
    content_changed()
    return EditionFile.objects.create(edition=edition, sha256=f"{hash(body):064x}"[-64:].replace("-", "0"), path=path, size=len(body))


def files_of(slug: str = "obra", language: str = "es") -> list[str]:
    base = f"/{language}/knowledge/{slug}"
    return [*(f"{base}/cite.{form}" for form in ("bib", "ris", "json")), f"{base}/tables/{TABLE}.csv", f"{base}/tables/{CHART}.csv",
            f"{base}/edition.pdf"]  # fmt: skip


def read(answer: Any) -> bytes:
    """The body of an answer, to its end: that is how the test client closes a file without closing the database, too."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def body_of(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return read(answer)


def test_the_files_say_what_they_are(client: Client, library: LibraryPage) -> None:
    page = with_everything(library, title="¿Cuánto cuesta?")
    types = [client.get(address)["Content-Type"] for address in files_of()]
    assert types == [
        "application/x-bibtex; charset=utf-8",
        "application/x-research-info-systems; charset=utf-8",
        "application/vnd.citationstyles.csl+json; charset=utf-8",
        "text/csv; charset=utf-8",
        "text/csv; charset=utf-8",
        "application/pdf",
    ]
    names = [client.get(address)["Content-Disposition"] for address in files_of()]
    assert names[0] == 'attachment; filename="obra.bib"'
    assert names[3] == 'attachment; filename="obra-7d9f7b0e.csv"'
    assert names[5] == 'inline; filename="obra-es.pdf"'
    assert read_bibtex(body_of(client, files_of()[0]).decode())[2]["title"] == "{¿Cuánto cuesta?}"
    assert ("AU", "Gómez, María Pérez") in read_ris(body_of(client, files_of()[1]).decode())
    assert json.loads(body_of(client, files_of()[2]))[0]["URL"] == page.full_url
    rows = list(csv.reader(io.StringIO(body_of(client, files_of()[3]).decode("utf-8-sig"))))
    assert rows == [["País", "Costo"], ["Perú", "4,3"], ["Chile", "2"]]
    assert body_of(client, files_of()[5]) == PDF


def test_they_are_read_only_and_answered_304_and_to_head(client: Client, library: LibraryPage) -> None:
    with_everything(library)
    for address in [*files_of(), "/es/knowledge/feed.atom"]:
        first = client.get(address)
        etag = first["ETag"]
        read(first)
        assert first["Cache-Control"] == "public, no-cache", address
        assert not first.cookies, address
        assert "cookie" not in first.get("Vary", "").lower(), address
        for held in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            again = client.get(address, headers={"If-None-Match": held})
            assert (again.status_code, b"".join(again)) == (304, b""), (address, held)
            assert again["ETag"] == etag
            assert again["Cache-Control"] == "public, no-cache"
        other = client.get(address, headers={"If-None-Match": '"other"'})
        assert other.status_code == 200, address
        read(other)
        head = client.head(address)
        assert (head.status_code, head["ETag"]) == (200, etag), address
        read(head)
        assert [client.post(address).status_code, client.put(address).status_code, client.delete(address).status_code] == [405] * 3


def test_a_draft_has_no_files(client: Client, library: LibraryPage) -> None:
    draft(library, slug="obra", body=stored(table(), chart()))
    assert [client.get(address).status_code for address in files_of()] == [404] * 6


def test_the_files_go_with_the_page(client: Client, library: LibraryPage, on_commit: OnCommit) -> None:
    page = with_everything(library)
    for hide, show in (
        (page.unpublish, lambda: PublicationPage.objects.get(pk=page.pk).save_revision().publish()),
        (
            lambda: PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN),
            lambda: PageViewRestriction.objects.all().delete(),
        ),
        (
            lambda: PageViewRestriction.objects.create(page=library, restriction_type=PageViewRestriction.PASSWORD, password="x"),
            lambda: PageViewRestriction.objects.all().delete(),
        ),
        (page.delete, None),
    ):
        assert [client.get(address).status_code for address in files_of()] == [200] * 6
        with on_commit():
            hide()
        assert [client.get(address).status_code for address in files_of()] == [404] * 6
        if show is not None:
            with on_commit():
                show()


def test_they_are_of_the_language_of_the_address(client: Client, library: LibraryPage) -> None:
    page = with_everything(library, title="En español")
    assert {client.get(address).status_code for address in files_of(language="en")} == {404}
    english = translate(page, "en", title="In English")
    assert read_bibtex(body_of(client, files_of(language="en")[0]).decode())[2]["title"] == "{In English}"
    assert client.get(files_of(language="en")[5])["Location"] == english.get_url(), "the Spanish PDF is not the English one"
    keep_pdf(english, b"%PDF in English")
    assert body_of(client, files_of(language="en")[5]) == b"%PDF in English"


@pytest.mark.parametrize(
    "path",
    ["obra/cite.xml", "obra/cite.", "obra/cite.BIB", "nada/cite.bib", "obra/tables/00000000-0000-4000-8000-000000000000.csv",
     "obra/tables/x.csv", f"otra/tables/{TABLE}.csv", "nada/edition.pdf", "obra/edition.epub"],
)  # fmt: skip
def test_what_is_not_there_is_404(client: Client, library: LibraryPage, path: str) -> None:
    with_everything(library)
    publish(library, slug="otra")
    assert client.get(f"/es/knowledge/{path}").status_code == 404


def test_rows_that_can_no_longer_be_read_are_not_there_and_break_nothing(client: Client, library: LibraryPage) -> None:
    page = publish(library, slug="obra", body=stored(table("a\tb\n=1+1\t2"), chart("")))
    assert [client.get(address).status_code for address in files_of()[3:5]] == [404, 404]
    assert client.get(page.get_url() or "").status_code == 200


def test_while_there_is_no_pdf_its_address_leads_to_the_page(client: Client, library: LibraryPage) -> None:
    page = publish(library, slug="obra")
    assert client.get(files_of()[5])["Location"] == page.get_url()
    file = keep_pdf(page, PDF)
    default_storage.delete(file.path)
    assert client.get(files_of()[5])["Location"] == page.get_url()


def test_the_newest_pdf_is_given_under_the_same_address(client: Client, library: LibraryPage) -> None:
    """Replacing a PDF must not change its address or serve a stale copy (wagtail#9776)."""
    page = with_everything(library)
    first = client.get(files_of()[5])
    read(first)
    page.save_revision().publish()  # nothing is committed here, so that no PDF is made yet
    assert client.get(files_of()[5])["Location"] == page.get_url(), "never a text that was corrected since"
    keep_pdf(page, b"%PDF second")
    assert body_of(client, files_of()[5]) == b"%PDF second"
    held = client.get(files_of()[5], headers={"If-None-Match": first["ETag"]})
    assert held.status_code == 200
    read(held)


def feed(client: Client, language: str = "es") -> ElementTree.Element:
    return ElementTree.fromstring(client.get(f"/{language}/knowledge/feed.atom").content)


def entries(client: Client, language: str = "es") -> list[ElementTree.Element]:
    return feed(client, language).findall(f"{ATOM}entry")


def test_the_feed_is_well_formed_whatever_is_in_the_words(client: Client, library: LibraryPage) -> None:
    title = 'Costs <b> & "fees" ]]> \x0b\x08 \ufffe 中文 🌎'
    publish(library, title=title, abstract="</summary><entry>\x1f & more", authors=[person("Ana & Co <x>", kind="organisation")])
    (entry,) = entries(client)
    assert entry.findtext(f"{ATOM}title") == 'Costs <b> & "fees" ]]>   中文 🌎'
    assert entry.findtext(f"{ATOM}summary") == "</summary><entry> & more"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ana & Co <x>"


def test_the_feed_has_what_rfc_4287_asks_for(client: Client, library: LibraryPage) -> None:
    older, newer = publish(library, published_on="2020-01-01"), publish(library, published_on="2024-01-01")
    found = feed(client)
    assert found.get("{http://www.w3.org/XML/1998/namespace}lang") == "es"
    assert [entry.findtext(f"{ATOM}title") for entry in found.findall(f"{ATOM}entry")] == [newer.title, older.title]
    links = {link.get("rel"): link.get("href") for link in found.findall(f"{ATOM}link")}
    assert links["self"] == f"{library.full_url}feed.atom"
    assert links["alternate"] == library.full_url
    for node in (found, *found.findall(f"{ATOM}entry")):
        assert node.findtext(f"{ATOM}id")
        moment = datetime.fromisoformat(node.findtext(f"{ATOM}updated") or "")
        assert moment.tzinfo is not None
        assert timezone.now() - moment < timedelta(minutes=5)
    newest = found.findall(f"{ATOM}entry")[0]
    assert [link.get("href") for link in newest.findall(f"{ATOM}link")] == [newer.full_url]
    category = newest.find(f"{ATOM}category")
    assert category is not None
    assert category.get("term") == "foundations"


def test_an_entry_keeps_its_id_over_a_new_title_and_a_new_address(client: Client, library: LibraryPage, on_commit: OnCommit) -> None:
    page = publish(library, title="Before", slug="before")
    before = entries(client)[0].findtext(f"{ATOM}id") or ""
    assert before.startswith("urn:uuid:")
    UUID(before.removeprefix("urn:uuid:"))
    page.title, page.slug = "After", "after"
    with on_commit():
        page.save_revision().publish()
    (after,) = entries(client)
    assert after.findtext(f"{ATOM}title") == "After"
    assert after.findtext(f"{ATOM}id") == before
    translate(PublicationPage.objects.get(pk=page.pk), "en")
    assert entries(client, "en")[0].findtext(f"{ATOM}id") != before, "each language is an entry of its own"


def test_the_feed_has_the_newest_thirty_and_an_empty_library_has_a_feed(client: Client, library: LibraryPage) -> None:
    assert entries(client, "fr") == []
    for number in range(32):
        publish(library, published_on=f"2024-01-{number % 28 + 1:02d}")
    assert len(entries(client)) == 30


def test_the_library_names_its_feed(client: Client, library: LibraryPage) -> None:
    assert '<link rel="alternate" type="application/atom+xml"' in client.get("/es/knowledge/").content.decode()
