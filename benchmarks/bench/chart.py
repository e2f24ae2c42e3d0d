"""Draw the chart of docs/performance.md: each task as a multiple of its floor, Puente beside the peer.

It has a light ground of its own, so that it can be read on a dark page, too.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from benchmarks.bench.goals import MOST, Row, sizes
from benchmarks.bench.tasks import TASKS

VEGA_LITE = "5.20"
INK, SOFT, GRID, PAPER = "#1c262b", "#434f57", "#ddd6c9", "#ffffff"
SYSTEMS = {"puente": "Puente", "peer": "wagtail-lms"}
GOAL = "goal for Puente"
SHOWN = [*SYSTEMS.values(), GOAL]
COLOURS, SHAPES = ["#083842", "#b97718", "#73366f"], ["circle", "square", "diamond"]
# 1, 2 and 5 of each power of ten: with all nine a logarithmic axis is a hatching.
TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
# T1 to T7 are measured by processor time; of T8 the bytes count, and it has no floor of its own.
COMPARED = ("T1", "T2", "T3", "T4", "T5", "T6", "T7")


def points(rows: list[Row]) -> list[dict[str, Any]]:
    """Return what the chart shows: the rows with the most learners, in the order of tasks and lengths."""
    learners = sizes(rows, "learners")[-1]
    titles = {(task.name, task.variant): task.title for task in TASKS}
    found = [row for row in rows if row["learners"] == learners and row["system"] in SYSTEMS and row["task"] in COMPARED]
    made = []
    for row in sorted(found, key=lambda row: (row["task"], row["variant"], row["steps"], row["system"] == "puente")):
        label = f"{row['task']} {titles[row['task'], row['variant']]}, {row['steps']:,} steps"
        low, high = row["range"]
        made.append({"label": label, "system": SYSTEMS[row["system"]], "times": row["times_floor"], "low": low, "high": high})
        goal = MOST.get((row["task"], row["variant"]))
        if goal and row["system"] == "puente":
            made.append({"label": label, "system": GOAL, "times": goal, "low": goal, "high": goal})
    return made


def spec(rows: list[Row]) -> dict[str, Any]:
    """Return the drawing as Vega-Lite describes it."""
    values = points(rows)
    labels = list(dict.fromkeys(value["label"] for value in values))
    x = {
        "scale": {"type": "log"},
        "title": "times its floor, logarithmic",
        "axis": {"format": "~r", "values": TICKS},
    }
    y = {"field": "label", "type": "nominal", "sort": labels, "title": None, "axis": {"labelLimit": 320, "grid": True}}
    colour = {"field": "system", "type": "nominal", "title": None, "scale": {"domain": SHOWN, "range": COLOURS}}
    shape = {
        "field": "system",
        "type": "nominal",
        "title": None,
        "scale": {"domain": SHOWN, "range": SHAPES},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": PAPER,
        "padding": 16,
        "width": 480,
        "height": {"step": 24},
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "rule", "color": SOFT, "strokeDash": [4, 3]},
                "data": {"values": [{"times": 1}]},
                "encoding": {"x": {"field": "times", "type": "quantitative"}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {"x": {"field": "low", "type": "quantitative", **x}, "x2": {"field": "high"}, "y": y, "color": colour},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                "encoding": {"x": {"field": "times", "type": "quantitative", **x}, "y": y, "color": colour, "shape": shape},
            },
        ],
        "config": {
            "font": "system-ui, sans-serif",
            "axis": {
                "labelColor": INK,
                "titleColor": INK,
                "gridColor": GRID,
                "labelFontSize": 12,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
            },
            "legend": {"labelColor": INK, "labelFontSize": 12, "orient": "top"},
            "view": {"stroke": None},
        },
    }


def fingerprint(rows: list[Row]) -> str:
    """Return a hash of the description, which the drawing carries: it says from which figures it was made."""
    return hashlib.sha256(json.dumps(spec(rows), sort_keys=True).encode()).hexdigest()[:16]


def draw(rows: list[Row]) -> str:
    """Return the drawing as SVG."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(spec(rows), vl_version=VEGA_LITE, allowed_base_urls=[])
    return svg.rstrip().removesuffix("</svg>") + f"<!-- drawn from {fingerprint(rows)} --></svg>\n"
