"""Views of the library that are not pages: lists, citations, data, the feed and the PDF edition.

Each is open to all and asks the rule of the publication it belongs to; what is made from one publication is kept like its page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response

from core import access, countries, pagecache
from core.context import LanguageLink, language_links_for_path, page_address
from core.generation import current
from core.page_templates import Kept
from core.ranges import in_part
from core.shown import shown
from core.topics import Topic
from core.views import only_read
from knowledge import citation, data, listing, outputs
from knowledge.models import Contributor, Edition, LibraryPage, PublicationPage

MOST_IN_FEED = 30
# Signs that no XML may hold, not even escaped: one pasted into a title would break the whole feed (XML 1.0, 2.2).
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Select = Callable[[Any], Any]


def _publication(slug: str) -> PublicationPage:
    """Return the live, open publication at an address of the active language.

    Raises:
        Http404: there is none, or it may not be read by everyone.
    """
    language = listing.current_language()
    found = PublicationPage.objects.in_language(language).filter(slug=slug)
    page: PublicationPage | None = found.select_related("locale", "series").first()
    if page is None or not access.rule_for(page).is_open:
        raise Http404
    return page


def _links(request: HttpRequest, select: Select) -> list[LanguageLink]:
    """Return the same list in the other languages; where it would be empty, the library."""
    there = set(select(PublicationPage.objects.readable()).order_by().values_list("locale__language_code", flat=True).distinct())
    return [
        link if link.code in there else replace(link, url=page_address(link.code, "knowledge/"), exact=False)
        for link in language_links_for_path(request)
    ]


def _list(request: HttpRequest, select: Select, context: dict[str, Any]) -> HttpResponse:
    """Answer a list of publications, with links to the same list in the languages that have one."""
    listed = listing.list_context(select(listing.works(listing.current_language())), request.GET)
    if not listed["found_count"]:
        raise Http404
    library = shown(LibraryPage.objects.filter(locale__language_code=listing.current_language())).first()
    context |= listed | {"library_url": library.get_url() if library else "", "library_title": library.title if library else ""}
    context["language_links"] = _links(request, select)
    if library is not None:
        context["breadcrumbs"] = [(library.title, library.get_url() or "")]
    return pagecache.answer_unkept(request, HttpResponse(render_to_string("knowledge/list.html", context, request)))


@only_read
def author(request: HttpRequest, slug: str) -> HttpResponse:
    """List the works of a contributor."""
    contributor = get_object_or_404(Contributor, slug=slug)
    return _list(request, lambda works: works.by(contributor), {"title": contributor.name, "contributor": contributor})


@only_read
def topic(request: HttpRequest, topic: str) -> HttpResponse:
    """List the works on a topic."""
    if topic not in Topic.values:
        raise Http404
    return _list(request, lambda works: works.about(topic), {"title": str(Topic(topic).label), "topic": topic})


@only_read
def country(request: HttpRequest, code: str) -> HttpResponseBase:
    """List the works on a country."""
    # "ß" is "SS" in capitals, and no country.
    if not code.isascii() or code.upper() not in countries.CODES:
        raise Http404
    if code != code.lower():
        return HttpResponseRedirect(reverse("knowledge:country", args=[code.lower()]))
    language = listing.current_language()
    return _list(request, lambda works: works.on_country(code.upper()), {"title": countries.country_name(code.upper(), language)})


@only_read
def cite(request: HttpRequest, slug: str, output: str) -> HttpResponse:
    """Answer the citation of a work as a file for reference managers."""
    form = outputs.OUTPUTS[output]
    if not isinstance(form, outputs.CitationFile):
        raise Http404
    response = pagecache.answer_open(request, form.content_type, lambda: form.write(citation.citation_facts(_publication(slug))))
    response["Content-Disposition"] = f'attachment; filename="{slug}.{form.name}"'
    return response


@only_read
def table(request: HttpRequest, slug: str, block: Any) -> HttpResponse:
    """Answer the rows of a table or chart as CSV."""

    def rows() -> str:
        for found in _publication(slug).body:
            if str(found.id) == str(block) and outputs.has_rows(found):
                return _csv_of(found.value["data"])
        raise Http404

    response = pagecache.answer_open(request, outputs.TABLE.content_type, rows)
    response["Content-Disposition"] = f'attachment; filename="{slug}-{str(block)[:8]}.csv"'
    return response


def _csv_of(text: str | None) -> str:
    try:
        return data.as_csv(data.parse(text or ""))
    except data.DataMalformed:
        # Kept by an older rule, or brought in by code: the page shows no rows either.
        raise Http404 from None


@only_read
def feed(request: HttpRequest) -> HttpResponse:
    """Answer the newest publications of a language as an Atom feed (RFC 4287)."""

    def entries() -> str:
        pages = [page for page in listing.works(listing.current_language()).newest_first()[:MOST_IN_FEED] if access.rule_for(page).is_open]
        library = shown(LibraryPage.objects.filter(locale__language_code=listing.current_language())).first()
        if library is None:
            raise Http404
        updated = max((page.last_published_at for page in pages if page.last_published_at), default=library.last_published_at)
        context = {"library": library, "pages": pages, "updated": updated, "language": listing.current_language()}
        return NOT_IN_XML.sub("", render_to_string("knowledge/feed.atom", context))

    return pagecache.answer_open(request, outputs.FEED.content_type, entries)


@dataclass(frozen=True, slots=True)
class _Pdf:
    """Where the PDF of a publication's newest edition is; without a path while it is being made."""

    page_url: str
    path: str = ""
    sha256: str = ""


# Kept as long as no content changes: whoever reads a long PDF asks for it part by part.
_pdfs: Kept[_Pdf] = Kept(most=5000)


def _pdf_of(slug: str) -> _Pdf:
    """Return the newest edition's PDF of the live, open publication at an address.

    Raises:
        Http404: there is none, or it may not be read by everyone.
    """
    page = _publication(slug)
    edition = Edition.objects.of(page.key, page.locale.language_code).newest_first().first()
    newest = edition.files.filter(kind=outputs.PDF.name).first() if edition else None
    return _Pdf(page.get_url() or "/", newest.path, newest.sha256) if newest else _Pdf(page.get_url() or "/")


@only_read
def edition_pdf(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Answer the PDF of the newest edition; while there is none, lead to the page, never to a text that was corrected since."""
    language = listing.current_language()
    pdf = _pdfs.get((current(), language, slug), lambda: _pdf_of(slug))
    if not pdf.path or not default_storage.exists(pdf.path):
        waiting = HttpResponseRedirect(pdf.page_url)
        waiting["Cache-Control"] = "public, no-cache"
        return waiting
    etag = f'"{pdf.sha256}"'
    answer: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = FileResponse(default_storage.open(pdf.path), content_type=outputs.PDF.content_type)
        answer["Content-Disposition"] = f'inline; filename="{slug}-{language}.pdf"'
    answer["ETag"] = etag
    answer["Cache-Control"] = "public, no-cache"
    return in_part(request, answer)
