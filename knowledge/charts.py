"""Describe a chart in Vega-Lite, from rows of numbers and for a width. Pure: the same rows give the same description.

Each chart is drawn twice, for a phone and for a wider column: one drawing shrunk to a phone has letters of 7 pixels. What Vega
makes of the description is cleaned and coloured in `chart_svg`, drawn in `chart_renderer`, and kept by `services.draw_charts`.
The title, the unit and the source stand around the picture, in the page's own words; so the axes carry no titles.
"""

from __future__ import annotations

import hashlib
import json
import textwrap
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy, ngettext

from foundation.languages import entry_for
from knowledge import data

BAR, COLUMN, LINE = "bar", "column", "line"
KINDS = [
    (BAR, gettext_lazy("Bars, one below the other")),
    (COLUMN, gettext_lazy("Columns, one beside the other")),
    (LINE, gettext_lazy("Lines, over time")),
]
# The drawing is a function of this, too: raise it when `spec`, `chart_svg` or Vega change, so that no older picture is taken for it.
VERSION = 3
# Light values of --series-1 … 4 in tokens.css (a test compares them): each at least 3:1 on paper, and a step of lightness apart, for print.
SERIES = ("#083842", "#b97718", "#73366f", "#2c7a5c")
INK, SOFT, GRID = "#1c262b", "#434f57", "#ddd6c9"
DASHES = ([1, 0], [7, 3], [2, 3], [9, 3, 2, 3])
SHAPES = ("circle", "square", "triangle-up", "diamond")
FONT, SIZE = "Noto Sans", 13
# The second one has the minus sign.
PAPER_FONTS = f"{FONT}, Noto Sans Math"
# Pixels that a digit and a letter of that size take, at the most and on average.
DIGIT, LETTER, LINE_HEIGHT = 7.8, 7.2, 16
BAR_HEIGHT, PLOT_HEIGHT = 18, 230
MOST_LABELLED = 16


@dataclass(frozen=True, slots=True)
class ChartSize:
    """A width to draw for, in CSS pixels, and how many letters of a label fit beside or below its mark."""

    name: str
    width: int
    beside: int


