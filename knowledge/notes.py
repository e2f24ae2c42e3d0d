"""Footnotes: marks in the text, as in [^1], and the notes they point to. Pure.

Each mark stands once in the text and has one note, so that the way back is one way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

MARK = re.compile(r"\[\^([0-9a-z]{1,4})\]")
TAG = re.compile(r"(<[^>]*>)")


def marks_in(text: str) -> list[str]:
    """Return the marks of a text, in their order."""
    return MARK.findall(text)


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
    for block in body:
        if block.block_type == "footnotes":
            noted += [str(note["mark"]) for note in block.value]
        else:
            texts += _strings(block.value)
    used = Counter(mark for text in texts for mark in marks_in(text))
    notes = Counter(noted)
    found = [_("The footnote [^%(mark)s] is marked in the text but has no note.") % {"mark": m} for m in used if m not in notes]
    found += [_("The footnote [^%(mark)s] has a note but no mark in the text.") % {"mark": m} for m in notes if m not in used]
    found += [_("The footnote [^%(mark)s] is marked more than once.") % {"mark": m} for m, n in used.items() if n > 1]
    found += [_("There are two notes [^%(mark)s].") % {"mark": m} for m, n in notes.items() if n > 1]
    return found


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if hasattr(value, "source"):
        return [str(value.source)]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list | tuple) or (hasattr(value, "__iter__") and not hasattr(value, "pk")):
        return [text for item in value for text in _strings(item)]
    return []
