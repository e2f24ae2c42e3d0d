"""Clean the SVG that Vega draws, for a page or a sheet of paper. Pure.

On a page colours are classes, which `components.css` paints for light and dark: the strict Content-Security-Policy knows no style
attributes. There are no ids, so any number of charts may stand in one page. Only the elements and attributes named here get through.
"""

from __future__ import annotations

import re
from html import escape
from xml.etree import ElementTree

from knowledge.charts import GRID, INK, LINE_HEIGHT, PAPER_FONTS, SERIES, SIZE, SOFT, ChartSize

SPACE = "{http://www.w3.org/2000/svg}"
DRAWN = {"path", "line", "rect", "circle"}
# Attributes that are kept, but for the values that are the default anyway.
KEPT = {
    "d": "", "x": "0", "y": "0", "x1": "0", "y1": "0", "x2": "0", "y2": "0", "dx": "0", "dy": "0", "r": "", "width": "", "height": "",
    "transform": "", "text-anchor": "start", "stroke-width": "1", "stroke-dasharray": "", "opacity": "1",
}  # fmt: skip
NAMES = {**{colour: str(place) for place, colour in enumerate(SERIES, start=1)}, INK: "ink", SOFT: "soft", GRID: "grid"}
COLOURS = {name: colour for colour, name in NAMES.items()}
NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?|-?\d+e-?\d+")
# "fill-1 stroke-ink": what is painted, and a name of NAMES.
CLASS = re.compile(r'class="((?:fill|stroke)-\w+(?: (?:fill|stroke)-\w+)*)"')


def cleaned(svg: str, size: ChartSize) -> str:
    """Return a drawing for a page.

    Raises:
        ValueError: this is no drawing.
    """
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314 - Vega wrote it, and it declares no entities
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    box = " ".join(_short(number) for number in root.attrib.get("viewBox", "").split())
    inner = "".join(_written(child) for child in root)
    return f'<svg class="chart {size.name}" viewBox="{escape(box)}" fill="none" aria-hidden="true" focusable="false">{inner}</svg>'


def on_paper(svg: str) -> str:
    """Return a drawing for a page as a file of its own, in literal colours and in the font of the PDF."""
    svg = CLASS.sub(lambda found: " ".join(_literal(name) for name in found[1].split()), svg)
    fonts = f'font-family="{PAPER_FONTS}" font-size="{SIZE}"'
    return re.sub(
        r'^<svg class="[^"]*" viewBox="([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)"',
        rf'<svg xmlns="http://www.w3.org/2000/svg" width="\3" height="\4" viewBox="\1 \2 \3 \4" {fonts}',
        svg,
    )


def _literal(name: str) -> str:
    attribute, _dash, colour = name.partition("-")
    return f'{attribute}="{COLOURS[colour]}"'


def _written(element: ElementTree.Element) -> str:
    """Return an element and what is in it; empty for what shows nothing."""
    tag = element.tag.removeprefix(SPACE)
    if tag == "g":
        inner = "".join(_written(child) for child in element)
        attributes = _attributes(element, {"transform", "opacity"})
        return f"<g{attributes}>{inner}</g>" if inner and attributes else inner
    if tag == "text":
        return f"<text{_attributes(element, set(KEPT))}>{_words(element)}</text>" if _has_words(element) else ""
    if tag in DRAWN and ("fill" in element.attrib or "stroke" in element.attrib) and element.attrib.get("d") != "":
        return f"<{tag}{_attributes(element, set(KEPT))}/>"
    return ""


def _has_words(element: ElementTree.Element) -> bool:
    return any(text.strip() for text in element.itertext())


def _words(element: ElementTree.Element) -> str:
    lines = [line for line in element if line.tag == f"{SPACE}tspan"]
    if lines and element.attrib.get("text-anchor") == "end":
        # Beside a bar: Vega centres the first line on it, and it should be the middle one.
        lines[0].attrib["dy"] = f"{-LINE_HEIGHT / 2 * (len(lines) - 1):g}"
    inner = [f"<tspan{_attributes(line, {'x', 'dy'}, zeros=True)}>{escape(line.text or '', quote=False)}</tspan>" for line in lines]
    return escape(element.text or "", quote=False) + "".join(inner)


def _attributes(element: ElementTree.Element, kept: set[str], *, zeros: bool = False) -> str:
    """Return the attributes worth keeping, and colours as classes."""
    classes, found = [], ""
    for name, value in element.attrib.items():
        if name in {"fill", "stroke"} and value in NAMES:
            classes.append(f"{name}-{NAMES[value]}")
        elif name in kept:
            short = NUMBER.sub(lambda number: _short(number[0]), value)
            if short not in {KEPT[name] if not zeros else "", "translate(0,0)"}:
                found += f' {name}="{escape(short)}"'
    return (f' class="{" ".join(classes)}"' if classes else "") + found


def _short(number: str) -> str:
    return f"{float(number):.1f}".removesuffix(".0").replace("-0.0", "0")
