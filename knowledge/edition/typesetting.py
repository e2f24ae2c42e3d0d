"""Typeset an edition: PDF/UA-1, tagged, the same bytes for the same values."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import typst

from foundation.versions import VersionUnknown
from knowledge.edition import glyphs
from knowledge.edition.document import Document, document_v1
from knowledge.edition.stored import UnknownContent
from knowledge.edition.values import EditionValues

HERE = Path(__file__).resolve().parent
NEWEST_TEMPLATE = 1
TEMPLATES: dict[int, Callable[[EditionValues], Document]] = {1: document_v1}


class GlyphsMissing(Exception):
    """Some characters cannot be printed with the shipped fonts."""

    def __init__(self, characters: str) -> None:
        super().__init__(characters)
        self.characters = characters


class TypesettingFailed(Exception):
    """The typesetter refused the document, or warned of something; the message is its own."""


def typeset_edition(values: EditionValues) -> bytes:
    """Return the PDF in the template of its version.

    Raises:
        GlyphsMissing: something in it could not be printed.
        TypesettingFailed: it could not be typeset without a warning, or names something that has no form on paper.
        VersionUnknown: this release has no such version of the template.
    """
    if values.template_version not in TEMPLATES:
        raise VersionUnknown("template of an edition", values.template_version)
    try:
        document = TEMPLATES[values.template_version](values)
    except UnknownContent as failure:
        raise TypesettingFailed(str(failure)) from failure
    if missing := glyphs.missing_characters(document.data):
        raise GlyphsMissing(missing)
    # A folder of its own: the typesetter reads nothing outside of it.
    with tempfile.TemporaryDirectory(prefix="edition-") as folder:
        root = Path(folder)
        shutil.copy(HERE / f"template_v{values.template_version}.typ", root / "edition.typ")
        (root / "data.json").write_text(json.dumps(document.data, ensure_ascii=False), encoding="utf-8")
        for name, body in document.files.items():
            (root / name).write_bytes(body)
        return _compiled(root)


def _compiled(root: Path) -> bytes:
    try:
        pdf, warnings = typst.compile_with_warnings(
            str(root / "edition.typ"),
            root=str(root),
            font_paths=[str(glyphs.FONTS)],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as failure:
        raise TypesettingFailed(" ".join([failure.message, *failure.hints])[:1000]) from failure
    if warnings:
        raise TypesettingFailed("; ".join(dict.fromkeys(warning.message for warning in warnings))[:1000])
    return bytes(pdf)
