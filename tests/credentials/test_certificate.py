"""The certificate as a file: what it says, in which bytes, once, and what happens when it can't be printed."""

from __future__ import annotations

import ctypes
import dataclasses
import hashlib
import logging
import re
import threading
import zlib
from datetime import UTC, date, datetime
from typing import Any

import pypdfium2
import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.models import User
from credentials.certificate import glyphs, pdf, words_v1
from credentials.certificate.pdf import GlyphsMissing
from credentials.certificate.values import CertificateValues, credential_title, written_code
from credentials.models import Credential, CredentialFile, CredentialHold, CredentialHolder
from credentials.services import make_pdf as service
from credentials.services.check_printable import check_printable
from credentials.services.make_pdf import CredentialNameless, CredentialRevoked, PdfHeld, made_pdf, make_pdf
from credentials.services.notify_hold import notify_hold
from credentials.services.retry_hold import retry_hold
from tests.factories import make_user

NAMES = ["Núñez", "Ñandú", "São", "Crèvecœur", "Kreyòl", "Łódź", "Nguyễn", "g\u0303", "Ελένη", "Київ"]
UNPRINTABLE = {"李小龙": "李小龙", "عربي": "عربي", "Ana 🦜": "🦜"}
LANGUAGES = ("es", "pt", "fr", "en")
VALUES = CertificateValues(
    language="es",
    name="María José Quiñones Ávila",
    title="Migración y desarrollo: fundamentos",
    title_language="es",
    topic="foundations",
    slug="migration-and-development",
    minutes=90,
    completed_on=date(2026, 3, 3),
    issued_at=datetime(2026, 3, 3, 12, 4, 5, tzinfo=UTC),
    grade=93,
    honours=True,
    issuer="Puente",
    code="7K2M4QHRSTWX",
    url="https://puente.example/credentials/7b3e8c52-8f5e-4a3c-9f3b-0d6c1b7b9c11/",
    demo=False,
    template_version=1,
)


def text_of(body: bytes) -> str:
    """Return the text of a PDF as a reader copies it."""
    document = pypdfium2.PdfDocument(body)
    assert len(document) == 1
    return str(document[0].get_textpage().get_text_bounded())


def one_line(body: bytes) -> str:
    return " ".join(text_of(body).split())


def make_credential(name: str = "Ñandú Pérez", learner: User | None = None, **snapshot: Any) -> Credential:
    """A credential as award_credential writes one, without the course."""
    values = {
        "schema": 1,
        "titles": {"es": "Finanzas para llegar", "en": "Finance on arrival"},
        "topic": "finance",
        "slug": "finance",
        "minutes": 90,
        "outline": "x",
        "outline_version": 1,
        "grade": 88,
        "honours": False,
        "completed_on": "2026-03-01",
        "language": "es",
        "issuer": "Puente",
        "demo": False,
        "site": "https://puente.example/",
    }
    row = {key: snapshot.pop(key) for key in ("basis", "issued_at") if key in snapshot}
    credential = Credential.objects.create(subject_key="course:run", snapshot={**values, **snapshot}, **row)
    CredentialHolder.objects.create(credential=credential, learner=learner or make_user(), printed_name=name)
    return credential


# What it says


@pytest.mark.parametrize("name", NAMES)
def test_names_print_and_extract_as_text(name: str) -> None:
    body = pdf.typeset_certificate(dataclasses.replace(VALUES, name=name))
    assert name in text_of(body)


def test_a_name_in_pieces_is_printed_whole() -> None:
    body = pdf.typeset_certificate(dataclasses.replace(VALUES, name="Nu\u0301n\u0303ez"))
    assert "Núñez" in text_of(body)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_everything_in_each_language(language: str) -> None:
    text = one_line(pdf.typeset_certificate(dataclasses.replace(VALUES, language=language)))
    words = words_v1.WORDS[language]
    for expected in (
        "María José Quiñones Ávila",
        "Migración y desarrollo: fundamentos",
        "7K2M-4QHR-STWX",
        VALUES.url,
        words["honours"],
        words["completed"],
        words["certifies"].format(issuer="Puente"),
        words_v1.written_date(date(2026, 3, 3), language),
        words_v1.written_duration(90, language),
        words["percent"].format(grade=93).split()[0],
    ):
        assert expected in text
    assert words["demo"] not in text


