"""Draw the cover of a page as SVG from its topic and slug: a bridge over water, the same one every time. Pure.

The slug chooses one of six families and every measure in it, the topic chooses the colour. Drawn inside a page, shapes carry
classes that `components.css` paints, so that a cover follows light and dark; `standalone` writes literal colours
instead, for an `<img>`, a social card or a PDF. There are no ids, so any number may stand in one page.

Everything is drawn on a canvas 240 units high, whatever the size asked for: line widths keep their weight in the picture.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from html import escape
from itertools import pairwise

HEIGHT = 240
SHORE = 188

# Light values of tokens.css. A test compares them.
TOPIC_COLOURS = {
    "foundations": "#0e5563", "finance": "#8a5100", "skills": "#1b5e9b",
    "health": "#a63a32", "protection": "#2d6a4f", "cohesion": "#6a4390",
}  # fmt: skip
# Share of the topic's colour in each flat tone. The rest is the card behind. Piers and cliffs are as dark as the near water.
TINTS = {"sky": 16, "sun": 3, "hills": 27, "far-water": 36, "water": 50, "near-water": 66}
# Width of each line.
LINES = {"bold": 5.0, "line": 3.0, "hair": 1.5, "dots": 2.0, "planks": 7.0}
DASHES = {"dots": ".1 7", "planks": "8 4"}

# The name of its paint (a tone, a line, or "full" for the colour itself), and its path.
Shape = tuple[str, str]


class _Dice:
    """Numbers that look random and are always the same for a slug: the bytes of its hash."""

    def __init__(self, slug: str) -> None:
        self._slug = slug
        self._bytes = b""
        self._block = 0

    def roll(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        if not self._bytes:
            self._bytes = sha256(f"{self._slug}/{self._block}".encode()).digest()
            self._block += 1
        number, self._bytes = self._bytes[0], self._bytes[1:]
        return low + number * (high - low + 1) // 256


def _n(value: float) -> str:
    """Write a coordinate in as few characters as it needs."""
    return f"{value:.1f}".removesuffix(".0").replace("-0.", "-.")


def _d(template: str, *values: float) -> str:
    """Fill the `?` of a path template with coordinates."""
    numbers = iter(values)
    return re.sub(r"\?", lambda _: _n(next(numbers)), template)


def _ellipse(x: float, y: float, rx: float, ry: float) -> str:
    return _d("M? ?a? ? 0 1 0 ? 0a? ? 0 1 0 ? 0z", x - rx, y, rx, ry, 2 * rx, rx, ry, -2 * rx)


def _sag(x: float, x0: float, x1: float, y: float, depth: float) -> float:
    """Return the height at x of a cable hung between (x0, y) and (x1, y) that sags by depth: a parabola."""
    t = (x - x0) / (x1 - x0)
    return y + 4 * depth * t * (1 - t)


def _steps(start: float, stop: float, about: float) -> list[float]:
    """Return the inner points that cut a span into equal parts of about the given length."""
    parts = max(2, round((stop - start) / about))
    return [start + (stop - start) * i / parts for i in range(1, parts)]


def _hills(dice: _Dice, width: float, base: float) -> str:
    """Draw a range behind the bridge: sharp like the Andes or round like the islands."""
    sharp = dice.roll(0, 1)
    x, y = -20.0, base - dice.roll(10, 40)
    path = _d("M-20 ?L? ?", base, x, y)
    while x < width + 20:
        step, top, dip = dice.roll(50, 110), dice.roll(34, 84), dice.roll(8, 34)
        if sharp:
            path += _d("L? ?L? ?", x + step * 0.55, base - top, x + step, base - dip)
        else:
            path += _d("Q? ? ? ?", x + step * 0.5, base - top - 24, x + step, base - dip)
        x += step
    return path + _d("V?z", base)


def _water(dice: _Dice, width: float, top: float) -> list[Shape]:
    """Draw the water in three tones, each with its own swell."""
    shapes = [("far-water", _d("M0 ?H?V240H0z", top, width))]
    for tone, share in (("water", 0.28), ("near-water", 0.62)):
        y, half, swell = top + (HEIGHT - top) * share, dice.roll(38, 70), dice.roll(4, 8)
        path = _d("M? ?q? ? ? 0", -half * dice.roll(0, 3) / 2, y, half / 2, -swell, half)
        path += _d("t? 0", half) * (int(width / half) + 3)
        shapes.append((tone, path + "V240H0z"))
    return shapes


def _crossing(dice: _Dice, width: float) -> Shape:
    """Draw the way someone went, as a dotted line from edge to edge."""
    y0, y1 = dice.roll(110, 160), dice.roll(110, 160)
    return "dots", _d("M0 ?C? ? ? ? ? ?", y0, width * 0.3, dice.roll(60, 120), width * 0.65, dice.roll(120, 170), width, y1)


def _arches(dice: _Dice, width: float) -> list[Shape]:
    """Bowstring arches over the deck, or a viaduct with the arches under it."""
    count = max(1, round(width / dice.roll(120, 210)))
    if dice.roll(0, 1):
        return _viaduct(dice, width, count + 1)
    cuts = [0.0, *(width * (i + dice.roll(-12, 12) / 100) / count for i in range(1, count)), width]
    shapes, hangers = [], ""
    for i, (x0, x1) in enumerate(pairwise(cuts)):
        rx, rise = (x1 - x0) / 2, min((x1 - x0) * 0.55, dice.roll(70, 118))
        shapes.append((("bold", "line")[i % 2], _d("M? ?a? ? 0 0 1 ? 0", x0, SHORE, rx, rise, 2 * rx)))
        for x in _steps(x0, x1, 22):
            y = rise * (1 - ((x - x0 - rx) / rx) ** 2) ** 0.5
            hangers += _d("M? ?v?", x, SHORE, -y)
    return [_crossing(dice, width), ("hair", hangers), *shapes, ("bold", _d("M0 ?H?", SHORE, width))]


def _viaduct(dice: _Dice, width: float, count: int) -> list[Shape]:
    """A solid wall with round openings; the deck runs along its top."""
    deck, pier = dice.roll(70, 100), dice.roll(12, 18)
    span = width / count
    radius = (span - pier) / 2
    spring = deck + 16 + min(radius, 60)
    wall = _d("M0 ?H?V202H0z", deck, width)
    for i in range(count):
        # Drawn against the direction of the wall, so that it is a hole.
        wall += _d("M? 202V?a? ? 0 0 0 ? 0V202z", (i + 1) * span - pier / 2, spring, radius, min(radius, 60), -2 * radius)
    rail = "".join(_d("M? ?v-11", x, deck) for x in _steps(0, width, 26))
    return [
        _crossing(dice, width),
        ("near-water", wall),
        ("hair", rail + _d("M0 ?H?", deck - 11, width)),
        ("bold", _d("M0 ?H?", deck, width)),
    ]


def _suspension(dice: _Dice, width: float) -> list[Shape]:
    """Two towers and a hung cable, or one mast with stays."""
    deck, top = dice.roll(150, 166), dice.roll(40, 64)
    hangers = ""
    if dice.roll(0, 2) == 0:
        mast = width * dice.roll(36, 64) / 100
        for i in range(1, 9):
            reach, y = i * width * 0.062, top + i * 5
            hangers += _d("M? ?L? ?L? ?", mast - reach, deck, mast, y, mast + reach, deck)
        towers, cables = _d("M? 204L? ?L? 204", mast - 13, mast, top - 10, mast + 13), ""
    else:
        left, right = width * dice.roll(20, 27) / 100, width * dice.roll(73, 80) / 100
        depth = deck - top - 14
        # A quadratic curve with its handle twice as deep as the sag is the same parabola.
        cables = _d("M? ?Q? ? ? ?", left, top, (left + right) / 2, top + 2 * depth, right, top)
        cables += _d(
            "M? ?Q? ? ? ?M? ?Q? ? ? ?",
            left,
            top,
            left * 0.5,
            deck - 22,
            0,
            deck - 6,
            right,
            top,
            (right + width) / 2,
            deck - 22,
            width,
            deck - 6,
        )
        hangers += "".join(_d("M? ?V?", x, deck, _sag(x, left, right, top, depth)) for x in _steps(left, right, 17))
        towers = "".join(
            _d("M? ?V204M? ?V204M? ?h13M? ?h13", x - 6, top - 8, x + 7, top - 8, x - 6, top + 14, x - 6, top + 52) for x in (left, right)
        )
    deck_line = _d("M0 ?H?", deck, width)
    return [
        _crossing(dice, width),
        ("hair", hangers + _d("M0 ?H?", deck + 8, width)),
        ("line", cables or deck_line),
        ("bold", towers + deck_line),
    ]


def _truss(dice: _Dice, width: float) -> list[Shape]:
    """Steel panels with diagonals, flat or bowed along the top, on stone piers."""
    deck, depth, bowed = dice.roll(146, 164), dice.roll(46, 66), dice.roll(0, 1)
    spans = max(1, round(width / dice.roll(200, 330)))
    length = width / spans
    chords, lattice = "", ""
    for i in range(spans):
        x0, x1 = i * length + 4, (i + 1) * length - 4
        joints = [x0, *_steps(x0, x1, dice.roll(30, 42)), x1]
        tops = [deck - depth * (0.62 + 0.7 * (1 - ((2 * j / (len(joints) - 1)) - 1) ** 2) * bowed) for j in range(len(joints))]
        chords += (
            _d("M? ?", x0, deck) + "".join(_d("L? ?", x, y) for x, y in list(zip(joints, tops, strict=True))[1:-1]) + _d("L? ?", x1, deck)
        )
        for j, x in enumerate(joints[1:-1], start=1):
            lattice += _d("M? ?V?", x, deck, tops[j])
            if j < len(joints) - 2:
                ends = (tops[j], deck) if j < (len(joints) - 1) / 2 else (deck, tops[j + 1])
                lattice += _d("M? ?L? ?", x, ends[0], joints[j + 1], ends[1])
    piers = "".join(_d("M? ?h16l7 ?h-30z", i * length - 8, deck, 206 - deck) for i in range(spans + 1))
    return [_crossing(dice, width), ("near-water", piers), ("hair", lattice), ("line", chords), ("bold", _d("M0 ?H?", deck, width))]


def _rope(dice: _Dice, width: float) -> list[Shape]:
    """Planks on ropes between two cliffs."""
    top, depth, rail = dice.roll(92, 116), dice.roll(28, 48), dice.roll(30, 38)
    left, right = width * dice.roll(14, 24) / 100, width * dice.roll(76, 86) / 100
    middle = (left + right) / 2
    cliffs = _d("M0 ?L? ?L? ?L? ?L? 214H0z", top - 14, left * 0.5, top - 4, left, top, left - 9, top + 44, left + 12)
    cliffs += _d(
        "M? ?L? ?L? ?L? ?L? 214H?z",
        width,
        top - 20,
        width - (width - right) * 0.5,
        top - 6,
        right,
        top,
        right + 12,
        top + 36,
        right - 8,
        width,
    )
    ropes = _d("M? ?Q? ? ? ?", left, top - rail, middle, top - rail + 2 * depth + 16, right, top - rail)
    ties = "".join(
        _d("M? ?V?", x, _sag(x, left, right, top, depth), _sag(x, left, right, top - rail, depth + 8)) for x in _steps(left, right, 24)
    )
    posts = _d("M? ?V?M? ?V?", left - 2, top - rail - 7, top, right + 2, top - rail - 7, top)
    planks = _d("M? ?Q? ? ? ?", left, top, middle, top + 2 * depth, right, top)
    return [("near-water", cliffs), ("hair", ties), ("line", ropes), ("planks", planks), ("bold", posts)]


def _stones(dice: _Dice, width: float) -> list[Shape]:
    """Stones across a wide river, smaller as they go; dots hop from one to the next."""
    count, side = dice.roll(6, 8), dice.roll(0, 1)
    start, end = (width * dice.roll(8, 20) / 100, width * dice.roll(68, 90) / 100)[:: -1 if side else 1]
    swing = dice.roll(10, 26) * width / 640
    stones, ripples, hops, before = "", "", "", None
    for i in range(count):
        t = i / (count - 1)
        size = 1 - 0.72 * t
        x = start + (end - start) * t**0.8 + swing * (1 if i % 2 else -1) * size
        y = 222 - 92 * t**0.8
        stones += _ellipse(x, y, 30 * size, 9.5 * size)
        ripples += _d("M? ?q? ? ? 0", x - 44 * size, y + 6 * size, 44 * size, 18 * size, 88 * size)
        if before:
            hops += _d("M? ?Q? ? ? ?", *before, (before[0] + x) / 2, min(before[1], y) - 52 * size - 10, x, y - 9 * size)
        before = (x, y - 9 * size)
    return [("hair", ripples), ("full", stones), ("dots", hops)]


def _ferry(dice: _Dice, width: float) -> list[Shape]:
    """A small ferry on its cable between two landings."""
    x, line = width * dice.roll(34, 66) / 100, dice.roll(72, 92)
    way = 1 if dice.roll(0, 1) else -1
    hull = _d(
        "M? 158h?l? 34q? 6 ? 6h?q? 0 ? -12z", x - 84 * way, 168 * way, -22 * way, -6 * way, -16 * way, -92 * way, -16 * way, -20 * way
    )
    cabin = _d("M? 158V126h?l? 32z", x - 52 * way, 84 * way, 14 * way) + _d("M? 126V104h?l? 22z", x - 34 * way, 42 * way, 9 * way)
    panes = "".join(_d("M? 135h?v10h?z", x + (offset - 44) * way, 12 * way, -12 * way) for offset in (4, 24, 44, 64))
    mast = _d("M? 104V72M? 74h?l? 7h?", x - 26 * way, x - 26 * way, 24 * way, -6 * way, -18 * way)
    posts = _d("M14 ?V196M? ?V196", line - 10, width - 14, line - 10)
    cable = _d("M14 ?Q? ? ? ?", line, width / 2, line + 34, width - 14, line)
    landings = _d("M0 176H34L58 204H0zM? 176H?L? 204H?z", width, width - 34, width - 58, width)
    return [("hair", cable), ("near-water", landings), ("line", mast), ("bold", posts), ("full", hull), ("water", cabin), ("sun", panes)]


Family = Callable[[_Dice, float], list[Shape]]
FAMILIES: tuple[tuple[str, Family, int], ...] = (
    ("arches", _arches, SHORE),
    ("suspension", _suspension, 192),
    ("truss", _truss, 194),
    ("rope", _rope, 206),
    ("stones", _stones, 126),
    ("ferry", _ferry, 184),
)


def family_of(slug: str) -> str:
    """Return the name of the family that a slug is drawn in."""
    return FAMILIES[_Dice(slug).roll(0, len(FAMILIES) - 1)][0]


def _mix(colour: str, share: int) -> str:
    """Return a colour mixed with white: share is the percentage of the colour."""
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(channel * share / 100 + 255 * (100 - share) / 100):02x}" for channel in channels)


def _paint(paint: str, colour: str | None) -> str:
    """Return the attributes of a shape: its class, or with a colour the literal paint."""
    if colour is None:
        return f'class="{paint}"'
    if paint not in LINES:
        return f'fill="{colour if paint == "full" else _mix(colour, TINTS[paint])}"'
    dashes = f' stroke-dasharray="{DASHES[paint]}"' if paint in DASHES else ""
    ends = "" if paint == "planks" else ' stroke-linecap="round" stroke-linejoin="round"'
    return f'fill="none" stroke="{colour}" stroke-width="{_n(LINES[paint])}"{dashes}{ends}'


def _picture(slug: str, width: float) -> list[Shape]:
    """Compose a cover from back to front."""
    dice = _Dice(slug)
    name, draw, water = FAMILIES[dice.roll(0, len(FAMILIES) - 1)]
    sun = dice.roll(20, 32)
    back = [("sky", _d("M0 0H?V240H0z", width)), ("sun", _ellipse(width * dice.roll(18, 82) / 100, dice.roll(44, 84), sun, sun))]
    if name in {"stones", "ferry"} or dice.roll(0, 2):
        back.append(("hills", _hills(dice, width, water)))
    bridge, sea = draw(dice, width), _water(dice, width, water)
    # Piers and cliffs stand in the water; stones and the ferry lie on it.
    return [*back, *sea, *bridge] if name in {"stones", "ferry", "arches"} else [*back, *bridge, *sea]


@lru_cache(maxsize=512)
def cover_svg(topic: str, slug: str, *, width: int = 640, height: int = 240, standalone: bool = False, label: str = "") -> str:
    """Return the cover of a page as SVG.

    Args:
        topic: a value of `core.topics.Topic`; an unknown one takes the colour of the foundations.
        slug: what chooses the drawing. Equal in all languages, so that a course has one cover.
        width: in pixels, with `height` the proportions of the picture.
        standalone: literal colours and a namespace, for a file of its own.
        label: read aloud in place of the picture; without it the cover is decoration.
    """
    topic = topic if topic in TOPIC_COLOURS else "foundations"
    canvas = round(width * HEIGHT / height, 1)
    colour = TOPIC_COLOURS[topic] if standalone else None
    shapes = "".join(f'<path {_paint(paint, colour)} d="{path}"/>' for paint, path in _picture(slug, canvas) if path)
    voice = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    kind = 'xmlns="http://www.w3.org/2000/svg"' if standalone else f'class="cover topic-{topic}"'
    return (
        f'<svg {kind} width="{width}" height="{height}" viewBox="0 0 {_n(canvas)} {HEIGHT}" '
        f'preserveAspectRatio="xMidYMid slice" {voice}>{shapes}</svg>'
    )
