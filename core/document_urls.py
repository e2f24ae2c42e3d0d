"""The addresses of documents: Wagtail's, whose files are also given in part."""

from __future__ import annotations

from django.urls import re_path
from wagtail.documents import urls as wagtaildocs_urls

from core.views import document

SERVE = "wagtaildocs_serve"

urlpatterns = [
    re_path(r"^(\d+)/(.*)$", document, name=SERVE),
    *(pattern for pattern in wagtaildocs_urls.urlpatterns if pattern.name != SERVE),
]
