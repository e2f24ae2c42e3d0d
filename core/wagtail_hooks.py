"""What the core adds to Wagtail: files follow their page."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse
from wagtail import hooks
from wagtail.models import Page, ReferenceIndex

from core import access


@hooks.register("before_serve_document")
def document_follows_its_page(document: Any, request: HttpRequest) -> HttpResponse | None:
    """Serve a document to whoever may read a live page that uses it, and to editors; to nobody else it exists.

    Raises:
        Http404: no live page that this reader may open uses the document.
    """
    if request.user.has_perm("wagtailadmin.access_admin"):
        return None
    references = ReferenceIndex.get_references_to(document).filter(base_content_type=ContentType.objects.get_for_model(Page))
    for reference in references:
        page = Page.objects.live().filter(pk=reference.object_id).specific().first()
        if page is not None and access.decide(access.rule_for(page), request).allowed:
            return None
    raise Http404