# The narrow one is the text column of a phone of 360 px, the wide one the measure of a page (38 rem).
NARROW, WIDE = ChartSize("narrow", 328, 18), ChartSize("wide", 608, 30)
CHART_SIZES = (NARROW, WIDE)


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows."""

    kind: str
    table: data.DataTable
    language: str

    @property
    def names(self) -> tuple[str, ...]:
        """The series, by the heads of their columns."""
        return self.table.header[1:]

    @property
    def values(self) -> list[list[float | None]]:
        """The numbers of each row."""
        return data.numbers(self.table)


def chart_of(kind: str, text: str, language: str) -> Chart:
    """Read a chart.

    Raises:
        DataMalformed: the rows are no numbers, or there are too many series.
    """
    chart = Chart(kind if kind in {BAR, COLUMN, LINE} else BAR, data.parse(text), language)
    check_series(chart.table)
    data.numbers(chart.table)
    return chart


def check_series(table: data.DataTable) -> None:
    """Refuse more series than can be told apart without colour.

    Raises:
        DataMalformed: there are too many.
    """
    found = len(table.header) - 1
    if found > len(SERIES):
        raise data.DataMalformed(
            ngettext(
                "A chart shows at most %(most)d series, and there is %(found)d column of numbers.",
                "A chart shows at most %(most)d series, and there are %(found)d columns of numbers.",
                found,
            )
            % {"most": len(SERIES), "found": found}
        )


def drawing_digest(chart: Chart) -> str:
    """Return the name of a drawing by its content."""
    text = json.dumps([VERSION, chart.kind, chart.language, chart.table.header, chart.table.rows], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def number_format(language: str) -> dict[str, Any]:
    """Return how a language writes numbers, for Vega."""
    numbers = entry_for(language).numbers
    return {"decimal": numbers.decimal_mark, "thousands": numbers.thousands_mark, "grouping": [3], "currency": ["", ""], "minus": "−"}


def written_number(cell: str, language: str) -> str:
    """Return a number of the rows as a language writes it, with as many decimals as were typed: "61800.5" → "61 800,5"."""
    text = data.plain_number(cell)
    if not data.NUMBER.match(text):
        return cell
    sign, (whole, _point, decimals) = ("−" if text.startswith("-") else "", text.lstrip("+-").partition("."))
    numbers = entry_for(language).numbers
    if len(whole) >= numbers.grouped_from:
        whole = f"{int(whole):,}".replace(",", numbers.thousands_mark)
    return f"{sign}{whole}{numbers.decimal_mark if decimals else ''}{decimals}"


def spec(chart: Chart, size: ChartSize) -> dict[str, Any]:
    """Return the Vega-Lite description of a chart for a width."""
    kind = _kind_that_fits(chart, size)
    layers = _line_layers(chart) if kind == LINE else _bar_layers(chart, kind, size)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": size.width,
        "height": _height(chart, kind, size),
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 2, "top": 4, "right": 2 if _are_labelled(chart) else 12, "bottom": 2},
        "background": None,
        "data": {"values": _points(chart, kind, size)},
        "encoding": _encoding(chart, kind, size),
        "layer": layers,
        "config": _config(),
    }


def _kind_that_fits(chart: Chart, size: ChartSize) -> str:
    """Columns whose labels or numbers do not fit below one another are drawn as bars."""
    if chart.kind != COLUMN:
        return chart.kind
    place = (size.width - 60) / len(chart.table.rows)
    longest = max(len(word) for row in chart.table.rows for word in (row[0].split() or [""]))
    lines = max(len(_wrapped(row[0], int(place / LETTER)).split("\n")) for row in chart.table.rows)
    fits = place >= longest * LETTER + 4 and lines <= 3 and place / len(chart.names) >= 14
    return COLUMN if fits else BAR


def _wrapped(label: str, letters: int) -> str:
    return "\n".join(textwrap.wrap(label, max(4, letters), break_long_words=True)) or " "


def _label_width(chart: Chart, kind: str, size: ChartSize) -> int:
    """Return after how many letters a label begins a new line."""
    return size.beside if kind == BAR else int((size.width - 60) / len(chart.table.rows) / LETTER)


def _points(chart: Chart, kind: str, size: ChartSize) -> list[dict[str, Any]]:
    """Return a point for each cell; an empty one stays, so that a line breaks there. Rows are known by their place, not their label."""
    return [
        {"row": place, "series": name, "value": value, "shown": written_number(cell, chart.language) if value is not None else ""}
        for place, (row, line) in enumerate(zip(chart.table.rows, chart.values, strict=True))
        for name, cell, value in zip(chart.names, row[1:], line, strict=True)
    ]


def _labels(chart: Chart, kind: str, size: ChartSize) -> str:
    """Return the Vega expression that turns the place of a row into its label. The labels are JSON, and JSON is data to Vega."""
    letters = _label_width(chart, kind, size) if kind != LINE else 14
    labels = [_wrapped(row[0], letters).split("\n") for row in chart.table.rows]
    return f"{json.dumps(labels, ensure_ascii=True)}[datum.value]"


def _encoding(chart: Chart, kind: str, size: ChartSize) -> dict[str, Any]:
    axis: dict[str, Any] = {
        "labelExpr": _labels(chart, kind, size),
        "labelAngle": 0,
        "labelLimit": size.width,
        "labelLineHeight": LINE_HEIGHT,
    }
    axis |= {"ticks": kind == LINE, "domain": kind == LINE, "labelPadding": 8}
    if kind == LINE:
        axis |= {"labelOverlap": "greedy", "labelSeparation": 6, "labelFlush": True}
    rows: dict[str, Any] = {"field": "row", "type": "ordinal", "title": None, "axis": axis}
    if kind != LINE:
        rows["scale"] = {"paddingInner": 0.28, "paddingOuter": 0.1}
    numbers = {
        "field": "value",
        "type": "quantitative",
        "title": None,
        "axis": _value_axis(chart, kind),
        "scale": _scale(chart, kind, size),
    }
    encoding = {"x": numbers, "y": rows} if kind == BAR else {"x": rows, "y": numbers}
    if len(chart.names) > 1:
        encoding["color"] = {"field": "series", "type": "nominal", "title": None, "sort": list(chart.names), **_legend(chart, kind, size)}
        if kind != LINE:
            encoding["yOffset" if kind == BAR else "xOffset"] = {
                "field": "series",
                "sort": list(chart.names),
                "scale": {"paddingInner": 0.12},
            }
    return encoding


def _value_axis(chart: Chart, kind: str) -> dict[str, Any] | None:
    """Return the axis of the numbers; None where each number stands at its mark."""
    return (
        None
        if kind != LINE and _are_labelled(chart)
        else {"tickCount": 4, "domain": False, "ticks": False, "labelPadding": 6, "grid": True}
    )


def _are_labelled(chart: Chart) -> bool:
    return len(chart.table.rows) * len(chart.names) <= MOST_LABELLED


def _legend(chart: Chart, kind: str, size: ChartSize) -> dict[str, Any]:
    """Return colours and their legend, side by side above the plot if there is room, else one below the other, in lines."""
    several = len(chart.names)
    room = size.width - 50 - (_longest_line(chart, size) * LETTER if kind == BAR else 0)
    beside = sum(len(name) * LETTER + 40 for name in chart.names) <= room + 30
    lines = {name: _wrapped(name, len(name) if beside else int(room / LETTER)).split("\n")[:3] for name in chart.names}
    return {
        "scale": {"domain": list(chart.names), "range": list(SERIES[:several])},
        "legend": {
            "orient": "top",
            "columns": several if beside else 1,
            "labelLimit": size.width,
            "labelExpr": f"{json.dumps(lines, ensure_ascii=True)}[datum.value]",
            "offset": 10,
        },
    }


def _longest_line(chart: Chart, size: ChartSize) -> int:
    return max(len(line) for row in chart.table.rows for line in _wrapped(row[0], size.beside).split("\n"))


def _legend_height(chart: Chart, kind: str, size: ChartSize) -> int:
    if len(chart.names) == 1:
        return 0
    legend = _legend(chart, kind, size)["legend"]
    return 30 if legend["columns"] > 1 else 12 + len(chart.names) * 24


def _scale(chart: Chart, kind: str, size: ChartSize) -> dict[str, Any]:
    """Return the scale of the numbers: bars begin at nought, lines where half of the largest is more than the smallest."""
    found = [value for line in chart.values for value in line if value is not None]
    low, high = min(found), max(found)
    if kind == LINE:
        return {"zero": low < high / 2 or low < 0, "nice": True}
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = 1.0
    if not _are_labelled(chart):
        return {"zero": True, "nice": True}
    longest = max(len(written_number(cell, chart.language)) for row in chart.table.rows for cell in row[1:])
    # Room for the numbers that stand at the ends of the marks.
    length = size.width - _longest_line(chart, size) * LETTER if kind == BAR else PLOT_HEIGHT
    share = min(0.4, ((longest * DIGIT + 8) if kind == BAR else LINE_HEIGHT + 6) / length)
    span = (high - low) / (1 - share * ((high > 0) + (low < 0)))
    return {"domain": [low - (span * share if low < 0 else 0), high + (span * share if high > 0 else 0)], "nice": False}


def _height(chart: Chart, kind: str, size: ChartSize) -> int:
    legend = _legend_height(chart, kind, size)
    letters = _label_width(chart, kind, size)
    lines = max(len(_wrapped(row[0], letters).split("\n")) for row in chart.table.rows)
    if kind != BAR:
        return PLOT_HEIGHT + legend + (lines * LINE_HEIGHT if kind == COLUMN else 0)
    several = len(chart.names)
    row = max(BAR_HEIGHT * several, LINE_HEIGHT * lines) + (14 if several > 1 else 9)
    return len(chart.table.rows) * row + legend + (0 if _are_labelled(chart) else 24)


def _bar_layers(chart: Chart, kind: str, size: ChartSize) -> list[dict[str, Any]]:
    bars: dict[str, Any] = {"mark": {"type": "bar", "color": SERIES[0]}}
    if kind == BAR and len(chart.names) == 1:
        # Not thicker where the labels take several lines.
        bars["mark"]["height"] = BAR_HEIGHT
    along, across = ("y", "height") if kind == BAR else ("x", "width")
    rule: dict[str, Any] = {
        "mark": {"type": "rule", "color": SOFT, "strokeWidth": 1},
        "data": {"values": [{"value": 0}]},
        "encoding": {along: {"value": 0}, f"{along}2": {"value": across}},
    }
    if len(chart.names) > 1:
        rule["encoding"] |= {f"{along}Offset": {"value": 0}, "color": {"value": SOFT}}
    if not _are_labelled(chart):
        return [bars, rule]
    above: dict[str, Any] = {"align": "left", "dx": 5} if kind == BAR else {"dy": -9}
    below: dict[str, Any] = {"align": "right", "dx": -5} if kind == BAR else {"dy": 10}
    marks: dict[str, Any] = {"type": "text", "baseline": "middle", "color": INK}
    texts = [
        {
            "transform": [{"filter": f"isValid(datum.value) && datum.value {test}"}],
            "mark": marks | place,
            "encoding": {"text": {"field": "shown"}, "color": {"value": INK}},
        }
        for test, place in ((">= 0", above), ("< 0", below))
    ]
    return [bars, *texts, rule]


def _line_layers(chart: Chart) -> list[dict[str, Any]]:
    size = 42 if len(chart.table.rows) <= MOST_LABELLED else 14
    line: dict[str, Any] = {"mark": {"type": "line", "color": SERIES[0], "strokeWidth": 2.5, "invalid": "break-paths-show-path-domains"}}
    points: dict[str, Any] = {
        "transform": [{"filter": "isValid(datum.value)"}],
        "mark": {"type": "point", "color": SERIES[0], "filled": True, "size": size, "opacity": 1},
    }
    names = list(chart.names)
    if len(names) > 1:
        series: dict[str, Any] = {"field": "series", "title": None, "sort": names}
        dashes = {"domain": names, "range": [list(dash) for dash in DASHES[: len(names)]]}
        shapes = {"domain": names, "range": list(SHAPES[: len(names)])}
        line["encoding"] = {"strokeDash": {**series, "scale": dashes, "legend": None}}
        points["encoding"] = {"shape": {**series, "scale": shapes}}
    return [line, points]


def _config() -> dict[str, Any]:
    return {
        "view": {"stroke": None},
        "font": FONT,
        "text": {"fontSize": SIZE},
        "axis": {"labelColor": SOFT, "labelFontSize": SIZE, "gridColor": GRID, "domainColor": SOFT, "tickColor": SOFT},
        "legend": {"labelFontSize": SIZE, "labelColor": INK, "symbolSize": 110, "rowPadding": 6, "columnPadding": 18},
    }
