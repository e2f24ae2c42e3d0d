"""A certificate issued although the course was not finished: no public form of it says that the course was completed."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from credentials.certificate import pdf, words_v1, words_v2
from credentials.models import Credential, CredentialHolder
from credentials.services.issue_by_hand import issue_by_hand
from credentials.services.make_pdf import certificate_values, make_pdf
from credentials.services.replace_credential import replace_credential
from credentials.services.revoke_credential import revoke_credential
from learning.models import Enrolment
from tests.credentials.test_certificate import LANGUAGES, VALUES, make_credential, one_line
from tests.credentials.test_certificate_checked import sum_of
from tests.credentials.test_credential_pages import mine_of, page_of, words
from tests.factories import enrol_in, finish_course, make_course, make_user

pytestmark = pytest.mark.database

WHY = "The learner wrote to us about it."
# Of having finished, in four languages.
COMPLETION = re.compile(r"complet|finish|finaliz|conclu|termin|réussite|jusqu.au bout|has taken", re.IGNORECASE)
# Pinned like those of version 1 (tests.credentials.test_certificate_checked); the layout is that of version 1.
VERSION_2 = {"words": "f51d0bf1e747ac4b", "values": "493e0fa44b2b2bc5"}
DECIDED = dataclasses.replace(VALUES, completed_on=None, decided_on=date(2026, 3, 3), grade=None, honours=False, template_version=2)


@pytest.fixture
def enrolment() -> Enrolment:
    return enrol_in(make_course(lessons=2, assessments=0, title="Salud"), make_user("holder@example.org", printed_name="Ana Núñez"))


@pytest.fixture
def decided(enrolment: Enrolment) -> Credential:
    issued = issue_by_hand(actor=make_user(), enrolment_id=enrolment.pk, reason=WHY, override=True)
    CredentialHolder.objects.update(show_name=True)
    return issued


def main_of(response: Any) -> str:
    found = re.search(r"<main.*?</main>", response.content.decode(), flags=re.DOTALL)
    assert found
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", found[0]).split()))


@pytest.mark.django_db
def test_it_keeps_no_day_of_completion(decided: Credential) -> None:
    said = decided.snapshot
    assert (said["schema"], said["completed_on"], said["basis"]) == (2, None, "override")
    assert (said["grade"], said["honours"]) == (None, False)
    assert decided.template_version == 2
    assert said["decided_on"]


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_says_that_the_course_was_completed(client: Client, decided: Credential, language: str) -> None:
    for page in (client.get(page_of(decided, language)), client.get(reverse("credential_verify"), {"code": decided.code}, follow=True)):
        assert page.status_code == 200
        assert not COMPLETION.search(main_of(page))
    assert decided.holder.learner
    client.force_login(decided.holder.learner)
    assert not COMPLETION.search(main_of(client.get(mine_of(decided, language))))


@pytest.mark.django_db
def test_the_page_says_who_decided_and_when(client: Client, decided: Credential) -> None:
    said = main_of(client.get(page_of(decided, "en")))
    assert "by decision of the issuer on" in said
    assert "Issued by decision of the issuer on" in said
    assert not COMPLETION.search(said)


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_says_so_in_each_language(decided: Credential, language: str) -> None:
    said = one_line(make_pdf(credential_id=decided.pk, language=language))
    day = words_v1.written_date(date.fromisoformat(decided.snapshot["decided_on"]), language)
    assert words_v2.WORDS[language]["decided"].format(date=day) in said
    assert not COMPLETION.search(said)


@pytest.mark.django_db
def test_replaced_and_revoked_it_still_says_when_it_was_decided(client: Client, decided: Credential) -> None:
    new = replace_credential(actor=make_user(), credential_id=decided.pk, printed_name="Ana Núñez Ávila", reason=WHY)
    assert (new.snapshot, new.template_version) == (decided.snapshot, 2)
    assert not COMPLETION.search(one_line(make_pdf(credential_id=new.pk, language="es")))
    revoke_credential(actor=make_user(), credential_id=new.pk, reason=WHY, public_reason="error")
    for credential in (decided, new):
        said = main_of(client.get(page_of(credential)))
        assert "Issued by decision of the issuer on" in said
        assert not COMPLETION.search(said)


@pytest.mark.django_db
def test_one_of_the_first_schema_says_so_too(client: Client) -> None:
    """Its row keeps a day that never was, and can't be rewritten."""
    old = make_credential(basis=Credential.Basis.OVERRIDE, issued_at=datetime(2026, 3, 3, 12, tzinfo=UTC))
    assert "by decision of the issuer on" in main_of(client.get(page_of(old)))
    values = certificate_values(old, "en")
    assert (values.completed_on, values.decided_on, values.template_version) == (None, date(2026, 3, 3), 2)


@pytest.mark.django_db
def test_staff_read_before_and_after_what_is_printed(client: Client, enrolment: Enrolment) -> None:
    client.force_login(actor := make_user("root@example.org", is_superuser=True, is_staff=True, language="en"))
    with override("en"):
        before = words(client.get(reverse("certificates_admin:issue", args=[enrolment.pk])))
    assert "by decision of the issuer" in before
    assert "completed today" not in before
    issued = issue_by_hand(actor=actor, enrolment_id=enrolment.pk, reason=WHY, override=True)
    after = words(client.get(reverse("certificates_admin:detail", args=[issued.pk])))
    assert "By decision of the issuer on" in after
    assert "Completed on" not in after


@pytest.mark.django_db
def test_what_is_earned_says_what_it_said(client: Client) -> None:
    finish_course(make_course(lessons=1, assessments=0), make_user(printed_name="Ana Núñez"))
    earned = Credential.objects.get()
    assert (earned.snapshot["schema"], earned.template_version) == (1, 1)
    assert not {"basis", "decided_on"} & set(earned.snapshot)
    assert "has completed the course" in main_of(client.get(page_of(earned)))


def test_version_2_never_changes() -> None:
    data = {language: pdf._data_v2(dataclasses.replace(DECIDED, language=language, demo=True)) for language in LANGUAGES}
    values = {language: {key: value for key, value in each.items() if key != "cover"} for language, each in data.items()}
    parts = {
        "words": sum_of(json.dumps(words_v2.WORDS, sort_keys=True).encode()),
        "values": sum_of(json.dumps(values, sort_keys=True).encode()),
    }
    assert parts == VERSION_2
    assert len({frozenset(each) for each in words_v2.WORDS.values()}) == 1
