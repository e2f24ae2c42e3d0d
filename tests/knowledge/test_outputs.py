"""Outputs of a work: each is in the addresses and in the table of audiences, and says the work to a reader that is not ours."""

from __future__ import annotations

import csv
import dataclasses
import importlib
import io
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import clear_url_caches, reverse
from django.utils import translation
from django.utils.functional import Promise

from config import urls as site_urls
from foundation.languages import nearest
from knowledge import urls as library_urls
from knowledge.citation_formats import Facts
from knowledge.kinds import KINDS, PublicationKind
from knowledge.models import Edition, EditionFile, PublicationPage
from knowledge.outputs import OUTPUTS, PAGE, CitationFile, Made, Output, Readers, below_the_library
from knowledge.services.make_edition_pdf import make_edition_pdf
from tests.architecture.audience import BY_NAME, OF_OUTPUTS, addresses
from tests.knowledge.bodies import stored, table, text
from tests.knowledge.citation_readers import plain, read_bibtex, read_ris
from tests.knowledge.corpus import library_in, person, publish, translate
from tests.knowledge.editions import pages
from tests.knowledge.test_files import read
from tests.knowledge.test_metadata import Head
from tests.registries import entered
from tests.translations import is_translated, source

LANGUAGES = [code for code, _name in settings.LANGUAGES]


def _read_page(body: bytes, page: PublicationPage, kind: PublicationKind) -> None:
    head = Head(body.decode())
    assert head.all("citation_title") == [page.title]
    found = json.loads(head.scripts[0])
    assert (found["@type"], found["name"], found["inLanguage"]) == (kind.schema_org, page.title, page.locale.language_code)


def _read_pdf(body: bytes, page: PublicationPage, kind: PublicationKind) -> None:
    cover = pages(body)[0]
    assert kind.printed[1][nearest(page.locale.language_code, kind.printed[1])] in cover
    assert page.title in cover


def _read_bib(body: bytes, page: PublicationPage, kind: PublicationKind) -> None:
    entry, _key, fields = read_bibtex(body.decode())
    assert (entry, plain(fields["title"]), fields["language"]) == (kind.bibtex, page.title, page.locale.language_code)
    assert plain(fields["type"]) == page.get_kind_display()


def _read_ris(body: bytes, page: PublicationPage, kind: PublicationKind) -> None:
    lines = read_ris(body.decode())
    assert lines[0] == ("TY", kind.ris)
    assert ("TI", page.title) in lines


def _read_json(body: bytes, page: PublicationPage, kind: PublicationKind) -> None:
    (item,) = json.loads(body)
    assert (item["type"], item["title"], item["genre"]) == (kind.csl, page.title, page.get_kind_display())


def _read_table(body: bytes, page: PublicationPage, kind: PublicationKind) -> None:
    assert list(csv.reader(io.StringIO(body.decode("utf-8-sig")))) == [["País", "Costo"], ["Perú", "4,3"], ["Chile", "2"]]


def _read_feed(body: bytes, page: PublicationPage, kind: PublicationKind) -> None:
    atom = "{http://www.w3.org/2005/Atom}"
    titles = [entry.findtext(f"{atom}title") for entry in ElementTree.fromstring(body).findall(f"{atom}entry")]
    assert page.title in titles


READ_BY: dict[str, Callable[[bytes, PublicationPage, PublicationKind], None]] = {
    "page": _read_page,
    "pdf": _read_pdf,
    "bib": _read_bib,
    "ris": _read_ris,
    "json": _read_json,
    "table": _read_table,
    "feed": _read_feed,
}


def lacks(output: Output) -> list[str]:
    """Say what an output lacks to be one."""
    routes = {(address.route, address.name) for address in addresses()}
    below = f"knowledge/{output.route}" if output.route else next((route for route, name in routes if name == output.url_name), "")
    file_kinds = dict(EditionFile._meta.get_field("kind").flatchoices)
    missing = [] if source(output.label).strip() else ["label"]
    if isinstance(output.label, Promise):
        missing += [f"label in {language}" for language in LANGUAGES if not is_translated(output.label, language)]
    missing += [] if (below, output.url_name) in routes else ["address"]
    missing += [] if BY_NAME.get(output.url_name) is OF_OUTPUTS[output.readers] else ["audience"]
    missing += [] if output.media_type.count("/") == 1 else ["media type"]
    missing += [] if output.name in READ_BY else ["reader"]
    missing += [] if (output.name in file_kinds) == (output.made is Made.AT_PUBLICATION) else ["file"]
    return missing


