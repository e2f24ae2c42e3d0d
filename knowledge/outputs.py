"""The outputs of a work: every form in which it can be had, in one table.

Addresses, links, files of an edition and the tests' table of audiences read it. An entry has no property that may be left out;
tests/knowledge/test_outputs.py asks each output of each kind in each language, and reads the answer as a stranger would.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.registry import Entry, Registry
from knowledge.blocks import DataBlock
from knowledge.citation_formats import Facts, bibtex, csl_json, ris


class Readers(Enum):
    """For whom an output is. The tests of audiences hold it to that."""

    EVERYONE = "the same bytes for everyone, kept like a page"
    WHO_MAY_READ_THE_PAGE = "a file, by the rule of its page"


class Made(Enum):
    """When an output is made."""

    AT_ONCE = "when it is asked for, from the page"
    AT_PUBLICATION = "once, by a task, and stored as a file of the edition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Entry):
    """One form of a work.

    Attributes:
        label: what a link to it says; formats have names of their own, which are not translated.
        url_name: the name of its address, with its namespace.
        route: its address below that of the library; empty for the page, whose address is in the tree.
        media_type: what it is, as in RFC 6838.
        readers: for whom it is.
        made: when it is made.
        addresses: where a publication's are, in the active language. A table has one for each that the text holds.
    """

    label: str | Promise
    url_name: str
    route: str
    media_type: str
    readers: Readers
    made: Made
    addresses: Callable[[Any], list[str]]

    @property
    def own_name(self) -> str:
        """The name of its address inside its namespace."""
        return self.url_name.rpartition(":")[2]

    @property
    def content_type(self) -> str:
        """The media type as an answer says it: text is in UTF-8."""
        return self.media_type if self.made is Made.AT_PUBLICATION else f"{self.media_type}; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationFile(Output):
    """A citation for reference managers, written from the facts of the work. Its name is the ending of its file."""

    write: Callable[[Facts], str]


OUTPUTS = Registry(Output)


def has_rows(block: Any) -> bool:
    """Whether a block of a text has rows that can be downloaded."""
    return isinstance(block.block, DataBlock)


def below_the_library(url_name: str) -> Callable[[Any], list[str]]:
    """Return where the one address of this name is, for a publication."""
    return lambda page: [reverse(url_name, args=[page.slug])]


def _citation(name: str, label: str, media_type: str, write: Callable[[Facts], str]) -> Output:
    """Return a citation; reference managers know these files by their ending."""
    url_name = f"knowledge:cite_{name}"
    return CitationFile(
        name=name,
        label=label,
        url_name=url_name,
        route=f"<slug:slug>/cite.{name}",
        media_type=media_type,
        readers=Readers.EVERYONE,
        made=Made.AT_ONCE,
        addresses=below_the_library(url_name),
        write=write,
    )


PAGE = OUTPUTS.register(
    Output(
        name="page",
        label=_("Page"),
        url_name="wagtail_serve",
        route="",
        media_type="text/html",
        readers=Readers.EVERYONE,
        made=Made.AT_ONCE,
        addresses=lambda page: [page.get_url()],
    )
)
PDF = OUTPUTS.register(
    Output(
        name="pdf",
        label=_("PDF edition"),
        url_name="knowledge:edition_pdf",
        route="<slug:slug>/edition.pdf",
        media_type="application/pdf",
        readers=Readers.WHO_MAY_READ_THE_PAGE,
        made=Made.AT_PUBLICATION,
        addresses=below_the_library("knowledge:edition_pdf"),
    )
)
OUTPUTS.register(_citation("bib", "BibTeX", "application/x-bibtex", bibtex))
OUTPUTS.register(_citation("ris", "RIS", "application/x-research-info-systems", ris))
OUTPUTS.register(_citation("json", "CSL-JSON", "application/vnd.citationstyles.csl+json", csl_json))
TABLE = OUTPUTS.register(
    Output(
        name="table",
        label=_("Download the rows (CSV)"),
        url_name="knowledge:table",
        route="<slug:slug>/tables/<uuid:block>.csv",
        media_type="text/csv",
        readers=Readers.EVERYONE,
        made=Made.AT_ONCE,
        addresses=lambda page: [reverse("knowledge:table", args=[page.slug, block.id]) for block in page.body if has_rows(block)],
    )
)
FEED = OUTPUTS.register(
    Output(
        name="feed",
        label="Atom",
        url_name="knowledge:feed",
        route="feed.atom",
        media_type="application/atom+xml",
        readers=Readers.EVERYONE,
        made=Made.AT_ONCE,
        addresses=lambda page: [reverse("knowledge:feed")],
    )
)


def citations() -> list[CitationFile]:
    """Return the citations, in their order."""
    return [output for output in OUTPUTS if isinstance(output, CitationFile)]


def stored_choices() -> list[tuple[str, str | Promise]]:
    """Return name and label of each output that is stored with an edition, for the field of its files."""
    return [(output.name, output.label) for output in OUTPUTS if output.made is Made.AT_PUBLICATION]
