"""The certificate, looked at by somebody else: awkward names, what a version promises, and a QR code that is the right one."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pypdfium2
import pytest
import segno
from PIL import Image

from credentials.certificate import glyphs, pdf, words_v1
from tests.credentials.test_certificate import LANGUAGES, NAMES, VALUES, language_of, one_line, unpacked

POINTS_PER_MM = 72 / 25.4
# The column of the text ends here, the box of the QR code begins at 233 mm.
COLUMN_ENDS = (22 + 196) * POINTS_PER_MM

# Letters with an accent that Unicode has no single character for: Guaraní, Yoruba, Ewe, Bribri.
COMPOSED = [
    "G\u0303uarani Tag\u0303uató",
    "Ag\u0303a G\u0303",
    "Abẹ\u0301bọ\u0300 Ọ\u0301",
    "Ɛ\u0303kpe Ɔ\u0300",
    "A\u0331ka\u0331",
    "J\u0303 M\u0303ba",
]
# A version of the certificate, by its parts. If one of these differs, a certificate that is made again differs from the paper in
# somebody's hands: write template_v2.typ and words_v2.py instead. Before the first release, correct the sum.
VERSION_1 = {
    "template": "6b74ac5d6b8c44da",
    "words": "dad04e0d0ad9ba02",
    "fonts": "e7f6bd94cd5a358b",
    "values": "91c95953df253acb",
}


def sum_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def parts_of_version_1() -> dict[str, str]:
    """Return a sum of each thing that decides the bytes of a certificate; not of the cover, which is the course's."""
    data = {language: pdf._data_v1(dataclasses.replace(VALUES, language=language, demo=True)) for language in LANGUAGES}
    values = {language: {key: value for key, value in each.items() if key != "cover"} for language, each in data.items()}
    fonts = b"".join(path.read_bytes() for path in sorted(glyphs.FONTS.glob("*.ttf")))
    return {
        "template": sum_of((pdf.HERE / "template_v1.typ").read_bytes()),
        "words": sum_of(json.dumps([words_v1.WORDS, words_v1.MONTHS], sort_keys=True).encode()),
        "fonts": sum_of(fonts),
        "values": sum_of(json.dumps(values, sort_keys=True).encode()),
    }


def test_a_version_never_changes() -> None:
    assert parts_of_version_1() == VERSION_1


@pytest.mark.parametrize("name", COMPOSED)
def test_accents_that_have_no_character_of_their_own_extract_once(name: str) -> None:
    name = unicodedata.normalize("NFC", name)
    assert glyphs.missing_characters([name]) == ""
    said = one_line(pdf.typeset_certificate(dataclasses.replace(VALUES, name=name)))
    assert f"certifica que {name} ha completado" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_prints_in_every_language(language: str) -> None:
    for name in NAMES:
        assert f" {unicodedata.normalize('NFC', name)} " in one_line(
            pdf.typeset_certificate(dataclasses.replace(VALUES, name=name, language=language))
        )


@pytest.mark.parametrize("name", ["W" * 120, "Ñ" * 60 + " " + "m" * 59, "Wolfeschlegelsteinhausenbergerdorff " * 3, "li"])
def test_no_name_runs_over_what_is_beside_it(name: str) -> None:
    name = name.strip()
    page = pypdfium2.PdfDocument(pdf.typeset_certificate(dataclasses.replace(VALUES, name=name, title="M" * 90)))[0]
    objects = list(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]))
    assert objects
    left_column = [bounds for item in objects if (bounds := item.get_bounds())[0] < COLUMN_ENDS]
    assert max(right for _left, _bottom, right, _top in left_column) <= COLUMN_ENDS + 1


def test_the_qr_code_is_the_address_of_the_page() -> None:
    """Compare what is drawn, module by module, with the code of the address."""
    scale = 6
    page = pypdfium2.PdfDocument(pdf.typeset_certificate(VALUES))[0]
    picture: Image.Image = page.render(scale=scale).to_pil().convert("L")
    wanted = [[bool(module) for module in row] for row in segno.make_qr(VALUES.url, error="m").matrix]
    # 34 mm wide, 4 mm inside a box that begins at 233 mm, 70 mm.
    left, top, side = ((233 + 4) * POINTS_PER_MM, (70 + 4) * POINTS_PER_MM, 34 * POINTS_PER_MM)
    step = side / len(wanted)

    def is_dark(x: int, y: int) -> bool:
        middle = round((left + (x + 0.5) * step) * scale), round((top + (y + 0.5) * step) * scale)
        return bool(picture.getpixel(middle) < 128)

    assert [[is_dark(x, y) for x in range(len(wanted))] for y in range(len(wanted))] == wanted


def test_it_says_what_it_is_in_its_metadata() -> None:
    document = pypdfium2.PdfDocument(pdf.typeset_certificate(dataclasses.replace(VALUES, language="fr")))
    metadata = document.get_metadata_dict()
    assert metadata["Title"].startswith("Certificat")
    assert metadata["Keywords"] == "7K2M-4QHR-STWX, template 1"
    assert metadata["CreationDate"] == metadata["ModDate"] == "D:20260303120405Z"
    assert language_of(document) == "fr"


def test_it_is_read_aloud_in_order_and_in_the_language_of_each_part() -> None:
    body = pdf.typeset_certificate(dataclasses.replace(VALUES, language="en", title_language="es", demo=True))
    said = one_line(body)
    parts = ("CERTIFICATE", "certifies that", VALUES.name, "has completed", VALUES.title, "Completed on", "attests nothing")
    places = [said.index(part) for part in parts]
    assert places == sorted(places)
    structure = unpacked(body)
    assert b"/S/H1" in structure.replace(b" ", b"")
    assert re.search(rb"/Lang\s*\(es\)", structure), "the title is in Spanish on an English certificate"
    assert re.search(rb"/S\s*/Figure", structure)
    assert re.search(rb"/Alt\s*[(<]", structure), "the QR code is said in words"


def test_it_is_small_enough_to_be_sent_from_a_phone() -> None:
    body = pdf.typeset_certificate(VALUES)
    assert len(body) < 80_000


def test_made_in_another_process_it_is_the_same(tmp_path: Path) -> None:
    """Nothing of the machine, the day or the run is in it."""
    program = (
        "import dataclasses, hashlib, tests.credentials.test_certificate as t;"
        "from credentials.certificate import pdf;"
        "print(hashlib.sha256(pdf.typeset_certificate(t.VALUES)).hexdigest())"
    )
    script = f"import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings.test'; django.setup(); {program}"
    environment = {"PATH": "/usr/bin:/bin", "TZ": "Pacific/Auckland", "LANG": "C", "PYTHONHASHSEED": "7", "VAR_DIR": str(tmp_path)}
    root = pdf.HERE.parent.parent
    made = subprocess.run([sys.executable, "-c", script], cwd=root, env=environment, capture_output=True, text=True, check=True)
    assert made.stdout.strip() == hashlib.sha256(pdf.typeset_certificate(VALUES)).hexdigest()