def test_without_grade_and_honours_it_speaks_of_neither() -> None:
    text = one_line(pdf.typeset_certificate(dataclasses.replace(VALUES, grade=None, honours=False)))
    assert words_v1.WORDS["es"]["grade"] not in text
    assert words_v1.WORDS["es"]["honours"] not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_demonstration_says_that_it_attests_nothing(language: str) -> None:
    text = one_line(pdf.typeset_certificate(dataclasses.replace(VALUES, language=language, demo=True)))
    assert words_v1.WORDS[language]["demo"] in text


def test_every_language_has_the_same_words() -> None:
    assert set(words_v1.WORDS) == set(words_v1.MONTHS) == set(LANGUAGES)
    assert len({frozenset(words) for words in words_v1.WORDS.values()}) == 1
    assert {len(months) for months in words_v1.MONTHS.values()} == {12}


def test_dates_durations_and_codes_as_people_write_them() -> None:
    assert words_v1.written_date(date(2026, 3, 1), "fr") == "1er mars 2026"
    assert words_v1.written_date(date(2026, 3, 3), "es") == "3 de marzo de 2026"
    assert words_v1.written_date(date(2026, 3, 3), "en") == "3 March 2026"
    assert [words_v1.written_duration(minutes, "en") for minutes in (0, 1, 60, 61, 150)] == [
        "0 minutes",
        "1 minute",
        "1 hour",
        "1 hour 1 minute",
        "2 hours 30 minutes",
    ]
    assert written_code("7K2M4QHRSTWX") == "7K2M-4QHR-STWX"


def test_the_longest_name_and_title_stay_on_the_page() -> None:
    name, title = ("Wilhelmina " * 11)[:120].strip(), ("Protección social y cohesión " * 9)[:255].strip()
    body = pdf.typeset_certificate(
        dataclasses.replace(VALUES, name=name, title=title, issuer="Organización Interamericana para la Movilidad " * 2)
    )
    page = pypdfium2.PdfDocument(body)[0]
    assert name in one_line(body)
    assert title in one_line(body)
    for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
        left, bottom, right, top = item.get_bounds()
        assert left >= 0
        assert bottom >= 0
        assert right <= page.get_width()
        assert top <= page.get_height()


# What it is


def test_it_is_tagged_pdf_ua_with_title_and_language() -> None:
    body = pdf.typeset_certificate(dataclasses.replace(VALUES, language="pt"))
    xmp = body[body.index(b"<?xpacket begin") : body.index(b"<?xpacket end")].decode()
    assert re.search(r"<pdfuaid:part>1</pdfuaid:part>", xmp)
    document = pypdfium2.PdfDocument(body)
    assert document.is_tagged()
    assert document.get_metadata_value("Title") == f"Certificado: {VALUES.title}"
    assert document.get_metadata_value("Author") == "Puente"
    assert language_of(document) == "pt"


def language_of(document: pypdfium2.PdfDocument) -> str:
    """Return the language of a PDF's catalogue."""
    length = pypdfium2.raw.FPDFCatalog_GetLanguage(document, None, 0)
    buffer = ctypes.create_string_buffer(length)
    pypdfium2.raw.FPDFCatalog_GetLanguage(document, ctypes.cast(buffer, ctypes.POINTER(pypdfium2.raw.FPDF_WCHAR)), length)
    return buffer.raw.decode("utf-16-le").rstrip("\0")


def test_only_shipped_fonts_are_in_it() -> None:
    body = pdf.typeset_certificate(VALUES)
    names = set(re.findall(rb"/BaseFont\s*/([A-Za-z0-9+-]+)", unpacked(body)))
    assert names
    assert all(re.match(rb"[A-Z]{6}\+Noto(Sans|Serif)-", name) for name in names), names


