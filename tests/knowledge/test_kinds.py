"""Kinds of publications: each has every form that a reader, a machine or a printer asks for; a new one fails until it has."""

from __future__ import annotations

import dataclasses
import json

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client

from core import search
from foundation import languages
from knowledge import citation, citation_formats
from knowledge.edition.typesetting import TypesettingFailed
from knowledge.edition.words_v1 import WORDS
from knowledge.kinds import KINDS, PublicationKind, choices
from knowledge.models import PublicationPage
from tests.knowledge.citation_readers import plain, read_bibtex, read_ris
from tests.knowledge.corpus import library_in, publish
from tests.knowledge.editions import pages, pdf_of
from tests.registries import entered
from tests.translations import is_translated, source

LANGUAGES = [code for code, _name in settings.LANGUAGES]
# What foreign readers know, from their own lists: schema.org's CreativeWork and below, BibTeX's entries, the RIS specification of
# 2011, CSL 1.0.2. Only what a publication could be.
SCHEMA_ORG = {"Article", "Book", "Dataset", "Map", "Report", "ScholarlyArticle", "TechArticle", "Thesis"}
BIBTEX = {"article", "book", "booklet", "manual", "misc", "phdthesis", "techreport", "unpublished"}
RIS = {"BOOK", "DATA", "GEN", "GOVDOC", "MAP", "RPRT", "THES", "UNPB"}
CSL = {"article", "book", "dataset", "document", "map", "report", "thesis"}
# What version 1 of an edition's words printed when its first editions were made: those must come out the same for ever.
PRINTED_V1 = {
    "es": ["Informe de política", "Nota", "Informe", "Documento de trabajo", "Conjunto de datos"],
    "pt": ["Nota de política", "Nota", "Relatório", "Documento de trabalho", "Conjunto de dados"],
    "fr": ["Note d’orientation", "Note", "Rapport", "Document de travail", "Jeu de données"],
    "en": ["Policy brief", "Note", "Report", "Working paper", "Dataset"],
}
MAP = PublicationKind(
    name="map",
    label="Map",
    printed={1: {"es": "Mapa", "pt": "Mapa", "fr": "Carte", "en": "Map"}},
    schema_org="Map",
    bibtex="misc",
    ris="MAP",
    csl="map",
)


def lacks(kind: PublicationKind) -> list[str]:
    """Say which forms a kind lacks."""
    missing = [] if source(kind.label).strip() else ["label"]
    missing += [f"label in {language}" for language in LANGUAGES if not is_translated(kind.label, language)]
    for language in LANGUAGES:
        # A drawing version's words stay as they are: a language that came later prints those of its relatives.
        known = [language, *(() if language in PRINTED_V1 else languages.LANGUAGES[language].fallbacks)]
        missing += [f"printed in {language}" for words in kind.printed.values() if not any(words.get(code, "").strip() for code in known)]
    missing += [] if 1 in kind.printed else ["printed in version 1"]
    missing += [] if kind.schema_org in SCHEMA_ORG else ["schema_org"]
    missing += [] if kind.bibtex in BIBTEX else ["bibtex"]
    missing += [] if kind.ris in RIS else ["ris"]
    missing += [] if kind.csl in CSL else ["csl"]
    field = PublicationPage._meta.get_field("kind")
    missing += [] if kind.name in dict(field.flatchoices) and len(kind.name) <= (field.max_length or 0) else ["choice"]
    return missing


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_has_every_form(kind: PublicationKind) -> None:
    assert lacks(kind) == []


@pytest.mark.parametrize("language", PRINTED_V1)
def test_what_version_1_printed_stays_as_it_was(language: str) -> None:
    known = ["brief", "note", "report", "paper", "dataset"]
    assert [KINDS[name].printed[1][language] for name in known] == PRINTED_V1[language]
    assert language in WORDS


def test_a_kind_without_one_of_its_forms_cannot_even_be_written() -> None:
    for field in dataclasses.fields(PublicationKind):
        if field.name != "order":
            forms = {form.name: getattr(MAP, form.name) for form in dataclasses.fields(MAP) if form.name != field.name}
            with pytest.raises(TypeError, match=field.name):
                PublicationKind(**forms)


def test_a_made_up_kind_fails_until_each_of_its_forms_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = PublicationKind(name="map", label="", printed={}, schema_org="", bibtex="", ris="", csl="")
    assert set(lacks(bare)) >= {"label", "printed in version 1", "schema_org", "bibtex", "ris", "csl", "choice"}
    assert "label in es" in lacks(MAP)
    with entered(KINDS, MAP):
        # Texts that are in no catalogue: the tests read it, and so would a translator.
        monkeypatch.setattr("tests.knowledge.test_kinds.is_translated", lambda text, language: True)
        assert lacks(MAP) == []
        for change, missing in [
            ({"label": " "}, "label"),
            ({"printed": {1: {"es": "Mapa", "pt": "Mapa", "en": "Map"}}}, "printed in fr"),
            ({"schema_org": "CreativeMap"}, "schema_org"),
            ({"bibtex": "map"}, "bibtex"),
            ({"ris": "RPT"}, "ris"),
            ({"csl": "dataset2"}, "csl"),
        ]:
            assert lacks(dataclasses.replace(MAP, **change)) == [missing]
    assert lacks(MAP) == ["choice"]


@pytest.mark.django_db
def test_a_new_kind_is_one_entry_and_everything_else_follows(client: Client) -> None:
    library = library_in("es")
    with pytest.raises(ValidationError):
        publish(library, kind="map").full_clean()
    with entered(KINDS, MAP):
        page = publish(library, kind="map", slug="mapa", title="Caminos")
        page.full_clean()
        html = client.get(page.get_url() or "").content.decode()
        assert '"@type":"Map"' in html
        assert page.get_kind_display() == page.card().kicker == "Map"
        facts = citation.citation_facts(page)
        assert read_bibtex(citation_formats.bibtex(facts))[0] == "misc"
        assert plain(read_bibtex(citation_formats.bibtex(facts))[2]["type"]) == "Map"
        assert read_ris(citation_formats.ris(facts))[0] == ("TY", "MAP")
        assert json.loads(citation_formats.csl_json(facts))[0]["type"] == "map"
        assert [entry.context for entry in search.find("caminos", "es")] == ["Map"]
        assert '<option value="map">' in client.get(library.get_url() or "").content.decode()
        assert "Carte · " in pages(pdf_of(kind="map", language="fr"))[0]


def test_an_edition_of_an_unknown_kind_is_refused_and_not_printed_without_it() -> None:
    with pytest.raises(TypesettingFailed, match="rumour"):
        pdf_of(kind="rumour")


def test_the_choices_of_a_page_are_the_table() -> None:
    field = PublicationPage._meta.get_field("kind")
    assert [value for value, _label in field.flatchoices] == [value for value, _label in choices()] == [kind.name for kind in KINDS]
