"""Charts: what is drawn, that it can be read on a phone and without colour, and that no label runs as anything but text."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template import Context
from django.utils import timezone, translation

from knowledge import chart_renderer, chart_svg, charts, data
from knowledge.blocks import ChartBlock
from knowledge.demo import CONTENT, _block
from knowledge.models import ChartDrawing, Edition, Work
from knowledge.services import draw_charts
from knowledge.templatetags.knowledge import chart_pictures
from tests.knowledge.drawn_once import DrawnOnce

TOKENS = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text()


def rows(*lines: tuple[str, ...]) -> str:
    return "\n".join("\t".join(line) for line in lines)


def jobs(kind: str, text: str, language: str = "es") -> list[dict[str, Any]]:
    """What the renderer is asked for: a chart in both sizes."""
    chart = charts.chart_of(kind, text, language)
    return [{"spec": charts.spec(chart, size), "format": charts.number_format(language)} for size in charts.CHART_SIZES]


def pictures(kind: str, text: str, language: str = "es") -> tuple[str, str]:
    drawn = chart_renderer.draw(jobs(kind, text, language))
    narrow, wide = (chart_svg.cleaned(svg, size) for svg, size in zip(drawn, charts.CHART_SIZES, strict=True))
    return narrow, wide


def words(svg: str) -> str:
    return " ".join(" ".join(text.itertext()) if len(text) == 0 else " ".join(line.text or "" for line in text)
                    for text in ElementTree.fromstring(svg).iter() if text.tag == "text")  # fmt: skip


def many(series: int, count: int) -> str:
    return rows(
        ("Año", *(f"Serie {n}" for n in range(series))),
        *((str(1985 + i), *(f"{50 + n * 9 + 7 * math.sin(i):.1f}" for n in range(series))) for i in range(count)),
    )


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_charts_of_the_demo_are_drawn_with_every_label_and_number(language: str) -> None:
    blocks = [block for path in sorted((CONTENT / language).glob("*.yaml")) for block in yaml.safe_load(path.read_text())["body"]]
    values = [_block(block)["value"] for block in blocks if block["type"] == "chart"]
    # All by one process; below, each is remembered.
    chart_renderer.draw([job for value in values for job in jobs(value["kind"], value["data"], language)])
    for value in values:
        for svg in pictures(value["kind"], value["data"], language):
            shown = words(svg)
            table = data.parse(value["data"])
            for row in table.rows:
                assert set(row[0].split()) <= set(shown.split())
                if value["kind"] != "line":
                    assert all(charts.written_number(cell, language) in shown for cell in row[1:])
    assert len(values) >= 6


KINDS = [charts.BAR, charts.COLUMN, charts.LINE]
TABLES = [
    many(1, 1), many(1, 40), many(4, 12), rows(("Año", "A"), ("2020", "0"), ("2021", "0")),
    rows(("Año", "A", "B"), ("2020", "1", ""), ("2021", "", "2"), ("2022", "3", "4")),
    rows(("Año", "A"), ("2020", "-12"), ("2021", "5")), rows(("Año", "A"), ("2020", "-12"), ("2021", "-5")),
    rows(("P", "A"), ("Antigua y Barbuda, con una etiqueta " * 3, "1"), ("Supercalifragilísticoespialidoso" * 2, "2")),
    rows(("P", "A"), ("Igual", "1"), ("Igual", "2")),
]  # fmt: skip


@pytest.fixture(scope="module")
def all_drawn() -> None:
    """Draw them all by one process, which takes longest to begin. If one of them can't be drawn, its own test says so."""
    with suppress(chart_renderer.DrawingFailed):
        chart_renderer.draw([job for kind in KINDS for text in TABLES for job in jobs(kind, text)])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", TABLES)
def test_anything_that_is_a_table_of_numbers_can_be_drawn(all_drawn: None, kind: str, text: str) -> None:
    for svg, size in zip(pictures(kind, text), charts.CHART_SIZES, strict=True):
        root = ElementTree.fromstring(svg)
        _x, _y, width, height = (float(number) for number in root.attrib["viewBox"].split())
        assert width == size.width
        assert 20 < height < 40 * 60 * 4


def test_a_column_chart_whose_labels_do_not_fit_is_drawn_as_bars() -> None:
    text = rows(("País", "A"), *((f"República número {n}", str(n)) for n in range(1, 9)))
    assert all("fill-ink" in svg and svg.count("<path") == 8 for svg in pictures("column", text))
    widths = [[float(w) for w in re.findall(r'd="M[^h]*h(-?[\d.]+)v', svg)] for svg in pictures("column", text)]
    assert all(len(set(found)) == 8 for found in widths)


