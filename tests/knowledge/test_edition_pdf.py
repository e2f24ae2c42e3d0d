"""The PDF of an edition: what it says, to eyes and to screen readers, and that no text is ever more than text."""

from __future__ import annotations

import io
import re
from itertools import count
from pathlib import Path

import pypdfium2
import pytest
import yaml
from PIL import Image

from knowledge.demo import CONTENT, _block
from knowledge.edition import typesetting
from knowledge.edition.pictures import printable
from knowledge.edition.typesetting import GlyphsMissing, TypesettingFailed, typeset_edition
from knowledge.edition.values import Picture
from tests.knowledge.bodies import chart, footnotes, table, text
from tests.knowledge.editions import ADDRESS, FACTS, links, pages, pdf_of, structure, values, words, xmp

SOURCES = {
    "type": "sources",
    "value": [
        {"title": f"Obra {n}", "publisher": "BID", "year": "2024", "url": f"https://example.org/obra/{n}", "read": "2025-12"}
        for n in (1, 2, 3)
    ],
}


def picture(colour: str = "red", *, credit: str = "") -> Picture:
    body, suffix = printable(Image.new("RGB", (400, 300), colour))
    return Picture(body, suffix, credit=credit)


def test_the_cover_says_what_the_work_is() -> None:
    cover = pages(pdf_of())[0]
    for shown in (
        "Informe de política · Inclusión financiera",
        "Obra",
        "María Pérez Gómez",
        "Serie: Cinco campos, 2",
        "20 de noviembre de 2026",
        "Español",
        "Puente",
    ):
        assert shown in cover


def test_the_inside_says_how_to_cite_and_what_is_allowed() -> None:
    pdf = pdf_of()
    inside = pages(pdf)[1]
    for shown in (
        "Cómo citar",
        f"Pérez Gómez, M. (2026). Obra. Puente. {ADDRESS}",
        "3, publicada el 24 de noviembre de 2026",
        "CC BY 4.0",
        "Traducción Ana Ruiz",
        "Perú",
    ):
        assert shown.replace(" ", "") in inside.replace(" ", "")
    assert "https://creativecommons.org/licenses/by/4.0/" in links(pdf)
    assert ADDRESS in links(pdf)


def test_pages_are_numbered_of_how_many_and_have_running_heads() -> None:
    found = pages(pdf_of({"type": "heading", "value": "Lo que se sabe"}, text("<p>palabra </p>" * 400), title="Un título: y su subtítulo"))
    assert len(found) > 4
    for number, page in enumerate(found[1:], start=2):
        assert f"{number} / {len(found)}" in page
        assert page.startswith("Un título ")
    assert found[4].startswith("Un título Lo que se sabe")
    assert " / " not in found[0]


def test_contents_and_bookmarks_lead_to_the_parts() -> None:
    pdf = pdf_of({"type": "heading", "value": "Primera"}, text("<p>Uno.</p>"), {"type": "heading", "value": "Segunda"}, text("<p>Dos.</p>"))
    assert "Primera 3" in pages(pdf)[1]
    assert "Segunda" in [mark.get_title() for mark in pypdfium2.PdfDocument(pdf).get_toc()]
    assert links(pdf).count("#") >= 3


def test_metadata_language_and_tags() -> None:
    pdf = pdf_of(text("<p>Uno.</p>"), language="pt")
    document = pypdfium2.PdfDocument(pdf)
    assert document.get_metadata_value("Title") == "Obra"
    assert document.get_metadata_value("Author") == "María Pérez Gómez"
    assert "Saúde" in document.get_metadata_value("Keywords")
    assert document.get_metadata_value("CreationDate").startswith("D:20261124123000")
    assert document.is_tagged()
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp(pdf)
    assert b"/Lang (pt)" in pdf or "pt" in xmp(pdf)


def test_a_footnote_stands_at_the_foot_of_its_page_under_its_own_mark() -> None:
    pdf = pdf_of(text("<p>Según el informe.[^a] Y más.</p>"), footnotes(("a", "<p>Leído en <i>una copia</i>.</p>")))
    page = pages(pdf)[2]
    assert page.index("Según el informe") < page.index("Leído en una copia")
    assert "[^a]" not in words(pdf)
    assert "Note" in [tag for tag, _alt in structure(pdf)]
    assert "Notas" not in words(pdf)


