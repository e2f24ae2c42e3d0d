"""What the page of a publication shows: its text, and all that stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models.functions import Abs, Coalesce
from django.utils.text import slugify
from django.utils.translation import get_language
from wagtail.models import Page, ReferenceIndex

from core.blocks import HeadingBlock
from core.cards import Card
from core.models import BasePage
from core.shown import shown
from knowledge import citation, metadata, outputs
from knowledge.models import Edition, PublicationPage
from knowledge.services.draw_charts import charts_among, drawings, stored_drawings

MOST_RELATED = 3
MOST_LESSONS = 6


@dataclass(frozen=True, slots=True)
class TextPart:
    """A block of the text; a heading has an address that the contents list links to."""

    block: Any
    anchor: str = ""


def parts_of(body: Sequence[Any]) -> list[TextPart]:
    """Return the blocks of a body, with an address for each heading that no other heading has."""
    parts: list[TextPart] = []
    taken: set[str] = set()
    for block in body:
        anchor = ""
        if isinstance(block.block, HeadingBlock):
            base = slugify(str(block.value))[:60] or "part"
            anchor = next(name for name in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)
            taken.add(anchor)
        parts.append(TextPart(block, f"h-{anchor}" if anchor else ""))
    return parts


def publication_context(page: PublicationPage, *, is_preview: bool = False) -> dict[str, Any]:
    """Return everything the template of a publication takes beside the page itself. Charts are drawn for a preview, and else only read."""
    parts = parts_of(page.body)
    facts = citation.citation_facts(page)
    edition = Edition.objects.of(page.key, page.locale.language_code).newest_first().only("number", "published_at").first()
    shown = charts_among([(block.block_type, block.value) for block in page.body], get_language() or settings.LANGUAGE_CODE)
    return {
        "parts": parts,
        "drawings": drawings(shown) if is_preview else stored_drawings(shown),
        "contents": [part for part in parts if part.anchor],
        "credits": page.credits(),
        "authors": page.authors(),
        "topics": page.topics(),
        "countries": page.country_names(),
        "series": page.series_in_language(),
        "edition": edition,
        "suggested": citation.suggested(facts),
        "citations": [(output.label, address) for output in outputs.citations() for address in output.addresses(page)],
        "highwire": metadata.highwire(page, facts),
        "json_ld": metadata.json_ld(page, facts),
        "related": related(page),
        "lessons": lessons_that_use(page),
        # Only when there is one, and of what this page says.
        "pdf": outputs.PDF,
        "pdf_url": "".join(outputs.PDF.addresses(page)) if edition and edition.files.filter(kind=outputs.PDF.name).exists() else "",
    }


def related(page: PublicationPage) -> list[Card]:
    """Return works that belong near: those of the series first, then those of the topic, newest first."""
    others = PublicationPage.objects.in_language(page.locale.language_code).exclude(pk=page.pk)
    nearest: list[PublicationPage] = []
    if page.series is not None:
        distance = Abs(Coalesce("series_number", 0) - (page.series_number or 0))
        same = others.filter(series__translation_key=page.series.translation_key).newest_first()
        nearest = list(same.order_by(distance, "series_number", "pk")[:MOST_RELATED])
    if len(nearest) < MOST_RELATED:
        known = [other.pk for other in nearest]
        nearest += others.about(page.topic).exclude(pk__in=known).newest_first()[:MOST_RELATED]
    return [other.card() for other in nearest[:MOST_RELATED]]


def lessons_that_use(page: PublicationPage) -> list[Card]:
    """Return the live lessons of this language that cite the work, found through Wagtail's index of references.

    The floor of courses is above: nothing here names it. The index lists drafts, too; they are left out.
    """
    editions = type(page).objects.filter(translation_key=page.translation_key)
    ids: set[str] = set()
    for edition in editions:
        # Of pages only: a redirect to the work, say, has a number that some page has, too.
        of_pages = ReferenceIndex.get_references_to(edition).filter(base_content_type=ContentType.objects.get_for_model(Page))
        ids |= set(of_pages.values_list("object_id", flat=True))
    citing = shown(Page.objects.all()).public().filter(pk__in=[int(found) for found in ids], locale=page.locale)
    documents = [(other, other.search_document()) for other in citing.specific() if isinstance(other, BasePage)]
    return [other.card() for other, document in documents if document and document.kind == "lesson"][:MOST_LESSONS]
