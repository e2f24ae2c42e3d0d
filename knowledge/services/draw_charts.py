"""Draw the charts that have no drawing yet, and store the drawings at publication, so that no reader waits."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from knowledge import chart_renderer, chart_svg, charts
from knowledge.charts import Chart
from knowledge.data import DataMalformed
from knowledge.edition import stored
from knowledge.models import ChartDrawing, Edition

logger = logging.getLogger(__name__)

# For so long a chart that could not be drawn is tried again.
RECENT = timedelta(days=1)


def stored_drawings(wanted: Iterable[Chart]) -> dict[str, ChartDrawing]:
    """Return the drawings of charts by their digest, as far as there are any. One query, none without a chart."""
    digests = [charts.drawing_digest(chart) for chart in wanted]
    return ChartDrawing.objects.in_bulk(digests) if digests else {}


def drawings(wanted: Iterable[Chart]) -> dict[str, ChartDrawing]:
    """Return the drawings of charts by their digest, made now where there is none.

    One that cannot be drawn is left out: its numbers stand as a table.
    """
    by_digest = {charts.drawing_digest(chart): chart for chart in wanted}
    found = ChartDrawing.objects.in_bulk(list(by_digest))
    missing = {name: chart for name, chart in by_digest.items() if name not in found}
    if missing:
        made = _draw(missing)
        # Another process may have drawn the same: then it is the same.
        ChartDrawing.objects.bulk_create(made, ignore_conflicts=True)
        found |= {drawing.digest: drawing for drawing in made}
    return found


def draw_charts(*, edition: Edition) -> int:
    """Draw the charts of an edition. Returns how many charts it has."""
    wanted = charts_of(edition)
    drawings(wanted)
    return len(wanted)


def charts_of(edition: Edition) -> list[Chart]:
    """Return the charts of an edition that can be drawn."""
    blocks = stored.blocks(edition.content, "body")
    return charts_among([(block.type, block.value) for block in blocks], edition.language)


def draw_missing_charts(*, now: datetime) -> int:
    """Draw the charts of the last day's editions that could not be drawn when they were published. Returns how many there are now."""
    made = 0
    for edition in Edition.objects.filter(published_at__gt=now - RECENT).order_by("pk"):
        wanted = charts_of(edition)
        missing = {charts.drawing_digest(chart) for chart in wanted} - stored_drawings(wanted).keys()
        made += len(missing & drawings(wanted).keys()) if missing else 0
    return made


def charts_among(body: Iterable[tuple[str, object]], language: str) -> list[Chart]:
    """Return the charts among blocks, given as type and stored value; those whose rows cannot be drawn yet are left out."""
    wanted = []
    for block_type, value in body:
        if block_type == "chart" and isinstance(value, Mapping):
            try:
                wanted.append(charts.chart_of(str(value.get("kind")), str(value.get("data") or ""), language))
            except DataMalformed:
                continue
    return wanted


def _draw(missing: dict[str, Chart]) -> list[ChartDrawing]:
    jobs = [
        {"spec": charts.spec(chart, size), "format": charts.number_format(chart.language)}
        for chart in missing.values()
        for size in charts.CHART_SIZES
    ]
    try:
        pictures = chart_renderer.draw(jobs)
    except chart_renderer.DrawingFailed:
        logger.exception("Charts could not be drawn; their numbers are shown as tables.")
        return []
    cleaned = [chart_svg.cleaned(svg, size) for svg, size in zip(pictures, charts.CHART_SIZES * len(missing), strict=True)]
    return [ChartDrawing(digest=name, narrow=cleaned[2 * place], wide=cleaned[2 * place + 1]) for place, name in enumerate(missing)]