def test_a_note_without_a_mark_and_a_mark_without_a_note_are_not_lost() -> None:
    found = words(pdf_of(text("<p>Texto.[^9]</p>"), footnotes(("1", "<p>Una nota sola.</p>"))))
    assert "Texto.[^9]" in found
    assert "Notas" in found
    assert "Una nota sola." in found


def test_citations_lead_to_references_and_references_to_their_address() -> None:
    pdf = pdf_of(text('<p>Cien <a href="#source-2">[2]</a>, y <a href="#source-9">[9]</a>.</p>'), SOURCES)
    assert "Cien[2], y [9]." in words(pdf)
    assert "Obra 2. BID, 2024. example.org/obra/2 (leído en diciembre de 2025)" in words(pdf)
    assert "https://example.org/obra/2" in links(pdf)


def test_links_inside_the_site_become_full_addresses_and_others_that_lead_nowhere_become_words() -> None:
    html = (
        '<p><a linktype="page" id="12">curso</a> <a linktype="page" id="99">perdida</a> '
        '<a href="javascript:alert(1)">mala</a> <a href="/es/x/">corta</a></p>'
    )
    pdf = pdf_of(text(html))
    assert "curso perdida mala corta" in words(pdf)
    assert "https://puente.example/es/courses/" in links(pdf)
    assert "https://puente.example/es/x/" in links(pdf)
    assert not [link for link in links(pdf) if "javascript" in link]


def test_a_chart_has_its_alternative_its_source_and_its_numbers_at_the_end() -> None:
    pdf = pdf_of(chart(title="Costo por país", source_url="https://example.org/r4v"))
    figures = [alt for tag, alt in structure(pdf) if tag == "Figure" and alt]
    assert figures == ["Gráfico. Costo por país. Peru pays more. Los números están en la tabla «Costo por país», al final."]
    found = words(pdf)
    assert "Los números de los gráficos" in found
    assert "Costo por país (per cent)" in found
    assert "Perú 4,3 Chile 2" in found.rsplit("Los números de los gráficos", 1)[1]
    assert "Números: p." in found
    assert "https://example.org/r4v" in links(pdf)


def test_a_chart_that_could_not_be_drawn_leaves_its_numbers() -> None:
    edition = values(chart(title="Costo"))
    found = words(typeset_edition(type(edition)(edition.content, edition.facts, "es", 1, edition.published_at)))
    assert "Costo (per cent)" in found
    assert "Perú 4,3" in found


def test_a_table_of_five_hundred_rows_breaks_and_repeats_its_head() -> None:
    rows = "\n".join(["País\tCosto", *(f"Fila {n}\t{n}" for n in range(500))])
    pdf = pdf_of(table(rows))
    found = pages(pdf)
    assert words(pdf).count("País Costo") == len([page for page in found if "Fila" in page]) > 9
    assert all(f"Fila {n} {n}" in words(pdf) for n in (0, 250, 499))
    assert {"Table", "TH", "TD", "Caption"} <= {tag for tag, _alt in structure(pdf)}


def test_a_table_of_twelve_columns_fits_the_page() -> None:
    wide = "\n".join("\t".join(f"Columna{row} {n}" for n in range(12)) for row in range(4))
    assert "Columna3 11" in words(pdf_of(table(wide)))


def test_a_picture_has_its_words_its_caption_its_source_and_its_credit() -> None:
    block = {
        "type": "figure",
        "value": {"image": {"image": 7, "alt_text": "Un mapa", "decorative": False}, "caption": "Pasos de frontera", "source": "OIM"},
    }
    pdf = pdf_of(block, pictures={7: picture(credit="A. Ruiz")})
    assert ("Figure", "Un mapa") in structure(pdf)
    assert "Pasos de frontera" in words(pdf)
    assert "Fuente: OIM · Imagen: A. Ruiz." in words(pdf)


def test_a_decorative_picture_is_not_read_aloud() -> None:
    block = {"type": "image", "value": {"image": {"image": 7, "alt_text": "", "decorative": True}}}
    assert not [alt for tag, alt in structure(pdf_of(block, pictures={7: picture()})) if tag == "Figure"]


