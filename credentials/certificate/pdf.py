"""Make the PDF of a certificate: PDF/UA-1, tagged, the same bytes for the same values."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import segno
import typst

from core.covers import TOPIC_COLOURS, cover_svg
from credentials.certificate import glyphs, words_v1, words_v2
from credentials.certificate.values import BY_DECISION, EARNED, CertificateValues, written_code
from foundation.versions import VersionUnknown

HERE = Path(__file__).resolve().parent
# Pixels of the drawing; its proportions are those of the band on the page (297 × 58 mm).
COVER_WIDTH, COVER_HEIGHT = 1229, 240
# Dots per inch of a specimen: a page of 297 mm is 1,052 pixels wide.
PPI = 90.0


class GlyphsMissing(Exception):
    """Some characters can't be printed with the shipped fonts."""

    def __init__(self, characters: str) -> None:
        super().__init__(characters)
        self.characters = characters


def missing_on_certificate(values: CertificateValues) -> str:
    """Return the characters on a certificate that no shipped font can print; "" when all can be."""
    return glyphs.missing_characters((values.name, values.title, values.issuer))


def typeset_certificate(values: CertificateValues) -> bytes:
    """Return the PDF in the template of its version.

    Raises:
        GlyphsMissing: something on it could not be printed.
        VersionUnknown: this release has no such version of the template.
    """
    if missing := missing_on_certificate(values):
        raise GlyphsMissing(missing)
    return _compile(values, format="pdf", pdf_standards=["ua-1"])


def draw_specimen(values: CertificateValues) -> bytes:
    """Return a picture (PNG) of how a certificate would look, with a code and an address that no certificate has.

    Raises:
        GlyphsMissing: something on it could not be printed.
    """
    if missing := missing_on_certificate(values):
        raise GlyphsMissing(missing)
    site = values.url.partition("/credentials/")[0]
    return _compile(replace(values, code="?" * len(values.code), url=f"{site}/credentials/"), format="png", ppi=PPI)


def _compile(values: CertificateValues, **options: Any) -> bytes:
    if values.template_version not in TEMPLATES:
        raise VersionUnknown("template of a certificate", values.template_version)
    template, data_of = TEMPLATES[values.template_version]
    # All of it in one language, and tagged as that language.
    data = data_of(replace(values, language=words_v1.printed_language(values.language)))
    return bytes(
        typst.compile(
            str(HERE / template),
            root=str(HERE),
            font_paths=[str(glyphs.FONTS)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            **options,
        )
    )


def _data_v1(values: CertificateValues) -> dict[str, Any]:
    """Return what template_v1.typ prints."""
    words = words_v1.WORDS[values.language]
    if values.completed_on is None:
        raise ValueError("version 1 is for a course that was completed")
    facts = [
        [words["date"], words_v1.written_date(values.completed_on, values.language)],
        [words["workload"], words_v1.written_duration(values.minutes, values.language)],
    ]
    if values.grade is not None:
        facts.append([words["grade"], words["percent"].format(grade=values.grade)])
    return _data(values, words, facts, 1)


def _data_v2(values: CertificateValues) -> dict[str, Any]:
    """Return what template_v1.typ prints where nothing was completed: that it was issued by decision of the issuer, and when."""
    words = words_v1.WORDS[values.language] | words_v2.WORDS[values.language]
    if values.decided_on is None:
        raise ValueError("version 2 is for what was issued by decision of the issuer")
    words["completed"] = words["decided"].format(date=words_v1.written_date(values.decided_on, values.language))
    return _data(values, words, [[words["workload"], words_v1.written_duration(values.minutes, values.language)]], 2)


def _data(values: CertificateValues, words: dict[str, str], facts: list[list[str]], version: int) -> dict[str, Any]:
    issued = values.issued_at
    return {
        "language": values.language,
        "issued": [issued.year, issued.month, issued.day, issued.hour, issued.minute, issued.second],
        "document_title": f"{words['file']}: {values.title}",
        "keywords": [written_code(values.code), f"template {version}"],
        "heading": words["heading"],
        "certifies": _set(words["certifies"].format(issuer=values.issuer)),
        "issuer": _set(values.issuer),
        "issuer_label": words["issuer"],
        "name": _set(values.name),
        "completed": words["completed"],
        "title": _set(values.title),
        "title_language": values.title_language,
        "honours": words["honours"] if values.honours else "",
        "facts": facts,
        "code_label": words["code"],
        "code": written_code(values.code),
        "verify": words["verify"],
        "url": values.url,
        "qr_label": words["qr"],
        "qr": _qr(values.url),
        "cover": cover_svg(values.topic, values.slug, width=COVER_WIDTH, height=COVER_HEIGHT, standalone=True),
        "colour": TOPIC_COLOURS.get(values.topic, TOPIC_COLOURS["foundations"]),
        "demo": words["demo"] if values.demo else "",
    }


def _set(text: str) -> dict[str, str]:
    """Return a text with the family it is set in. Composed, so that an accent is one glyph with its letter where there is one."""
    return {"text": unicodedata.normalize("NFC", text), "family": glyphs.family_for(text)}


def _qr(url: str) -> str:
    """Draw an address as a QR code, in the ink of the page. Level M: a crease or a stamp over a part of it does no harm."""
    svg = io.BytesIO()
    segno.make_qr(url, error="m").save(svg, kind="svg", border=0, dark="#1c262b", xmldecl=False, svgns=True)
    return svg.getvalue().decode()


# By version: the layout, and what is printed in it.
TEMPLATES: dict[int, tuple[str, Callable[[CertificateValues], dict[str, Any]]]] = {
    EARNED: ("template_v1.typ", _data_v1),
    BY_DECISION: ("template_v1.typ", _data_v2),
}