@pytest.mark.parametrize("output", OUTPUTS, ids=lambda output: output.name)
def test_every_output_has_a_label_an_address_an_audience_and_a_reader(output: Output) -> None:
    assert lacks(output) == []
    assert not set(READ_BY) - {output.name for output in OUTPUTS}


def work_in_every_language(kind: PublicationKind) -> list[PublicationPage]:
    """A work of a kind with everything that can be had of it, in each language."""
    body = stored(text("<p>Uno.</p>"), table())
    spanish = publish(library_in("es"), kind=kind.name, title=f"Obra {kind.name}", body=body, authors=[person()])
    others = [translate(spanish, language, title=f"Obra {kind.name} ({language})") for language in LANGUAGES if language != "es"]
    for edition in Edition.objects.filter(work=spanish.key):
        make_edition_pdf(edition_id=edition.pk)
    return [spanish, *others]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_output_of_each_kind_in_each_language_is_read_by_a_stranger(client: Client, kind: PublicationKind) -> None:
    asked = 0
    for page in work_in_every_language(kind):
        with translation.override(page.locale.language_code):
            for output in OUTPUTS:
                found = output.addresses(page)
                assert found, (output.name, page)
                for address in found:
                    answer = client.get(address)
                    assert (answer.status_code, answer["Content-Type"]) == (200, output.content_type), address
                    READ_BY[output.name](read(answer), page, kind)
                    asked += 1
    assert asked == len(LANGUAGES) * len(OUTPUTS)


def test_an_output_without_one_of_its_properties_cannot_even_be_written() -> None:
    for field in dataclasses.fields(Output):
        if field.name != "order":
            properties = {given.name: getattr(PAGE, given.name) for given in dataclasses.fields(Output) if given.name != field.name}
            with pytest.raises(TypeError, match=field.name):
                Output(**properties)


def _as_text(facts: Facts) -> str:
    return facts.title


ENDNOTE = CitationFile(
    name="enw",
    label="EndNote",
    url_name="knowledge:cite_enw",
    route="<slug:slug>/cite.enw",
    media_type="application/x-endnote-refer",
    readers=Readers.EVERYONE,
    made=Made.AT_ONCE,
    addresses=below_the_library("knowledge:cite_enw"),
    write=_as_text,
)


def read_urls_again() -> None:
    """Make the addresses from what is in the registry now."""
    importlib.reload(library_urls)
    importlib.reload(site_urls)
    clear_url_caches()


@pytest.fixture
def endnote() -> Iterator[CitationFile]:
    """One more citation, as if its entry stood in the table."""
    with entered(OUTPUTS, ENDNOTE):
        read_urls_again()
        yield ENDNOTE
    read_urls_again()


def test_a_made_up_output_fails_until_it_has_everything() -> None:
    bare = Output(
        name="epub",
        label="",
        url_name="knowledge:epub",
        route="<slug:slug>/edition.epub",
        media_type="",
        readers=Readers.WHO_MAY_READ_THE_PAGE,
        made=Made.AT_PUBLICATION,
        addresses=lambda page: [],
    )
    assert lacks(bare) == ["label", "address", "audience", "media type", "reader", "file"]
    assert lacks(dataclasses.replace(bare, label="EPUB", media_type="application/epub+zip")) == ["address", "audience", "reader", "file"]
    with entered(OUTPUTS, bare):
        assert "file" not in lacks(bare), "a file of an edition may be one"


@pytest.mark.django_db
def test_a_new_citation_is_one_entry_and_everything_else_follows(
    client: Client, endnote: CitationFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lacks(endnote) == ["audience", "reader"]
    # These two are the tests' own: the table of audiences is made of the outputs when the tests begin.
    monkeypatch.setitem(BY_NAME, endnote.url_name, OF_OUTPUTS[endnote.readers])
    monkeypatch.setitem(READ_BY, endnote.name, lambda body, page, kind: None)
    assert lacks(endnote) == []
    page = publish(library_in("es"), slug="obra", title="Obra")
    answer = client.get(reverse("knowledge:cite_enw", args=["obra"]))
    assert (answer.content.decode(), answer["Content-Type"]) == ("Obra", "application/x-endnote-refer; charset=utf-8")
    assert '<a\n        href="/es/knowledge/obra/cite.enw">EndNote</a>' in client.get(page.get_url() or "").content.decode()


def test_the_made_up_output_is_gone_afterwards() -> None:
    assert lacks(ENDNOTE) == ["address", "audience", "reader"]
