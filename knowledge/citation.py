"""How a work is cited: its facts, read from a page, and the sentence that a reader may copy.

The sentence follows the house form of the region's publishers, near to APA (7th edition): authors, year, title, type,
publisher, address. Citations as files: knowledge.citation_formats.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from knowledge.citation_formats import Facts, Name

if TYPE_CHECKING:
    from knowledge.models import Contributor, PublicationPage


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
