"""Prepare text for print: real quotation marks, spaces that do not break, no invisible characters. Pure."""

from __future__ import annotations

import re
import unicodedata

from foundation.languages import NARROW, entry_for

FIXED, BREAK = "\u00a0", "\u200b"
# Characters that show nothing but change the order or the joining of others; the soft hyphen stays.
HIDDEN = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]"
)
# Left in texts that were copied out of a PDF; the typesetter makes its own.
LIGATURE = re.compile("[\ufb00-\ufb06]")
WHITE = re.compile(r"[ \t\r\n\u2028\u2029]+")
THOUSANDS = re.compile(r"(?<![\d.,\u202f])\d{1,3}(?: \d{3})+(?![\d])")
PERCENT = re.compile(r"(?<=\d) (?=[%‰°])")
OPENS_AFTER = re.compile(r"[\s(\[{«“‘—–\u200b/]$|^$")
LONG = re.compile(r"[^\s\u00ad\u200b]{30,}")
# Where an address may be broken, and after how many letters anything may.
ADDRESS = re.compile(r"([/.?&=_~%+#:@-]+)")
LONGEST = 18


def plain_line(text: str) -> str:
    """Return a text composed, in one line, without hidden characters and without ligatures that came with it."""
    text = LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), unicodedata.normalize("NFC", text))
    return WHITE.sub(" ", HIDDEN.sub("", text))


def set_text(text: str, language: str, before: str = "") -> str:
    """Return a text as it is set.

    Args:
        text: one run of a paragraph.
        before: the character before it, so that a quotation mark knows whether it opens.
    """
    text = _quoted(plain_line(text), language, before)
    text = THOUSANDS.sub(lambda found: found[0].replace(" ", NARROW), text)
    text = PERCENT.sub(NARROW, text)
    if entry_for(language).has_spaced_marks:
        text = re.sub(r"(?<=\w)([;!?]+)(?=\s|$)|(?<=\S) ([;!?])", lambda found: NARROW + (found[1] or found[2]), text)
        text = re.sub(r"(?<=\S) (:)", FIXED + r"\1", text)
        text = re.sub(r"« ?", "«" + NARROW, text).replace(" »", NARROW + "»").replace("«" + NARROW * 2, "«" + NARROW)
    return LONG.sub(_breakable, text)


def _quoted(text: str, language: str, before: str) -> str:
    written = entry_for(language)
    opening, closing = written.quotation_marks
    out: list[str] = []
    for place, sign in enumerate(text):
        last = out[-1][-1] if out else before
        if sign == '"':
            out.append(opening if OPENS_AFTER.search(last) else closing)
        elif sign == "'":
            after = text[place + 1 : place + 2]
            # Feet and minutes of arc stay as they are.
            out.append("'" if last.isdigit() else written.single_mark if OPENS_AFTER.search(last) and after.isalpha() else "’")
        else:
            out.append(sign)
    return "".join(out)


def _breakable(found: re.Match[str]) -> str:
    """Return a long word with places where a line may end: after the signs of an address, else after LONGEST letters."""
    parts = ADDRESS.sub(r"\1" + BREAK, found[0]).split(BREAK)
    cut = [BREAK.join(_letters(part)) for part in parts]
    return BREAK.join(cut).strip(BREAK)


def _letters(word: str) -> list[str]:
    """Return a word in pieces; a mark stays with its letter."""
    pieces, piece = [], ""
    for sign in word:
        if len(piece) >= LONGEST and not unicodedata.combining(sign):
            pieces.append(piece)
            piece = ""
        piece += sign
    return [*pieces, piece]
