"""How a work is cited: a sentence, BibTeX, RIS and CSL-JSON. Pure, but for reading the facts from a page.

The sentence follows the house form of the region's publishers, near to APA (7th edition): authors, year, title, type,
publisher, address. BibTeX: braces keep capitals, and LaTeX's own signs are escaped. RIS: the 2011 specification.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from knowledge.models import Contributor, PublicationPage

# What a work is to each form; anything else is a report.
DATASET = {"bib": "misc", "ris": "DATA", "json": "dataset"}
REPORT = {"bib": "techreport", "ris": "RPRT", "json": "report"}
FORMATS = {"bib": "application/x-bibtex", "ris": "application/x-research-info-systems", "json": "application/vnd.citationstyles.csl+json"}
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


def contributor_name(contributor: Contributor) -> Name:
    """Return a contributor as citations need them."""
    family, given = contributor.name_parts if contributor.is_person else ("", "")
    return Name(contributor.name, contributor.inverted_name, family, contributor.orcid, given)


def citation_facts(page: PublicationPage) -> Facts:
    """Read the facts of a publication. Its authors, or, if it has none, whoever publishes it."""
    authors = tuple(contributor_name(author) for author in page.authors())
    series = page.series_in_language()
    return Facts(
        key=str(page.translation_key),
        title=page.title,
        authors=authors or (Name(settings.WAGTAIL_SITE_NAME, settings.WAGTAIL_SITE_NAME),),
        published_on=page.published_on,
        kind=page.kind,
        kind_label=str(page.get_kind_display()),
        publisher=settings.WAGTAIL_SITE_NAME,
        language=page.locale.language_code,
        abstract=page.abstract,
        url=page.full_url or "",
        topics=tuple(label for _value, label in page.topics()),
        licence_label=str(page.get_licence_display()),
        licence_url=page.licence_url,
        series=series.title if series else "",
        series_number=page.series_number,
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else _("%(names)s and %(last)s") % {"names": "; ".join(names[:-1]), "last": names[-1]}


def suggested(facts: Facts) -> str:
    """Return the sentence with which to cite the work, in the language that is active."""
    series = f" ({facts.series}, {facts.series_number})" if facts.series and facts.series_number else ""
    authors = _listed([name.inverted for name in facts.authors])
    end = "" if re.search(r"[.!?…][\"'”’»)]*$", facts.title) else "."
    publisher = "" if facts.publisher == authors else f" {facts.publisher}."
    return f"{authors} ({facts.published_on.year}). {facts.title}{end} {facts.kind_label}{series}.{publisher} {facts.url}"


def citation_file(facts: Facts, form: str) -> str:
    """Return the citation as a file of one of FORMATS."""
    return {"bib": bibtex, "ris": ris, "json": csl_json}[form](facts)


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
    return f"@{_type(facts, 'bib')}{{{key},\n{lines}\n}}\n"


def _type(facts: Facts, form: str) -> str:
    return (DATASET if facts.kind == "dataset" else REPORT)[form]


def _latex(text: str) -> str:
    return "".join(LATEX.get(sign, sign) for sign in " ".join(text.split()))


def _ascii(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def ris(facts: Facts) -> str:
    """Return a RIS record: one tag a line, no line breaks inside a value."""
    lines = [
        ("TY", _type(facts, "ris")),
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
        "type": _type(facts, "json"),
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