def test_a_line_breaks_where_a_number_is_missing() -> None:
    text = rows(("Año", "A"), ("2020", "1"), ("2021", "2"), ("2022", ""), ("2023", "3"), ("2024", "4"))
    line = re.search(r'class="stroke-1"[^>]*d="([^"]+)"|d="([^"]+)"[^>]*class="stroke-1"', pictures("line", text)[0])
    assert line is not None
    assert (line[1] or line[2]).count("M") == 2


def test_no_letter_is_smaller_than_eleven_pixels_on_a_phone() -> None:
    narrow, _wide = pictures("bar", many(2, 6))
    assert "font-size" not in narrow
    shown_at = 328
    assert charts.SIZE * shown_at / charts.NARROW.width >= 11
    # The wide drawing takes over at 36rem; the column is then 36rem less two gutters of at most 2rem.
    assert charts.SIZE * (36 - 2 * 1.5) * 16 / charts.WIDE.width >= 11
    assert f"font-size: {charts.SIZE}px" in (Path(settings.BASE_DIR) / "static/css/publication.css").read_text()


@pytest.mark.parametrize(("cell", "language", "text"), [
    ("11.48", "es", "11,48"), ("11.48", "en", "11.48"), ("61800", "es", "61\u202f800"), ("61800.50", "pt", "61.800,50"),
    ("2860", "es", "2860"), ("2860", "en", "2,860"), ("-1500000", "fr", "−1\u202f500\u202f000"),
    ("5%", "es", "5"), ("0.768", "es", "0,768"),
])  # fmt: skip
def test_numbers_are_written_as_each_language_does(cell: str, language: str, text: str) -> None:
    assert charts.written_number(cell, language) == text


def test_a_label_is_never_more_than_text() -> None:
    attack = [
        "<script>alert(1)</script>",
        '"]; fetch(`http://x`); ["',
        "\\u0022);alert`1`",
        "]]></svg><img src=x onerror=alert(1)>",
        "&lt;b&gt; & </text>",
    ]
    text = rows(("P", "<b>A", "'x'"), *((label, "1", "2") for label in attack))
    for kind in ("bar", "column", "line"):
        for svg in pictures(kind, text):
            root = ElementTree.fromstring(svg)
            assert {element.tag for element in root.iter()} <= {"svg", "g", "path", "line", "rect", "circle", "text", "tspan"}
            names = {name for element in root.iter() for name in element.attrib}
            assert not {name for name in names if name.startswith("on") or "href" in name or name in {"style", "id"}}
            assert "alert(1)" in words(svg) or kind == "line"


def test_a_drawing_asks_for_nothing_and_has_no_ids_and_no_style() -> None:
    for svg in pictures("line", many(4, 12)):
        assert not re.search(r"""\b(?:style|id|href|font-family|clip-path)=|url\(|<script|<style|http""", svg)


def test_more_series_than_can_be_told_apart_are_refused_while_editing() -> None:
    block = ChartBlock()
    value = block.to_python({**ChartBlock._meta_class.preview_value, "data": many(5, 3)})
    with pytest.raises(ValidationError):
        block.clean(value)
    with translation.override("es"):
        assert chart_pictures(Context(), value) == ""


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_series_can_be_told_from_the_page_and_from_each_other_without_colour() -> None:
    pairs = [re.search(rf"--series-{n}: light-dark\((#\w+), (#\w+)\)", TOKENS) for n in range(1, 5)]
    light, dark = [pair[1] for pair in pairs if pair], [pair[2] for pair in pairs if pair]
    assert tuple(light) == charts.SERIES
    for colours, grounds in ((light, ("#fbf8f2", "#ffffff")), (dark, ("#14191c", "#1b2226"))):
        assert all(_contrast(colour, ground) >= 3 for colour in colours for ground in grounds)
        lightness = sorted(116 * _luminance(colour) ** (1 / 3) - 16 for colour in colours)
        assert all(after - before >= 9 for before, after in pairwise(lightness))


@pytest.mark.database
@pytest.mark.django_db
def test_a_chart_is_drawn_once_and_then_read(monkeypatch: pytest.MonkeyPatch) -> None:
    value = {"kind": "bar", "data": rows(("País", "A"), ("Perú", "1.5"))}
    with translation.override("es"):
        first = chart_pictures(Context(), value)
    assert first.count("<svg") == 2
    assert "1,5" in first
    monkeypatch.setattr(chart_renderer, "draw", lambda jobs: pytest.fail("drawn again"))
    with translation.override("es"):
        assert chart_pictures(Context(), value) == first
    assert ChartDrawing.objects.count() == 1