def unpacked(body: bytes) -> bytes:
    """Return a PDF with its compressed object streams appended."""
    found = [body]
    for match in re.finditer(rb"stream\r?\n", body):
        try:
            found.append(zlib.decompressobj().decompress(body[match.end() :]))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_the_qr_code_leads_to_the_page() -> None:
    """It is said in words to who can't see it, and the address is in its own alternative."""
    body = pdf.typeset_certificate(VALUES)
    assert pypdfium2.PdfDocument(body)[0].get_size() == pytest.approx((841.9, 595.3), abs=0.5)
    links = re.findall(rb"/URI\s*\((.*?)\)", unpacked(body))
    assert set(links) == {VALUES.url.encode()}


def test_the_same_values_give_the_same_bytes() -> None:
    first = pdf.typeset_certificate(VALUES)
    assert pdf.typeset_certificate(dataclasses.replace(VALUES)) == first
    assert b"20260303120405" in unpacked(first)
    assert pdf.typeset_certificate(dataclasses.replace(VALUES, language="en")) != first
    assert pdf.typeset_certificate(dataclasses.replace(VALUES, name="Ana")) != first


def test_words_from_outside_are_text_and_never_markup() -> None:
    name = '#eval("1") *b* $x$ \\ "q" <l> @a [b] // c'
    assert name in one_line(pdf.typeset_certificate(dataclasses.replace(VALUES, name=name)))


def test_the_fonts_are_light_and_carry_their_licence() -> None:
    assert sum(path.stat().st_size for path in glyphs.FONTS.iterdir()) < 3_000_000
    assert "SIL OPEN FONT LICENSE" in (glyphs.FONTS / "OFL.txt").read_text()


# What can't be printed


@pytest.mark.parametrize(("name", "missing"), UNPRINTABLE.items())
def test_what_no_font_has_is_refused_before_it_is_made(name: str, missing: str) -> None:
    values = dataclasses.replace(VALUES, name=name)
    assert pdf.missing_on_certificate(values) == missing
    with pytest.raises(GlyphsMissing) as refused:
        pdf.typeset_certificate(values)
    assert refused.value.characters == missing


def test_a_title_or_issuer_that_can_not_be_printed_is_refused_too() -> None:
    assert pdf.missing_on_certificate(dataclasses.replace(VALUES, title="Finanzas 💶", issuer="李")) == "💶李"


@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_set_in_one_font(name: str) -> None:
    assert glyphs.family_for(name) == "Noto Serif"
    assert glyphs.missing_characters([name]) == ""


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize(("name", "missing"), UNPRINTABLE.items())
def test_a_name_that_can_not_be_printed_holds_only_the_pdf(name: str, missing: str, django_capture_on_commit_callbacks: Any) -> None:
    administrator = User.objects.create_superuser("admin@example.org", language="en")
    credential = make_credential(name)
    for _attempt in range(3):
        with django_capture_on_commit_callbacks(execute=True), pytest.raises(PdfHeld) as held:
            make_pdf(credential_id=credential.pk, language="es")
        assert held.value.characters == missing
    hold = CredentialHold.objects.get()
    assert (hold.credential_id, hold.missing, hold.resolved_at) == (credential.pk, missing, None)
    assert not CredentialFile.objects.exists()
    credential.refresh_from_db()
    assert credential.revoked_at is None
    assert [message.to for message in mail.outbox] == [[administrator.email]]
    words = mail.outbox[0].body
    assert missing in words
    assert f"U+{ord(missing[0]):04X}" in words
    assert f"/admin/credential_holds/edit/{hold.pk}/" in words
    assert credential.code not in words


