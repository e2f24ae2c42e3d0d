"""Search in everything that is open to everyone.

Words are folded (lower case, no accents) on both sides, so that *peru* finds *Perú* in every language and on every
database; a word finds the words that begin like it, so that *migra* finds *migração* and *migrações*.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.signals import post_delete, post_save
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published, page_unpublished, post_page_move

from core import access
from core.cards import RESULT_KINDS
from core.models import BasePage, SearchEntry
from core.shown import shown

LONGEST_QUERY = 200
MOST_WORDS = 8
EXCERPT = 220


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: where it is, what kind of thing (in words), and why it was found."""

    url: str
    title: str
    kind: str
    context: str
    excerpt: SafeString


def fold(text: str) -> str:
    """Return text in lower case without accents, with anything but letters and digits as single spaces."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[^\w]+", " ", plain).strip()


def words_of(query: str) -> list[str]:
    """Return the folded words of a query, at most MOST_WORDS."""
    return fold(query[:LONGEST_QUERY]).split()[:MOST_WORDS]


def find(query: str, language: str) -> QuerySet[SearchEntry]:
    """Return the entries of a language that hold every word; titles first. An empty query finds nothing."""
    words = words_of(query)
    if not words:
        return SearchEntry.objects.none()
    # An entry goes when its page is unpublished, or one above it; that one of them has expired is seen only here, until a timer runs.
    entries = shown(SearchEntry.objects.filter(language=language), path="page__path")
    in_title = SearchEntry.objects.all()
    for word in words:
        entries = entries.filter(folded__contains=f" {word}")
        in_title = in_title.filter(folded_title__contains=f" {word}")
    rank = Case(When(pk__in=in_title.values("pk"), then=Value(0)), default=Value(1), output_field=IntegerField())
    return entries.annotate(rank=rank).order_by("rank", "title", "pk").select_related("page")


def hit(entry: SearchEntry, query: str) -> Hit:
    """Return an entry as a result, with the found words marked in an excerpt."""
    return Hit(
        entry.page.get_url() or "",
        entry.title,
        str(RESULT_KINDS[entry.kind].label),
        entry.context,
        excerpt(f"{entry.summary} {entry.text}".strip(), words_of(query)),
    )


def excerpt(text: str, words: list[str]) -> SafeString:
    """Cut a piece of text around the first found word, and mark found words. The text is escaped."""
    tokens = re.split(r"(\w+)", text)
    found = [any(fold(token).startswith(word) for word in words) if token.strip() else False for token in tokens]
    first = next((i for i, is_found in enumerate(found) if is_found), 0)
    start = first
    while start > 0 and sum(len(token) for token in tokens[start - 1 : first]) < EXCERPT // 3:
        start -= 1
    pieces, length = [], 0
    for token, is_found in zip(tokens[start:], found[start:], strict=True):
        if length > EXCERPT:
            pieces.append("…")
            break
        length += len(token)
        pieces.append(f"<mark>{escape(token)}</mark>" if is_found else escape(token))
    return mark_safe(("… " if start else "") + "".join(pieces))  # noqa: S308 - every token is escaped above


def index_for_search(page: Page) -> None:
    """Bring the entry of one specific page up to date: there while it is live and open, gone otherwise."""
    document = page.search_document() if isinstance(page, BasePage) and access.rule_for(page).is_open else None
    if document is None:
        SearchEntry.objects.filter(page_id=page.pk).delete()
        return
    SearchEntry.objects.update_or_create(
        page_id=page.pk,
        defaults={
            "language": page.locale.language_code,
            "kind": RESULT_KINDS[document.kind].name,
            "title": document.title,
            "context": document.context,
            "summary": document.summary,
            "text": document.text,
            "folded_title": f" {fold(document.title)}"[:255],
            "folded": f" {fold(f'{document.title} {document.summary} {document.text}')}",
        },
    )


def index_tree(page: Page) -> None:
    """Bring the entries of a page and all below it up to date: a course that closes takes its lessons out."""
    for below in page.get_descendants(inclusive=True).specific().iterator():
        index_for_search(below)


def _page_changed(sender: object, instance: Page, **kwargs: Any) -> None:
    index_tree(instance)


def _page_restricted(sender: object, instance: PageViewRestriction, **kwargs: Any) -> None:
    if page := Page.objects.filter(pk=instance.page_id).first():
        index_tree(page)


def _page_deleted(sender: object, instance: object, **kwargs: Any) -> None:
    # Deletion unpublishes first, while the database still calls the page live: an entry made then would outlive it.
    if isinstance(instance, Page):
        SearchEntry.objects.filter(page_id=instance.pk).delete()


def connect_signals() -> None:
    """Follow what is published, unpublished, moved, restricted and deleted."""
    page_published.connect(_page_changed, dispatch_uid="search-published")
    page_unpublished.connect(_page_changed, dispatch_uid="search-unpublished")
    # What everyone could read may now stand in a course for enrolled people, or the other way round.
    post_page_move.connect(_page_changed, dispatch_uid="search-moved")
    post_save.connect(_page_restricted, sender=PageViewRestriction, dispatch_uid="search-restricted")
    post_delete.connect(_page_restricted, sender=PageViewRestriction, dispatch_uid="search-unrestricted")
    post_delete.connect(_page_deleted, dispatch_uid="search-deleted")
