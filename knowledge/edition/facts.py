"""Copy the names, the series and the addresses that an edition points to, once, at the moment of publication.

The content holds ids. A contributor may be renamed later, a page moved, a series deleted: the edition says what was true when it was
published, and can be made again from its own row (docs/README.md, idea 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from wagtail.documents import get_document_model
from wagtail.models import Page

from foundation.versions import known_version
from knowledge import citation
from knowledge.edition import stored
from knowledge.edition.richtext import internal_links
from knowledge.models import PublicationPage

SCHEMA = 1


def edition_facts(page: PublicationPage, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a publication for one revision of it."""
    language = page.locale.language_code
    with translation.override(language):
        cited = citation.citation_facts(page)
        suggested = citation.suggested(cited)
        countries = [name for _code, name in page.country_names()]
    return {
        "schema": SCHEMA,
        "site": settings.SITE_URL,
        "publisher": cited.publisher,
        "address": cited.url,
        "suggested": suggested,
        "credits": [{"name": part.contributor.name, "role": part.role} for part in page.credits()],
        "series": cited.series,
        "topics": [value for value, _label in page.topics()],
        "countries": countries,
        "links": addresses(links_in(content)),
    }


def read_facts(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the facts that an edition keeps; nothing for one that was recorded before they were kept.

    Raises:
        VersionUnknown: they are of a schema that this release does not know.
    """
    if stored:
        known_version("facts of an edition", stored, (SCHEMA,))
    return stored


def links_in(content: Mapping[str, Any]) -> set[str]:
    """Return what the texts of a revision link to inside the site."""
    return {link for block in stored.blocks(content, "body") for text in _strings(block.value) for link in internal_links(text)}


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        # Most texts have no link inside the site: no need to parse them.
        yield from [value] if "linktype" in value else []
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def addresses(links: Iterable[str]) -> dict[str, str]:
    """Return the full address of each link that leads somewhere, by "page:12" or "document:3"."""
    keys: dict[str, list[int]] = {"page": [], "document": []}
    for link in links:
        kind, _colon, key = link.partition(":")
        if kind in keys and key.isdigit():
            keys[kind].append(int(key))
    pages = {f"page:{page.pk}": page.specific.full_url or "" for page in Page.objects.filter(pk__in=keys["page"])}
    files = get_document_model().objects.filter(pk__in=keys["document"])
    documents = {f"document:{file.pk}": f"{settings.SITE_URL.rstrip('/')}{file.url}" for file in files}
    return {link: address for link, address in sorted((pages | documents).items()) if address}
