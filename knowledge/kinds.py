"""The kinds of publications: one table, with every name that a kind has anywhere.

The choices of a page, its citations, its metadata and its PDF read this table and nothing else. An entry has no form that may be left
out; tests/knowledge/test_kinds.py asks for each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.registry import Entry, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationKind(Entry):
    """One kind of publication. `name` is the value that pages keep.

    Attributes:
        label: what the site calls it, translated.
        printed: what a PDF calls it, by version of the edition's words and by language. An edition that is made again must say what it
            said the first time, so what a version says never changes: not in the catalogues, and a better word is a new version.
        schema_org: the type in schema.org's words.
        bibtex: the type of a BibTeX entry.
        ris: the type of a RIS record (2011 specification).
        csl: the type of a CSL-JSON item.
    """

    label: str | Promise
    printed: Mapping[int, Mapping[str, str]]
    schema_org: str
    bibtex: str
    ris: str
    csl: str


KINDS = Registry(PublicationKind)
KINDS.register(
    PublicationKind(
        name="brief",
        label=_("Policy brief"),
        printed={1: {"es": "Informe de política", "pt": "Nota de política", "fr": "Note d’orientation", "en": "Policy brief"}},
        schema_org="Report",
        bibtex="techreport",
        ris="RPRT",
        csl="report",
    )
)
KINDS.register(
    PublicationKind(
        name="note",
        label=_("Note"),
        printed={1: {"es": "Nota", "pt": "Nota", "fr": "Note", "en": "Note"}},
        schema_org="Article",
        bibtex="techreport",
        ris="RPRT",
        csl="report",
    )
)
KINDS.register(
    PublicationKind(
        name="report",
        label=_("Report"),
        printed={1: {"es": "Informe", "pt": "Relatório", "fr": "Rapport", "en": "Report"}},
        schema_org="Report",
        bibtex="techreport",
        ris="RPRT",
        csl="report",
    )
)
KINDS.register(
    PublicationKind(
        name="paper",
        label=_("Working paper"),
        printed={1: {"es": "Documento de trabajo", "pt": "Documento de trabalho", "fr": "Document de travail", "en": "Working paper"}},
        schema_org="ScholarlyArticle",
        bibtex="techreport",
        ris="RPRT",
        csl="report",
    )
)
KINDS.register(
    PublicationKind(
        name="dataset",
        label=_("Dataset"),
        printed={1: {"es": "Conjunto de datos", "pt": "Conjunto de dados", "fr": "Jeu de données", "en": "Dataset"}},
        schema_org="Dataset",
        bibtex="misc",
        ris="DATA",
        csl="dataset",
    )
)
# What a new publication is until somebody says otherwise.
DEFAULT = "note"


def choices() -> list[tuple[str, str | Promise]]:
    """Return value and label of each kind, for the field of a page."""
    return [(kind.name, kind.label) for kind in KINDS]
