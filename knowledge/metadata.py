"""Metadata of a publication for machines: Highwire Press tags for Google Scholar, and schema.org as JSON-LD.

Rules: Google Scholar, "Inclusion Guidelines for Webmasters": citation_title, one citation_author each in the order of the
work, citation_publication_date as YYYY/MM/DD, citation_pdf_url in the same folder as the page or below it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from knowledge import outputs
from knowledge.citation_formats import Facts
from knowledge.kinds import KINDS
from knowledge.models import Edition

if TYPE_CHECKING:
    from knowledge.models import PublicationPage

# What could end a script element, or is a line break to JavaScript and not to JSON.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def highwire(page: PublicationPage, facts: Facts) -> list[tuple[str, str]]:
    """Return the tags by name, in order."""
    tags = [("citation_title", facts.title)]
    for name in facts.authors:
        tags.append(("citation_author", name.inverted))
        if name.orcid:
            tags.append(("citation_author_orcid", f"https://orcid.org/{name.orcid}"))
    tags += [
        ("citation_publication_date", f"{facts.published_on:%Y/%m/%d}"),
        ("citation_technical_report_institution", facts.publisher),
        ("citation_publisher", facts.publisher),
        ("citation_language", facts.language),
        ("citation_abstract_html_url", facts.url),
        ("citation_keywords", "; ".join(facts.topics)),
    ]
    if facts.series and facts.series_number:
        tags.append(("citation_technical_report_number", str(facts.series_number)))
    if has_pdf(page):
        tags.append(("citation_pdf_url", urljoin(facts.url, outputs.PDF.addresses(page)[0])))
    return tags


def has_pdf(page: PublicationPage) -> bool:
    """Whether a PDF of this language edition has been made; a promise that leads nowhere would take the work out of indexes."""
    newest = Edition.objects.of(page.key, page.locale.language_code).newest_first().first()
    return newest is not None and newest.files.filter(kind=outputs.PDF.name).exists()


def json_ld(page: PublicationPage, facts: Facts) -> SafeString:
    """Return the description in schema.org's words, safe inside a script element."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": KINDS[page.kind].schema_org,
        "@id": facts.url,
        "url": facts.url,
        "name": facts.title,
        "headline": facts.title[:110],
        "abstract": facts.abstract,
        "inLanguage": facts.language,
        "datePublished": facts.published_on.isoformat(),
        "author": [_agent(part.contributor) for part in page.credits() if part.role == "author"],
        "contributor": [_agent(part.contributor) for part in page.credits() if part.role != "author"],
        "publisher": {"@type": "Organization", "name": facts.publisher, "url": settings.SITE_URL},
        "about": [{"@type": "Thing", "name": topic} for topic in facts.topics],
        "spatialCoverage": [{"@type": "Country", "identifier": code, "name": name} for code, name in page.country_names()],
        "license": facts.licence_url,
        "isPartOf": {"@type": "CreativeWorkSeries", "name": facts.series} if facts.series else None,
        "isAccessibleForFree": True,
    }
    kept = {name: value for name, value in data.items() if value not in (None, "", [])}
    return mark_safe(json.dumps(kept, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES))  # noqa: S308 - escaped by ESCAPES


def _agent(contributor: Any) -> dict[str, str]:
    agent = {"@type": "Person" if contributor.is_person else "Organization", "name": contributor.name}
    if contributor.orcid:
        agent["@id"] = f"https://orcid.org/{contributor.orcid}"
    return agent