@pytest.mark.parametrize("kind", ["image", "figure"])
def test_a_picture_whose_file_is_gone_is_told_in_words(kind: str) -> None:
    block = {
        "type": kind,
        "value": {"image": {"image": 7, "alt_text": "Un mapa", "decorative": False}, "caption": "Pasos", "source": "OIM"},
    }
    assert "La imagen no está disponible. Muestra: Un mapa" in words(pdf_of(block))


ATTACKS = [
    '#read("/etc/passwd")', "#import \"x\": *", "$x^2$", "*a* _b_ `c`", "@ref <label>", "= Título", "// nada",
    "/* nada */", "\\ \\u{41} \\#", "#{panic()}",
    "a ~ b -- c --- d ...", "[x](y)", "http://example.org/a_b#c", "{{ x }} {% y %}", "<script>alert(1)</script>",
    "#set page(width: 1pt)", "- x\n+ y", '"\'', "%PDF- endobj",
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_is_never_more_than_text(attack: str) -> None:
    """Wherever an editor, or somebody whose name is printed, can write."""
    from html import escape

    blocks = [
        text(f"<p>{escape(attack)}</p><h3>{escape(attack)}</h3><ul><li>{escape(attack)}</li></ul>"),
        {"type": "heading", "value": attack},
        {"type": "callout", "value": {"tone": attack, "title": attack, "text": f"<p>{escape(attack)}</p>"}},
        {"type": "box", "value": {"title": attack, "text": attack}},
        {"type": "quotation", "value": {"text": attack, "attribution": attack}},
        chart(title=attack, summary=attack, unit=attack, source=attack, note=attack, as_of=attack, source_url=attack),
        table("Columna\tDos\n" + attack.replace("\n", " ").lstrip("=@-+") + "\tx", title=attack),
        {"type": "figure", "value": {"image": {"image": 7, "alt_text": attack}, "caption": attack, "source": attack}},
        text("<p>Nota.[^1]</p>"),
        footnotes(("1", f"<p>{escape(attack)}</p>")),
        {
            "type": "sources",
            "value": [{"title": attack, "publisher": attack, "year": attack, "url": f"https://example.org/{attack}", "read": attack}],
        },
    ]
    facts = {
        **FACTS,
        "credits": [{"name": attack, "role": "author"}],
        "series": attack,
        "suggested": attack,
        "publisher": attack,
        "countries": [attack],
    }
    found = words(pdf_of(*blocks, title=attack, abstract=attack, facts=facts, pictures={7: picture(credit=attack)}))
    assert "root:" not in found
    signs = re.sub(r"[\s\"'«»“”‘’\u202f]", "", attack)
    assert re.sub(r"[\s\"'«»“”‘’\u202f-]", "", found).count(signs.replace("-", "")) >= 8


@pytest.mark.parametrize(
    ("shown", "missing"), [("李明", "李明"), ("مرحبا", "مرحبا"), ("bien 😀", "😀"), ("שלום", "שלום"), ("<i>ฉัน</i>", "ฉัน")]
)
def test_letters_that_no_font_has_are_named_and_nothing_is_made(shown: str, missing: str) -> None:
    with pytest.raises(GlyphsMissing) as caught:
        pdf_of(text(f"<p>Hola {shown}</p>"))
    assert set(caught.value.characters) == set(missing)


@pytest.mark.parametrize(
    "shown",
    ["Ñandú G̃uaraní ẽ ỹ", "≥ 65 − 3 ≤ → ✓", "½ n.º 1.ª €", "Ελλάδα Київ", "o\u2028tra", "a\u202eb", "\u200fx", "co\u00adoperar", "ﬁn"],
)
def test_what_the_fonts_have_is_set(shown: str) -> None:
    assert pdf_of(text(f"<p>{shown}</p><p><b><i>{shown}</i></b></p>"), {"type": "heading", "value": shown})


def test_words_without_end_stay_on_the_page() -> None:
    pdf = pdf_of(
        text(f"<p>{'a' * 400}</p><p>https://example.org/{'b-c/' * 90}</p>"), table(f"Uno\tDos\n{'x' * 200}\t{'y' * 200}"), title="T" * 200
    )
    document = pypdfium2.PdfDocument(pdf)
    for number in range(len(document)):
        page = document[number]
        boxes = [found.get_bounds() for found in page.get_objects(filter=[1])]
        assert all(left >= 0 and right <= page.get_width() for left, _bottom, right, _top in boxes)
    assert "a" * 400 in words(pdf).replace(" ", "")


@pytest.mark.parametrize(("language", "given", "set_as"), [
    ("es", 'Dijo "hola" y 174 400 y 5 %', "Dijo «hola» y 174\u202f400 y 5\u202f%"), ("en", "It's \"so\" 'so'", "It’s “so” ‘so’"),
    ("pt", 'Disse "oi"', "Disse “oi”"), ("fr", 'Il dit "oui" ; non !', "Il dit «\u202foui\u202f»\u202f; non\u202f!"),
    ("es", "en 2021 131 000", "en 2021 131\u202f000"),
])  # fmt: skip
def test_quotation_marks_and_spaces_are_those_of_the_language(language: str, given: str, set_as: str) -> None:
    from knowledge.edition.typography import set_text

    assert set_text(given, language) == set_as


def test_a_quotation_mark_knows_what_stands_before_it_across_bold() -> None:
    assert "dijo «muy bien» ayer" in words(pdf_of(text('<p>dijo "<b>muy bien</b>" ayer</p>')))


def test_rich_text_of_every_shape_is_read() -> None:
    html = (
        "suelto <p data-block-key='x'>uno<br/>dos &amp; <strong>tres</strong></p>"
        "<ul><li>a<ul><li>dentro</li></ul></li><li></li></ul><ol><li><p>b</p></li></ol>"
        "<p></p><blockquote><p>cita</p></blockquote><script>mal()</script><p>sin cerrar <b>fuerte"
    )
    found = words(pdf_of(text(html)))
    for shown in ("suelto", "dos & tres", "• a • dentro", "1. b", "cita", "sin cerrar fuerte"):
        assert shown in found
    assert "mal()" not in found


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "not json",
        "null",
        '[{"type": "chart", "value": {"data": "x"}}, 5, {"type": "callout"}]',
        '[{"type": "sources", "value": [null]}]',
    ],
)
def test_a_body_that_cannot_be_read_makes_a_file_without_it(broken: str) -> None:
    assert pages(typeset_edition(values(body=broken)))


