"""Certificates of every schema that was ever written are read; one of another schema is refused in words, at every address."""

from __future__ import annotations

import dataclasses

import pytest
from django.test import Client

from credentials.certificate import pdf
from credentials.certificate.values import read_snapshot
from credentials.services.make_pdf import certificate_values
from foundation.versions import VersionUnknown
from tests.credentials.test_certificate import VALUES, make_credential
from tests.credentials.test_credential_pages import page_of


@pytest.mark.parametrize("schema", [1, 2])
def test_both_schemas_are_read(schema: int) -> None:
    assert read_snapshot({"schema": schema, "titles": {}}) == {"schema": schema, "titles": {}}


@pytest.mark.parametrize("schema", [None, 0, 3, "1", True, []], ids=str)
def test_another_is_refused(schema: object) -> None:
    with pytest.raises(VersionUnknown) as refused:
        read_snapshot({"schema": schema, "titles": {}})
    assert (refused.value.what, refused.value.version) == ("certificate", schema)


@pytest.mark.parametrize("version", [0, 3])
def test_a_template_that_this_release_does_not_have_prints_nothing(version: int) -> None:
    with pytest.raises(VersionUnknown):
        pdf.typeset_certificate(dataclasses.replace(VALUES, template_version=version))


@pytest.mark.database
@pytest.mark.django_db
def test_its_public_page_says_it_in_words(client: Client) -> None:
    newer = make_credential(schema=3)
    answer = client.get(page_of(newer))
    assert answer.status_code == 503
    assert answer["Cache-Control"] == "private, no-store"
    for read in (lambda: certificate_values(newer, "en"), lambda: newer.said, lambda: newer.title("en")):
        with pytest.raises(VersionUnknown):
            read()
