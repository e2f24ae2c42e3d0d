"""The page of search results: public, the same for everyone; it stores nothing about what was asked."""

from __future__ import annotations

from urllib.parse import quote

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from core import pagecache
from core import search as searching
from core.views import only_read

PER_PAGE = 20


@only_read
def search(request: HttpRequest) -> HttpResponse:
    """Show what a query finds in the language of the address."""
    query = request.GET.get("q", "").replace("\0", "")[: searching.LONGEST_QUERY].strip()
    page_obj = Paginator(searching.find(query, get_language() or ""), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "query": query,
        "query_encoded": quote(query),
        "page_obj": page_obj,
        "hits": [searching.hit(entry, query) for entry in page_obj],
        "found_count": page_obj.paginator.count,
    }
    return pagecache.answer_unkept(request, render(request, "core/search.html", context))