@pytest.mark.database
@pytest.mark.django_db
def test_the_mail_goes_to_the_addresses_of_the_settings(settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    User.objects.create_superuser("admin@example.org")
    settings.CREDENTIAL_ADMIN_EMAILS = ["a@example.org", "b@example.org"]
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(PdfHeld):
        make_pdf(credential_id=make_credential("李").pk, language="es")
    assert sorted(message.to[0] for message in mail.outbox) == ["a@example.org", "b@example.org"]


@pytest.mark.database
@pytest.mark.django_db
def test_a_hold_that_was_closed_meanwhile_is_not_told(django_capture_on_commit_callbacks: Any) -> None:
    User.objects.create_superuser("admin@example.org")
    with django_capture_on_commit_callbacks(), pytest.raises(PdfHeld):
        make_pdf(credential_id=make_credential("李").pk, language="es")
    hold = CredentialHold.objects.get()
    CredentialHold.objects.update(resolved_at=timezone.now())
    notify_hold.func(hold.pk)
    notify_hold.func(hold.pk + 1)
    assert mail.outbox == []


@pytest.mark.database
@pytest.mark.django_db
def test_a_page_that_shows_the_certificate_opens_the_hold_once(django_capture_on_commit_callbacks: Any) -> None:
    credential = make_credential("李")
    assert check_printable(credential=make_credential(), language="es") == ""
    for _visit in range(2):
        again = Credential.objects.select_related("holder", "hold").get(pk=credential.pk)
        with django_capture_on_commit_callbacks() as told:
            assert check_printable(credential=again, language="es") == "李"
    assert told == []
    assert CredentialHold.objects.count() == 1


@pytest.mark.database
@pytest.mark.django_db
def test_trying_again_with_another_name_closes_the_hold() -> None:
    credential = make_credential("李 Ana")
    with pytest.raises(PdfHeld):
        make_pdf(credential_id=credential.pk, language="es")
    hold = CredentialHold.objects.get()
    with pytest.raises(PdfHeld):
        retry_hold(hold_id=hold.pk)
    with pytest.raises(PdfHeld):
        retry_hold(hold_id=hold.pk, printed_name="小龙 Li")
    with pytest.raises(ValidationError):
        retry_hold(hold_id=hold.pk, printed_name="1")
    credential.holder.refresh_from_db()
    assert credential.holder.printed_name == "李 Ana"
    retry_hold(hold_id=hold.pk, printed_name="Li Ana")
    hold.refresh_from_db()
    assert hold.resolved_at is not None
    assert "Li Ana" in text_of(make_pdf(credential_id=credential.pk, language="es"))


@pytest.mark.database
@pytest.mark.django_db
def test_a_new_font_closes_the_hold_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    credential = make_credential()
    with monkeypatch.context() as without:
        without.setattr(glyphs, "_coverage", lambda: {family: frozenset(range(0x61, 0x7B)) for family, _stem in glyphs.FAMILIES})
        with pytest.raises(PdfHeld):
            make_pdf(credential_id=credential.pk, language="es")
    retry_hold(hold_id=CredentialHold.objects.get().pk)
    CredentialHold.objects.update(resolved_at=None)
    assert make_pdf(credential_id=credential.pk, language="es")
    assert CredentialHold.objects.get().resolved_at is not None


@pytest.mark.database
@pytest.mark.django_db
def test_a_closed_hold_opens_again_and_is_told_again(django_capture_on_commit_callbacks: Any) -> None:
    credential = make_credential("李")
    User.objects.create_superuser("admin@example.org")
    for expected in (1, 2):
        with django_capture_on_commit_callbacks(execute=True), pytest.raises(PdfHeld):
            make_pdf(credential_id=credential.pk, language="es")
        assert len(mail.outbox) == expected
        CredentialHold.objects.update(resolved_at=timezone.now())
    assert CredentialHold.objects.count() == 1


# Made once, and kept


@pytest.mark.database
@pytest.mark.django_db
def test_it_is_made_once_per_language(monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any) -> None:
    made: list[str] = []

    def counting(values: CertificateValues) -> bytes:
        made.append(values.language)
        return pdf.typeset_certificate(values)

    monkeypatch.setattr(service, "render", counting)
    credential = make_credential()
    bodies = {language: make_pdf(credential_id=credential.pk, language=language) for language in LANGUAGES}
    assert {language: make_pdf(credential_id=credential.pk, language=language) for language in LANGUAGES} == bodies
    with django_assert_max_num_queries(1):
        assert made_pdf(credential=credential, language="es") == bodies["es"]
    assert made == list(LANGUAGES)
    assert len(set(bodies.values())) == 4
    for kept in CredentialFile.objects.all():
        assert kept.sha256 == hashlib.sha256(bodies[kept.language]).hexdigest()
        assert kept.path == f"certificates/{kept.sha256}.pdf"
    assert "Finance on arrival" in text_of(bodies["en"])
    # No title in Portuguese: the one it was learned in.
    assert "Finanzas para llegar" in text_of(bodies["pt"])


def test_a_title_that_is_missing_is_taken_from_the_language_of_learning() -> None:
    titles = {"fr": "Français", "en": "English", "pt": ""}
    assert credential_title({"titles": titles, "language": "en"}, "fr") == ("Français", "fr")
    assert credential_title({"titles": titles, "language": "fr"}, "es") == ("Français", "fr")
    # Whatever the order in which a database keeps the keys.
    assert credential_title({"titles": titles, "language": "pt"}, "es") == credential_title(
        {"titles": dict(reversed(titles.items()))}, "es"
    )
    assert credential_title({"titles": {}}, "es") == ("", "es")


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize("damage", ["gone", "half"])
def test_a_lost_or_damaged_file_is_made_again(damage: str, caplog: pytest.LogCaptureFixture) -> None:
    credential = make_credential()
    body = make_pdf(credential_id=credential.pk, language="es")
    kept = CredentialFile.objects.get()
    default_storage.delete(kept.path)
    if damage == "half":
        default_storage.save(kept.path, ContentFile(body[: len(body) // 2]))
    assert made_pdf(credential=credential, language="es") is None
    with caplog.at_level(logging.WARNING):
        assert make_pdf(credential_id=credential.pk, language="es") == body
    again = CredentialFile.objects.get()
    assert (again.sha256, again.path) == (kept.sha256, kept.path)
    assert made_pdf(credential=credential, language="es") == body
    assert not any("new hash" in record.message for record in caplog.records)


@pytest.mark.database
@pytest.mark.django_db
def test_a_file_that_comes_out_differently_is_said_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    credential = make_credential()
    make_pdf(credential_id=credential.pk, language="es")
    CredentialFile.objects.update(sha256="0" * 64)
    with caplog.at_level(logging.WARNING):
        body = make_pdf(credential_id=credential.pk, language="es")
    assert any("new hash" in record.message for record in caplog.records)
    assert CredentialFile.objects.get().sha256 == hashlib.sha256(body).hexdigest()


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize("failing", ["render", "save"])
def test_a_failure_leaves_no_row_and_the_next_request_is_served(failing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    credential = make_credential()

    def fail(*args: Any, **kwargs: Any) -> Any:
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        if failing == "render":
            broken.setattr(service, "render", fail)
        else:
            broken.setattr(service.default_storage, "save", fail)
        with pytest.raises(OSError, match="no space"), transaction.atomic():
            make_pdf(credential_id=credential.pk, language="es")
    assert not CredentialFile.objects.exists()
    assert make_pdf(credential_id=credential.pk, language="es").startswith(b"%PDF")


@pytest.mark.database
@pytest.mark.django_db
def test_what_is_over_is_not_made() -> None:
    revoked, erased, replaced = make_credential(), make_credential(), make_credential()
    Credential.objects.filter(pk=revoked.pk).update(revoked_at=timezone.now())
    Credential.objects.filter(pk=replaced.pk).update(replaced_by=erased)
    CredentialHolder.objects.filter(credential=erased).delete()
    for credential, error in ((revoked, CredentialRevoked), (replaced, CredentialRevoked), (erased, CredentialNameless)):
        with pytest.raises(error):
            make_pdf(credential_id=credential.pk, language="es")
    assert not CredentialFile.objects.exists()


@pytest.mark.database
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_requests_make_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    credential = make_credential()
    together, made, bodies = threading.Barrier(2), [], []

    def counting(values: CertificateValues) -> bytes:
        made.append(values.language)
        return pdf.typeset_certificate(values)

    def ask() -> None:
        together.wait()
        try:
            bodies.append(make_pdf(credential_id=credential.pk, language="es"))
        finally:
            connections.close_all()

    monkeypatch.setattr(service, "render", counting)
    threads = [threading.Thread(target=ask) for _request in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert connection.vendor == "postgresql"
    assert made == ["es"]
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]
    assert CredentialFile.objects.count() == 1
