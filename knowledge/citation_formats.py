"""Citations of a work as files: BibTeX, RIS and CSL-JSON, from plain facts.

BibTeX: braces keep capitals, and LaTeX's own signs are escaped. RIS: the 2011 specification.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from knowledge.kinds import KINDS

# What LaTeX would take for a command. BibTeX counts braces before LaTeX sees the backslash: they get names.
LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody as citations need them. `family` is empty for an organisation."""

    full: str
    inverted: str
    family: str = ""
    orcid: str = ""
    given: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What every form of citation is made from."""

    key: str
    title: str
    authors: tuple[Name, ...]
    published_on: date
    kind: str
    kind_label: str
    publisher: str
    language: str
    abstract: str
    url: str
    topics: tuple[str, ...]
    licence_label: str
    licence_url: str
    series: str = ""
    series_number: int | None = None


def bibtex(facts: Facts) -> str:
    """Return a BibTeX entry, in UTF-8."""
    first = re.sub(r"[^a-z0-9]", "", _ascii(facts.authors[0].family or facts.authors[0].full).lower())[:20] or "puente"
    number = [("number", str(facts.series_number))] if facts.series and facts.series_number else []
    fields = [
        ("author", " and ".join(_latex(name.inverted) if name.family else f"{{{_latex(name.full)}}}" for name in facts.authors)),
        ("title", f"{{{_latex(facts.title)}}}"),
        ("year", str(facts.published_on.year)),
        ("month", str(facts.published_on.month)),
        ("institution", f"{{{_latex(facts.publisher)}}}"),
        ("type", f"{{{_latex(facts.kind_label)}}}"),
        *([("series", f"{{{_latex(facts.series)}}}")] if facts.series else []),
        *number,
        ("language", facts.language),
        ("url", facts.url),
        ("abstract", _latex(facts.abstract)),
    ]
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields)
    # A bibliography may cite a work in two languages.
    key = f"{first}{facts.published_on.year}{facts.key[:4]}{facts.language}"
    return f"@{KINDS[facts.kind].bibtex}{{{key},\n{lines}\n}}\n"


def _latex(text: str) -> str:
    return "".join(LATEX.get(sign, sign) for sign in " ".join(text.split()))


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def ris(facts: Facts) -> str:
    """Return a RIS record: one tag a line, no line breaks inside a value."""
    lines = [
        ("TY", KINDS[facts.kind].ris),
        *(("AU", name.inverted) for name in facts.authors),
        ("TI", facts.title),
        ("PY", str(facts.published_on.year)),
        ("DA", f"{facts.published_on:%Y/%m/%d}/"),
        ("PB", facts.publisher),
        ("M3", facts.kind_label),
        *([("T2", facts.series)] if facts.series else []),
        *([("IS", str(facts.series_number))] if facts.series and facts.series_number else []),
        ("LA", facts.language),
        *(("KW", topic) for topic in facts.topics),
        ("AB", facts.abstract),
        ("UR", facts.url),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in lines)


def csl_json(facts: Facts) -> str:
    """Return CSL-JSON, the form that Zotero and pandoc read."""
    item = {
        "id": f"{facts.key}-{facts.language}",
        "type": KINDS[facts.kind].csl,
        "title": facts.title,
        "author": [_csl_name(name) for name in facts.authors],
        "issued": {"date-parts": [[facts.published_on.year, facts.published_on.month, facts.published_on.day]]},
        "publisher": facts.publisher,
        "genre": facts.kind_label,
        "language": facts.language,
        "abstract": facts.abstract,
        "URL": facts.url,
        **({"collection-title": facts.series} if facts.series else {}),
        **({"collection-number": str(facts.series_number)} if facts.series and facts.series_number else {}),
    }
    return json.dumps([item], ensure_ascii=False, indent=2)


def _csl_name(name: Name) -> dict[str, str]:
    if not name.family:
        return {"literal": name.full}
    return {"family": name.family, "given": name.given} if name.given else {"family": name.family}
