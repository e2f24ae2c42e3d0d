"""Footnotes: marks in the text, as in [^1], and the notes they point to. Pure.

Each mark stands once in the text and has one note, so that the way back is one way. So it stands where the page shows it once,
and where a link can be: not in a heading (the contents repeat it), a chart (its picture and its rows do) or another link.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

MARK = re.compile(r"\[\^([0-9a-z]{1,4})\]")
# What somebody meant as a mark, whatever is wrong with it.
LIKE_A_MARK = re.compile(r"\[\^[^\]\s<]{0,20}\]")
# Pictures and tags: text of a page is what stands between them.
TAG = re.compile(r"(<svg\b.*?</svg>|<[^>]*>)", re.DOTALL)
LINK = re.compile(r"<a\b.*?</a>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Places:
    """Where footnote marks stand or may stand in one block.

    Attributes:
        allowed: texts in which marks may stand.
        refused: texts in which they may not.
        noted: the marks that have a note in this block.
    """

    allowed: Sequence[str] = ()
    refused: Sequence[str] = ()
    noted: Sequence[str] = ()


class HasPlaces:
    """A block that says itself where footnote marks may stand in it. In any other one they may stand in each text."""

    def places_for_marks(self, value: Any) -> Places:
        """Return the texts of a value by whether marks may stand there."""
        raise NotImplementedError


def marks_in(text: str) -> list[str]:
    """Return the marks of a text or of HTML, in their order. Attributes have none."""
    return MARK.findall(TAG.sub("", text))


def without_marks(text: str) -> str:
    """Return a text without its marks: for search, summaries and the spoken word."""
    return MARK.sub("", text)


def linked(html: str) -> str:
    """Return HTML in which each mark links to its note and can be returned to. Attributes are left alone."""
    parts = TAG.split(html)
    return "".join(part if part.startswith("<") else MARK.sub(_reference, part) for part in parts)


def _reference(match: re.Match[str]) -> str:
    mark = match[1]
    label = _("Footnote %(mark)s") % {"mark": mark}
    return format_html(
        '<sup class="note-mark"><a id="note-{0}-back" href="#note-{0}" role="doc-noteref" aria-label="{1}">{0}</a></sup>', mark, label
    )


def problems(body: Iterable[Any]) -> list[str]:
    """Return what is wrong with the notes of a body, in sentences: marks without notes, notes without marks, marks used twice."""
    texts: list[str] = []
    noted: list[str] = []
    misplaced: list[str] = []
    for block in body:
        places = block.block.places_for_marks(block.value) if isinstance(block.block, HasPlaces) else Places(texts_of(block.value))
        noted += places.noted
        texts += places.allowed
        misplaced += [mark for text in places.refused for mark in marks_in(text)]
    used = Counter(mark for text in texts for mark in marks_in(text))
    notes = Counter(noted)
    known = {*used, *misplaced}
    found = [_("The footnote [^%(mark)s] is marked in the text but has no note.") % {"mark": m} for m in used if m not in notes]
    found += [_("The footnote [^%(mark)s] has a note but no mark in the text.") % {"mark": m} for m in notes if m not in known]
    found += [_("The footnote [^%(mark)s] is marked more than once.") % {"mark": m} for m, n in used.items() if n > 1]
    found += [_("There are two notes [^%(mark)s].") % {"mark": m} for m, n in notes.items() if n > 1]
    found += [
        _("The footnote [^%(mark)s] stands in a heading, a chart or a link. Put it into the text.") % {"mark": m}
        for m in dict.fromkeys(misplaced + [mark for text in texts for link in LINK.findall(text) for mark in marks_in(link)])
    ]
    found += [
        _("“%(mark)s” is no footnote mark. Write it with one to four digits or small letters, as in [^1].") % {"mark": m}
        for m in dict.fromkeys(like for text in texts for like in LIKE_A_MARK.findall(TAG.sub("", text)) if not MARK.fullmatch(like))
    ]
    return found


def texts_of(value: Any) -> list[str]:
    """Return every text in a value of a block, however deep."""
    if isinstance(value, str):
        return [value]
    if hasattr(value, "source"):
        return [str(value.source)]
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts_of(item)]
    if isinstance(value, list | tuple) or (hasattr(value, "__iter__") and not hasattr(value, "pk")):
        return [text for item in value for text in texts_of(item)]
    return []
