"""Charts: rows of numbers → a Vega-Lite description → SVG. The same rows always give the same picture.

Drawn without the network and without fonts of its own: text stays text, in the reader's font and colour, so that one picture
serves light and dark, page and paper. vl-convert holds the JavaScript of Vega-Lite; it is started once a process.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

import vl_convert
from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from knowledge import data

KINDS = [("bar", _("Bars, one below the other")), ("column", _("Columns, one beside the other")), ("line", _("Lines, over time"))]
VEGA_LITE = "5.20"
WIDTH, LINE_HEIGHT, BAR = 560, 280, 22
# Told apart by lightness, too: readable in print without colour. Replaced by the page's own colours through their classes.
SERIES = ("#0e5563", "#c98a2b", "#8a6bb0", "#6f8f7b")
INK, SOFT, GRID = "#1c262b", "#55626a", "#ddd6c9"
# The drawing is a function of this, too: raise it when `spec` changes, so that no older picture is taken for the new one.
VERSION = 1
KEPT_SECONDS = 30 * 24 * 60 * 60


def spec(kind: str, unit: str, table: data.DataTable) -> dict[str, Any]:
    """Return the Vega-Lite description of a chart. Pure.

    Args:
        kind: one of KINDS.
        unit: what the numbers count; the title of their axis.
        table: the first column names the rows, each other column is a series.

    Raises:
        DataMalformed: a cell is no number.
    """
    values = data.numbers(table)
    names = list(table.header[1:])
    points = [
        {"label": row[0], "series": name, "value": value}
        for row, line in zip(table.rows, values, strict=True)
        for name, value in zip(names, line, strict=True)
        if value is not None
    ]
    order = [row[0] for row in table.rows]
    label_axis = {
        "field": "label",
        "type": "nominal",
        "sort": order,
        "title": table.header[0],
        "axis": {"labelLimit": 180, "labelAngle": 0},
    }
    value_axis = {"field": "value", "type": "quantitative", "title": unit, "axis": {"tickCount": 5}}
    encoding: dict[str, Any] = {"x": value_axis, "y": label_axis} if kind == "bar" else {"x": label_axis, "y": value_axis}
    if len(names) > 1:
        encoding["color"] = {
            "field": "series",
            "type": "nominal",
            "sort": names,
            "scale": {"domain": names, "range": list(SERIES[: len(names)])},
            "legend": {"title": None, "orient": "top", "symbolType": "square"},
        }
        if kind != "line":
            encoding["yOffset" if kind == "bar" else "xOffset"] = {"field": "series", "sort": names}
    mark: dict[str, Any] = {"type": "line", "point": True, "strokeWidth": 2.5} if kind == "line" else {"type": "bar"}
    height = max(2, len(order)) * (BAR * max(1, len(names)) + 12) if kind == "bar" else LINE_HEIGHT
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH - 160 if kind == "bar" else WIDTH - 60,
        "height": height,
        "background": None,
        "data": {"values": points},
        "mark": {**mark, "color": SERIES[0]},
        "encoding": encoding,
        "config": _config(),
    }


def _config() -> dict[str, Any]:
    return {
        "view": {"stroke": None},
        "font": "sans-serif",
        "axis": {
            "labelColor": SOFT,
            "titleColor": SOFT,
            "labelFontSize": 13,
            "titleFontSize": 13,
            "titleFontWeight": "normal",
            "gridColor": GRID,
            "domainColor": SOFT,
            "tickColor": SOFT,
        },
        "legend": {"labelFontSize": 13, "labelColor": INK},
    }


def digest(description: dict[str, Any], language: str) -> str:
    """Return the name of a drawing by its content."""
    text = json.dumps([VERSION, VEGA_LITE, language, description], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def draw(description: dict[str, Any], language: str) -> str:
    """Return the SVG of a description, with numbers as a language writes them."""
    svg: str = vl_convert.vegalite_to_svg(description, vl_version=VEGA_LITE, format_locale=_format(language), allowed_base_urls=[])
    return svg


def _format(language: str) -> dict[str, Any]:
    decimal, thousands = (".", ",") if language == "en" else (",", "\u202f" if language == "fr" else ".")
    return {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""]}


def themed(svg: str, series: Sequence[str] = SERIES) -> str:
    """Return the drawing for a page: its colours as classes, which the page fills in for light and dark; no size of its own."""
    svg = re.sub(r"<\?xml[^>]*\?>|<!DOCTYPE[^>]*>", "", svg).strip()
    svg = re.sub(r'^<svg([^>]*?)\swidth="[\d.]+"\sheight="[\d.]+"', r'<svg\1 class="chart" aria-hidden="true" focusable="false"', svg)
    svg = re.sub(
        r'\s(?:role|aria-[a-z]+|pointer-events|style)="[^"]*"', lambda m: m[0] if m[0].strip() == 'aria-hidden="true"' else "", svg
    )
    for position, colour in enumerate(series, start=1):
        svg = svg.replace(f'fill="{colour}"', f'fill="var(--series-{position})"').replace(
            f'stroke="{colour}"', f'stroke="var(--series-{position})"'
        )
    for colour, name in ((INK, "ink"), (SOFT, "soft"), (GRID, "line")):
        svg = svg.replace(f'fill="{colour}"', f'fill="var(--{name})"').replace(f'stroke="{colour}"', f'stroke="var(--{name})"')
    return re.sub(r"font-family=\"[^\"]*\"", "", svg)


def svg_of(value: Any) -> SafeString:
    """Return the picture of a chart block for a page; empty for a draft whose rows cannot be drawn yet."""
    try:
        description = spec(value["kind"], value["unit"], data.parse(value["data"] or ""))
    except data.DataMalformed:
        return SafeString("")
    language = get_language() or "en"
    key = f"chart:{digest(description, language)}"
    svg = cache.get(key)
    if svg is None:
        svg = themed(draw(description, language))
        cache.set(key, svg, KEPT_SECONDS)
    return mark_safe(svg)  # noqa: S308 - drawn here from text that the drawing escapes
