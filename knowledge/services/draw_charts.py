"""Draw the charts that have no drawing yet, and store the drawings at publication, so that no reader waits."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from knowledge import chart_svg, charts, drawer
from knowledge.charts import Chart
from knowledge.data import DataMalformed
from knowledge.models import ChartDrawing

logger = logging.getLogger(__name__)


def drawn(wanted: Iterable[Chart]) -> dict[str, ChartDrawing]:
    """Return the drawings of charts by their digest, made now where there is none.

    One that cannot be drawn is left out: its numbers stand as a table.
    """
    by_digest = {charts.digest(chart): chart for chart in wanted}
    found = ChartDrawing.objects.in_bulk(list(by_digest))
    missing = {name: chart for name, chart in by_digest.items() if name not in found}
    if missing:
        made = _draw(missing)
        # Another process may have drawn the same: then it is the same.
        ChartDrawing.objects.bulk_create(made, ignore_conflicts=True)
        found |= {drawing.digest: drawing for drawing in made}
    return found


def draw_charts(*, body: Iterable[tuple[str, object]], language: str) -> int:
    """Draw the charts among blocks, given as type and stored value. Returns how many charts there are."""
    wanted = []
    for block_type, value in body:
        if block_type == "chart" and isinstance(value, dict):
            try:
                wanted.append(charts.chart_of(str(value.get("kind")), str(value.get("data") or ""), language))
            except DataMalformed:
                continue
    drawn(wanted)
    return len(wanted)


def _draw(missing: dict[str, Chart]) -> list[ChartDrawing]:
    jobs = [
        {"spec": charts.spec(chart, form), "format": charts.number_format(chart.language)}
        for chart in missing.values()
        for form in charts.FORMS
    ]
    try:
        pictures = drawer.draw(jobs)
    except drawer.DrawingFailed:
        logger.exception("Charts could not be drawn; their numbers are shown as tables.")
        return []
    cleaned = [chart_svg.cleaned(svg, form) for svg, form in zip(pictures, charts.FORMS * len(missing), strict=True)]
    return [ChartDrawing(digest=name, narrow=cleaned[2 * place], wide=cleaned[2 * place + 1]) for place, name in enumerate(missing)]
