"""Template filters and tags of publications."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from knowledge import charts, notes
from knowledge.data import DataMalformed
from knowledge.outputs import has_rows
from knowledge.presentation import TextPart
from knowledge.services.draw_charts import drawings

register = template.Library()
CITED = re.compile(r"\[(\d{1,3})\]")


@register.filter(is_safe=True)
def noted(html: str) -> SafeString:
    """Turn the footnote marks of rendered HTML into links."""
    return mark_safe(notes.linked(str(html)))  # noqa: S308 - adds links with digits and letters only


@register.filter
def cited(text: str) -> SafeString:
    """Escape plain text, and turn [3] into a link to the third reference."""
    return mark_safe(CITED.sub(r'<a class="citation-mark" href="#source-\1">[\1]</a>', conditional_escape(text)))  # noqa: S308 - escaped


@register.filter
def as_written(cell: str) -> str:
    """Return a number of a chart as the language writes it: the same as in the drawing."""
    return charts.written_number(cell, get_language() or settings.LANGUAGE_CODE)


@register.simple_tag(takes_context=True)
def chart_pictures(context: Context, value: Any) -> SafeString:
    """Return the pictures of a chart block; empty for one that cannot be drawn, whose numbers stand as a table.

    A page brings the `drawings` that there are. Only where nothing does (a block by itself, in the admin and the styleguide) is it drawn.
    """
    try:
        chart = charts.chart_of(value["kind"], value["data"] or "", get_language() or settings.LANGUAGE_CODE)
    except DataMalformed:
        return SafeString("")
    of_page = context.get("drawings")
    found = (drawings([chart]) if of_page is None else of_page).get(charts.drawing_digest(chart))
    return mark_safe(found.narrow + found.wide) if found else SafeString("")  # noqa: S308 - cleaned by chart_svg, element by element


@register.simple_tag(takes_context=True)
def part(context: Context, part: TextPart, slug: str) -> SafeString:
    """Render one part of a publication: a heading with its address, a table with the address of its rows, or any other block."""
    block: Any = part.block
    given = context.flatten()
    if part.anchor:
        return SafeString(f'<h2 id="{part.anchor}">{conditional_escape(block.value)}</h2>')
    if has_rows(block) and block.id:
        given["csv_url"] = reverse("knowledge:table", args=[slug, block.id])
    rendered: SafeString = block.render(context=given)
    return rendered
