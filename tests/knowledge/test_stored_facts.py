"""The facts of an edition are read in the schema in which they were written; another is refused, and nothing is printed."""

from __future__ import annotations

import dataclasses

import pytest

from foundation.versions import VersionUnknown
from knowledge.edition.facts import read_facts
from knowledge.edition.typesetting import typeset_edition
from knowledge.models import Edition
from knowledge.services.make_edition_pdf import edition_values
from tests.knowledge import editions


def test_what_this_release_wrote_is_read() -> None:
    assert read_facts(editions.FACTS) == editions.FACTS


def test_an_edition_of_before_facts_were_kept_has_none() -> None:
    assert read_facts({}) == {}


@pytest.mark.parametrize("schema", [None, 0, 2, "1", True], ids=str)
def test_another_schema_is_refused(schema: object) -> None:
    facts = {**editions.FACTS, "schema": schema}
    with pytest.raises(VersionUnknown) as refused:
        read_facts(facts)
    assert (refused.value.what, refused.value.version) == ("facts of an edition", schema)
    with pytest.raises(VersionUnknown):
        edition_values(Edition(facts=facts, language="es", content={}))


def test_a_template_that_this_release_does_not_have_prints_nothing() -> None:
    with pytest.raises(VersionUnknown):
        typeset_edition(dataclasses.replace(editions.values(), template_version=2))