@pytest.mark.database
@pytest.mark.django_db
def test_a_page_shows_the_drawings_that_there_are_and_draws_none(monkeypatch: pytest.MonkeyPatch) -> None:
    value = {"kind": "bar", "data": rows(("País", "A"), ("Perú", "1.5"))}
    with translation.override("es"):
        wanted = draw_charts.charts_among([("chart", value)], "es")
        drawn = draw_charts.drawings(wanted)
        monkeypatch.setattr(chart_renderer, "draw", lambda jobs: pytest.fail("drawn by a reader"))
        assert chart_pictures(Context({"drawings": {}}), value) == ""
        assert chart_pictures(Context({"drawings": draw_charts.stored_drawings(wanted)}), value).count("<svg") == 2
    assert draw_charts.stored_drawings(wanted).keys() == drawn.keys()


@pytest.mark.database
@pytest.mark.django_db
def test_when_nothing_can_be_drawn_the_page_still_has_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(jobs: object) -> list[str]:
        raise chart_renderer.DrawingFailed("no")

    monkeypatch.setattr(chart_renderer, "draw", fail)
    html = ChartBlock().render(ChartBlock().to_python(ChartBlock._meta_class.preview_value))
    assert "<svg" not in html
    assert "2,83" in html
    assert not ChartDrawing.objects.exists()


@pytest.mark.database
@pytest.mark.django_db
def test_what_cannot_be_read_is_left_out_and_the_rest_is_drawn() -> None:
    body: list[tuple[str, object]] = [
        ("chart", {"kind": "bar", "data": "x"}),
        ("chart", {"kind": "bar", "data": rows(("P", "A"), ("x", "1"))}),
        ("rich_text", "<p>x</p>"),
    ]
    assert len(draw_charts.drawings(draw_charts.charts_among(body, "es"))) == 1
    assert ChartDrawing.objects.count() == 1


def test_each_drawing_has_a_process_that_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    text = rows(("P", "A"), ("x", "1"))
    before = pictures("bar", text)
    # Not what is remembered of it: each of these is drawn.
    monkeypatch.setattr(chart_renderer, "draw", drawn_anew())
    with monkeypatch.context() as patch:
        patch.setattr(chart_renderer, "LONGEST_SECONDS", 0.01)
        with pytest.raises(chart_renderer.DrawingFailed):
            pictures("bar", text)
    assert not [child for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split() if is_drawing(child)]
    assert pictures("bar", text) == before


def drawn_anew() -> Callable[[list[dict[str, Any]]], list[str]]:
    """The renderer, without what the tests remember of it."""
    assert isinstance(chart_renderer.draw, DrawnOnce)
    return chart_renderer.draw.draw


def is_drawing(process: str) -> bool:
    command = Path(f"/proc/{process}/cmdline")
    return command.exists() and b"chart_renderer" in command.read_bytes()


def test_a_description_that_vega_refuses_is_reported() -> None:
    with pytest.raises(chart_renderer.DrawingFailed):
        chart_renderer.draw([{"spec": {"mark": 5}, "format": charts.number_format("es")}])


def test_the_engine_is_not_in_the_process_of_the_site() -> None:
    code = "import django; django.setup(); import sys, knowledge.blocks, knowledge.services.draw_charts; print('vl_convert' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=settings.BASE_DIR,
                            env={"DJANGO_SETTINGS_MODULE": "config.settings.test", "PATH": ""})  # fmt: skip
    assert answer.stdout.strip() == "False"


def test_a_description_is_json_and_the_same_each_time() -> None:
    chart = charts.chart_of("line", many(3, 8), "fr")
    assert json.dumps(charts.spec(chart, charts.WIDE)) == json.dumps(charts.spec(chart, charts.WIDE))
    assert len({charts.drawing_digest(charts.chart_of("line", many(3, 8), language)) for language in ("es", "fr")}) == 2


@pytest.mark.database
@pytest.mark.django_db
def test_a_chart_that_could_not_be_drawn_is_drawn_by_the_timer() -> None:
    content = {"body": json.dumps([{"type": "chart", "value": dict(ChartBlock._meta_class.preview_value), "id": "a"}])}
    now = timezone.now()
    Edition.objects.create(
        work=Work.objects.create(key=uuid.uuid4()),
        language="es",
        number=1,
        page_id=1,
        title="Obra",
        content=content,
        facts={},
        published_at=now,
    )
    assert draw_charts.draw_missing_charts(now=now + timedelta(days=2)) == 0, "for a day only"
    assert draw_charts.draw_missing_charts(now=now) == 1
    assert ChartDrawing.objects.count() == 1
    assert draw_charts.draw_missing_charts(now=now) == 0
