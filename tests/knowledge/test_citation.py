"""Citations: what a reference manager reads from the file is what stands on the page, whatever signs are in it."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from knowledge.citation import citation_facts, contributor_name, suggested
from knowledge.citation_formats import Facts, Name, bibtex, csl_json, ris
from knowledge.models import Contributor
from tests.knowledge.citation_readers import bibtex_names, plain, read_bibtex, read_ris

PERSON, ORGANISATION = Contributor.Kind.PERSON, Contributor.Kind.ORGANISATION
MARIA = Name("María Pérez Gómez", "Pérez Gómez, María", "Pérez Gómez", "0000-0002-1825-0097", "María")
TEAM = Name("Puente editorial team", "Puente editorial team")
FACTS = Facts(
    key="5b1d7a34-0000-4000-8000-000000000000",
    title="¿Cuánto cuesta enviar dinero?",
    authors=(MARIA, TEAM),
    published_on=datetime.date(2025, 3, 9),
    kind="brief",
    kind_label="Policy brief",
    publisher="Puente",
    language="es",
    abstract="El 6 % del envío: 12 $ de cada 200 $.",
    url="https://puente.example/es/knowledge/enviar-dinero/",
    topics=("Financial inclusion", "Foundations"),
    licence_label="CC BY 3.0 IGO",
    licence_url="https://creativecommons.org/licenses/by/3.0/igo/",
    series="Five fields",
    series_number=4,
)
AWKWARD = [
    "Remittances & fees: 100% of $5 (#1)_x",
    "A {brace} never closed {",
    "} closes nothing",
    "C:\\temp ~ ^caret",
    "Ñandú, “comillas”, l’été, Łódź, 中文",
    "Title ending in a backslash \\",
    "Two  spaces\nand a line",
    "<b>bold</b> & \"quoted\" 'titles'",
]


@pytest.mark.parametrize("title", AWKWARD)
def test_bibtex_gives_back_every_sign(title: str) -> None:
    kind, key, fields = read_bibtex(bibtex(dataclasses.replace(FACTS, title=title, abstract=title, series=title)))
    assert kind == "techreport"
    assert re.fullmatch(r"perezgomez2025[0-9a-f]{4}es", key)
    one_line = " ".join(title.split())
    for name in ("title", "abstract", "series"):
        assert plain(fields[name]) == one_line, name


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=80))
def test_no_title_can_break_a_file(title: str) -> None:
    facts = dataclasses.replace(FACTS, title=title)
    one_line = " ".join(title.split())
    assert plain(read_bibtex(bibtex(facts))[2]["title"]) == one_line
    assert ("TI", one_line) in read_ris(ris(facts))
    assert json.loads(csl_json(facts))[0]["title"] == title


def test_bibtex_has_what_a_bibliography_needs() -> None:
    _kind, _key, fields = read_bibtex(bibtex(FACTS))
    assert bibtex_names(fields["author"]) == [("Pérez Gómez", "María"), ("Puente editorial team", "")]
    # Braces around the title keep its capitals.
    assert fields["title"] == "{¿Cuánto cuesta enviar dinero?}"
    assert (fields["year"], fields["month"], fields["number"]) == ("2025", "3", "4")
    assert plain(fields["institution"]) == "Puente"
    assert plain(fields["type"]) == "Policy brief"
    assert fields["language"] == "es"
    # Not escaped: an address is copied as it is.
    assert fields["url"] == FACTS.url


def test_two_languages_of_a_work_can_stand_in_one_bibliography() -> None:
    keys = {read_bibtex(bibtex(dataclasses.replace(FACTS, language=language)))[1] for language in ("es", "pt", "fr", "en")}
    assert len(keys) == 4
    ids = {json.loads(csl_json(dataclasses.replace(FACTS, language=language)))[0]["id"] for language in ("es", "pt", "fr", "en")}
    assert len(ids) == 4


def test_ris_has_a_line_for_each_author_and_topic_and_none_is_broken() -> None:
    lines = read_ris(ris(dataclasses.replace(FACTS, abstract="One line\n\nTY  - FAKE\r\nER  - ")))
    assert [value for tag, value in lines if tag == "AU"] == ["Pérez Gómez, María", "Puente editorial team"]
    assert [value for tag, value in lines if tag == "KW"] == ["Financial inclusion", "Foundations"]
    values = dict(lines)
    assert (values["TY"], values["PY"], values["DA"], values["LA"]) == ("RPRT", "2025", "2025/03/09/", "es")
    assert (values["T2"], values["IS"], values["UR"]) == ("Five fields", "4", FACTS.url)
    assert values["AB"] == "One line TY - FAKE ER -"


def test_csl_json_has_names_in_parts_and_organisations_whole() -> None:
    (item,) = json.loads(csl_json(FACTS))
    assert item["author"] == [{"family": "Pérez Gómez", "given": "María"}, {"literal": "Puente editorial team"}]
    assert item["issued"] == {"date-parts": [[2025, 3, 9]]}
    assert (item["type"], item["language"], item["collection-title"], item["collection-number"]) == ("report", "es", "Five fields", "4")
    assert item["abstract"] == FACTS.abstract


def test_a_dataset_is_cited_as_one() -> None:
    facts = dataclasses.replace(FACTS, kind="dataset")
    assert read_bibtex(bibtex(facts))[0] == "misc"
    assert read_ris(ris(facts))[0] == ("TY", "DATA")
    assert json.loads(csl_json(facts))[0]["type"] == "dataset"


def test_without_a_series_nothing_is_said_of_one() -> None:
    facts = dataclasses.replace(FACTS, series="", series_number=7)
    assert not {"series", "number"} & set(read_bibtex(bibtex(facts))[2])
    assert not {"T2", "IS"} & {tag for tag, _value in read_ris(ris(facts))}
    assert "collection-number" not in csl_json(facts)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {},
            "Pérez Gómez, María and Puente editorial team (2025). {title} Policy brief (Five fields, 4). Puente. {url}",
        ),
        ({"title": "Costs", "series": ""}, "Pérez Gómez, María and Puente editorial team (2025). Costs. Policy brief. Puente. {url}"),
        ({"title": "Costs!", "series": "", "authors": (MARIA,)}, "Pérez Gómez, María (2025). Costs! Policy brief. Puente. {url}"),
        (
            {"title": "What is “home?”", "series": "", "authors": (MARIA,)},
            "Pérez Gómez, María (2025). What is “home?” Policy brief. Puente. {url}",
        ),
        ({"series": "", "authors": (Name("Puente", "Puente"),)}, "Puente (2025). ¿Cuánto cuesta enviar dinero? Policy brief. {url}"),
    ],
)
def test_the_sentence_has_one_full_stop_after_each_part(fields: dict[str, object], sentence: str) -> None:
    with translation.override("en"):
        assert suggested(dataclasses.replace(FACTS, **fields)) == sentence.format(url=FACTS.url, title=FACTS.title)  # type: ignore[arg-type]


def test_many_authors_are_all_named_in_their_order() -> None:
    names = [Name(f"Ana N{number:02}", f"N{number:02}, Ana", f"N{number:02}", "", "Ana") for number in range(40)]
    facts = dataclasses.replace(FACTS, authors=tuple(names))
    inverted = [name.inverted for name in names]
    assert bibtex_names(read_bibtex(bibtex(facts))[2]["author"]) == [(name.family, "Ana") for name in names]
    assert [value for tag, value in read_ris(ris(facts)) if tag == "AU"] == inverted
    sentence = suggested(facts)
    assert [sentence.index(name) for name in inverted] == sorted(sentence.index(name) for name in inverted)


@pytest.mark.parametrize(
    ("name", "family_name", "family", "given_names"),
    [
        ("María Pérez Gómez", "Pérez Gómez", "Pérez Gómez", "María"),
        ("María Pérez Gómez", "", "Gómez", "María Pérez"),
        ("Gabriel García Márquez", "García Márquez", "García Márquez", "Gabriel"),
        ("Lin Li", "Li", "Li", "Lin"),
        ("Li Lin", "Li", "Li", "Lin"),
        ("José José", "José", "José", "José"),
        ("Juan de la Cruz", "de la Cruz", "de la Cruz", "Juan"),
        ("Martin King, Jr.", "King, Jr.", "King, Jr.", "Martin"),
        ("Platón", "", "Platón", ""),
        ("Platón", "Platón", "Platón", ""),
    ],
)
def test_a_persons_name_is_parted_where_its_owner_parts_it(name: str, family_name: str, family: str, given_names: str) -> None:
    read = contributor_name(Contributor(name=name, family_name=family_name, kind=PERSON))
    assert (read.family, read.given) == (family, given_names)
    assert read.inverted == (f"{family}, {given_names}" if given_names else family)


def test_an_organisations_name_is_never_turned_round() -> None:
    read = contributor_name(Contributor(name="Ministry of Labour, Peru", kind=ORGANISATION))
    assert (read.inverted, read.family, read.given) == ("Ministry of Labour, Peru", "", "")
    facts = dataclasses.replace(FACTS, authors=(dataclasses.replace(read, full="Research and Data", inverted="Research and Data"),))
    assert bibtex_names(read_bibtex(bibtex(facts))[2]["author"]) == [("Research and Data", "")]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["es", "pt", "fr", "en"])
def test_in_every_language_the_title_is_that_of_the_edition(language: str) -> None:
    """A French BibTeX with `title = {}` was seen in the wild; without authors the publisher stands for them."""
    from tests.knowledge.corpus import library_in, publish

    page = publish(library_in(language), title=f"Le coût d’un envoi ({language})", abstract="Ce qu’il coûte.")
    with translation.override(language):
        facts = citation_facts(page)
    assert plain(read_bibtex(bibtex(facts))[2]["title"]) == f"Le coût d’un envoi ({language})"
    assert [name.full for name in facts.authors] == ["Puente"]
    assert facts.url.endswith(f"/{language}/knowledge/{page.slug}/")
    assert facts.kind_label