def test_the_same_edition_gives_the_same_bytes() -> None:
    edition = values(chart(), table(), text("<p>Uno.[^1]</p>"), footnotes(("1", "<p>Nota</p>")), SOURCES)
    assert typeset_edition(edition) == typeset_edition(edition)


def test_a_warning_of_the_typesetter_is_a_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    template = tmp_path / "template_v1.typ"
    template.write_text('#set document(title: "x")\n#set text(font: "Nowhere")\nx')
    monkeypatch.setattr(typesetting, "HERE", tmp_path)
    with pytest.raises(TypesettingFailed, match="nowhere"):
        pdf_of()
    template.write_text("#panic()")
    with pytest.raises(TypesettingFailed, match="panicked"):
        pdf_of()


def demo_briefs() -> list[tuple[str, str]]:
    return [(language, path.stem) for language in ("es", "en") for path in sorted((CONTENT / language).glob("*.yaml"))]


@pytest.mark.parametrize(("language", "slug"), demo_briefs())
def test_the_works_of_the_demo_are_typeset_without_a_warning(language: str, slug: str) -> None:
    content = yaml.safe_load((CONTENT / language / f"{slug}.yaml").read_text())
    messages = [{"type": "message", "value": message} for message in content["key_messages"]]
    fields = {"title": content["title"], "abstract": content["abstract"], "topic": content["topic"], "slug": slug, "key_messages": messages}
    pdf = pdf_of(*[_block(block) for block in content["body"]], language=language, **fields)
    assert 4 <= len(pages(pdf)) <= 10
    assert len(pdf) < 300_000
    found = words(pdf)
    for block, number in zip(content["body"], count()):
        if block["type"] == "heading":
            assert block["value"].replace(" ", "") in re.sub(r"\s", "", found), number


def test_a_large_photograph_becomes_small_and_stands_upright() -> None:
    noise = Image.effect_noise((3000, 2000), 90).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    raw = io.BytesIO()
    noise.save(raw, "JPEG", exif=exif)
    with Image.open(raw) as opened:
        body, suffix = printable(opened)
    with Image.open(io.BytesIO(body)) as made:
        assert made.height > made.width
        assert max(made.size) <= 1700
        assert not made.getexif()
    assert suffix == ".jpg"
    assert printable(Image.new("RGBA", (10, 10), (0, 0, 0, 0)))[1] == ".png"
