"""Template tags for all templates: covers, icons, and two small questions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from core.covers import cover_svg
from core.site_texts import site_texts
from foundation.languages import LANGUAGES

register = template.Library()

NUMBER = re.compile(r"[−+~≈-]?[\d\s.,'\u00a0\u202f]*\d[\s\u00a0\u202f]*(%|M|k|USD|€)?")


@register.simple_tag
def cover(topic: str, slug: str, width: int = 640, height: int = 240, label: str = "") -> SafeString:
    """Draw the cover of a page inline: `{% cover card.topic card.slug %}`."""
    # cover_svg escapes its label; everything else it writes is numbers and names of its own.
    return mark_safe(cover_svg(str(topic), str(slug), width=width, height=height, label=label))  # noqa: S308


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw a symbol of the sprite: decoration, or with a label an image that is read aloud."""
    address = static("icons/sprite.svg")
    flip = " icon-flip" if name.startswith("arrow") else ""
    if label:
        return format_html('<svg class="icon{}" role="img" aria-label="{}"><use href="{}#{}"/></svg>', flip, label, address, name)
    return format_html('<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>', flip, address, name)


@register.simple_tag
def failure_texts() -> list[dict[str, Any]]:
    """Return each language with what is said in it when everything else failed: no request, no person, no catalogue is needed."""
    return [{"language": language, "text": site_texts(language.code)["failure"]} for language in LANGUAGES]


@register.filter
def figure(value: float) -> str:
    """Write a figure in the reader's language, with the decimals it has and no more: 2830000 → "2 830 000", 53.6 → "53,6"."""
    number = Decimal(str(value)).quantize(Decimal("0.01"))
    text = f"{number:f}".rstrip("0").rstrip(".")
    return number_format(Decimal(text), decimal_pos=len(text.partition(".")[2]), use_l10n=True, force_grouping=True)


@register.filter
def is_number(value: object) -> bool:
    """Say whether a cell of a table is a figure, and so is set to the right."""
    return NUMBER.fullmatch(str(value).strip()) is not None


@register.filter
def holds_current(module: Any) -> bool:
    """Say whether one of the steps of a module is the page being read."""
    steps = module["steps"] if isinstance(module, Mapping) else module.steps
    return any(step["current"] if isinstance(step, Mapping) else step.current for step in steps)
