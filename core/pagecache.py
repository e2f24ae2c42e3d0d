"""The page cache behind the front view: what it keeps of a page, under which key, and how a page is rendered only once.

The key of an entry is host, path, known filters, release and content generation (`core.generation`), which is read from
the database at each request: two processes, or two machines, never disagree.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, sleep
from typing import Any

import brotli
from django.conf import settings
from django.core.cache import cache
from django.db import models
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from core.access import Rule
from core.generation import content_changed, current
from core.models import SiteDocument, SiteImage

LONGEST_SECONDS = 24 * 60 * 60
SMALLEST_TO_COMPRESS = 500
# Longer than the slowest page takes to render; looked at often, since most take milliseconds.
LEASE_SECONDS = 10
POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A rendered page: compressed once, with its ETag, and the rule that must be asked before it is answered.

    The plain text of a long page is not kept: the few who ask for it are given the other unpacked. `query_names` are the
    parameters that the page knows: with any other it is this very page.
    """

    plain: bytes
    gzipped: bytes
    brotlied: bytes
    etag: str
    content_type: str
    rule: Rule
    query_names: tuple[str, ...] = ()

    @classmethod
    def of(cls, body: bytes, content_type: str, rule: Rule, *, effort: int = 9, query_names: tuple[str, ...] = ()) -> CachedPage:
        """Fingerprint a rendered body and compress it, with less effort (1 to 9) if it will be answered only once."""
        digest = hashlib.sha256(settings.RELEASE.encode() + body).hexdigest()[:32]
        is_short = len(body) < SMALLEST_TO_COMPRESS
        return cls(
            plain=body if is_short else b"",
            gzipped=b"" if is_short else gzip.compress(body, effort, mtime=0),
            brotlied=b"" if is_short else brotli.compress(body, quality=effort),
            etag=digest,
            content_type=content_type,
            rule=rule,
            query_names=query_names,
        )

    def encoded(self, accept_encoding: str) -> tuple[bytes, str]:
        """Return the smallest body that the client takes, and the name of its encoding ("" for none)."""
        if not self.gzipped:
            return self.plain, ""
        accepted = {part.split(";")[0].strip() for part in accept_encoding.split(",") if "q=0" not in part.replace(" ", "").split(";")[1:]}
        if "br" in accepted:
            return self.brotlied, "br"
        if "gzip" in accepted:
            return self.gzipped, "gzip"
        return gzip.decompress(self.gzipped), ""

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Answer with the body, or with 304 when the client holds these very bytes."""
        body, encoding = self.encoded(request.headers.get("Accept-Encoding", ""))
        etag = f'"{self.etag}{"-" + encoding if encoding else ""}"'
        held = parse_etags(request.headers.get("If-None-Match", ""))
        if etag in held or f"W/{etag}" in held or held == ["*"]:
            response = HttpResponse(status=304)
        else:
            response = HttpResponse(body, content_type=self.content_type)
            if encoding:
                response["Content-Encoding"] = encoding
        response["ETag"] = etag
        response["Cache-Control"] = "public, no-cache" if self.rule.is_open else "private, no-cache"
        patch_vary_headers(response, ["Accept-Encoding"])
        return response


def key(request: HttpRequest, path: str, generation: int, query: str = "") -> str:
    """Return the cache key of a path with a query string, as one hash."""
    parts = (request.scheme or "", request.get_host(), request.path, path, query, settings.RELEASE)
    return f"page:{generation}:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()


def get(cache_key: str) -> CachedPage | None:
    """Return a stored entry, if there is one."""
    found = cache.get(cache_key)
    return found if isinstance(found, CachedPage) else None


def find_entry(request: HttpRequest, path: str, generation: int) -> CachedPage | None:
    """Return the stored entry of what is asked for, if there is one: with parameters that the page does not know, the one without them.

    Anybody can make up parameters, and campaigns add theirs to every link: neither may cost more than the page itself.
    """
    query = request.META.get("QUERY_STRING", "")
    entry = get(key(request, path, generation, query))
    if entry is not None or not query:
        return entry
    plain = get(key(request, path, generation))
    if plain is None:
        return None
    known = QueryDict(mutable=True)
    # A form sends its empty fields, too.
    known.update({name: value for name in plain.query_names if (value := request.GET.get(name))})
    return get(key(request, path, generation, known.urlencode())) if known else plain


def put(cache_key: str, entry: CachedPage, until: datetime | None) -> None:
    """Keep an entry for a day at the longest, or until the next known moment at which the page changes by itself."""
    seconds = LONGEST_SECONDS
    if until is not None:
        seconds = max(0, min(seconds, int((until - timezone.now()).total_seconds())))
    if seconds:
        cache.set(cache_key, entry, seconds)


def render_once(cache_key: str, render: Callable[[], tuple[CachedPage, datetime | None]]) -> CachedPage:
    """Return the entry under a key, rendered by whoever asks first; others who ask meanwhile wait for it.

    After a publish everyone asks for everything at once: without this, a busy page would be rendered by every thread of
    every process. Whoever renders holds a lease in the shared cache. It ends by itself, so that one who was killed holds
    nobody up for long, and who finds neither entry nor lease (the cache is away, or keeps nothing) renders for themselves.
    """
    lease, deadline = f"{cache_key}:lease", monotonic() + LEASE_SECONDS
    while (entry := get(cache_key)) is None:
        if not cache.add(lease, 1, LEASE_SECONDS) and monotonic() < deadline and cache.get(lease) is not None:
            sleep(POLL_SECONDS)
            continue
        try:
            # Between the look and the lease, the one before may have put it there.
            entry = get(cache_key)
            if entry is None:
                entry, until = render()
                put(cache_key, entry, until)
            return entry
        finally:
            cache.delete(lease)
    return entry


def answer_open(request: HttpRequest, content_type: str, render: Callable[[], str]) -> HttpResponse:
    """Answer something that is open to all and changes only with the content, rendered once a generation, whatever is asked."""
    cache_key = key(request, request.path, current())
    return render_once(cache_key, lambda: (CachedPage.of(render().lstrip().encode(), content_type, Rule("open")), None)).respond(request)


def answer_unkept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Answer a rendered page that is open to all but too varied to keep: with an ETag, and 304 where it can."""
    entry = CachedPage.of(response.content.strip(), response.headers["Content-Type"], Rule("open"), effort=4)
    return entry.respond(request)


def watch(model: type[models.Model]) -> None:
    """Raise the generation at any save or deletion of this model."""
    post_save.connect(_changed, sender=model, dispatch_uid=f"pagecache-save-{model._meta.label}")
    post_delete.connect(_changed, sender=model, dispatch_uid=f"pagecache-delete-{model._meta.label}")


def _changed(sender: object, **kwargs: Any) -> None:
    content_changed()


# What a draft writes of a page that is live: its readers see none of it.
_OF_DRAFTS = {"draft_title", "has_unpublished_changes", "latest_revision", "latest_revision_created_at"}


def _page_saved(sender: object, instance: models.Model, update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    """Raise the generation with the page itself, in the transaction of `Page.save`: Wagtail's own signals come after it.

    A page that was never published is nothing that anybody reads.
    """
    if not isinstance(instance, Page) or not (instance.live or instance.last_published_at):
        return
    if update_fields is None or not set(update_fields) <= _OF_DRAFTS:
        content_changed()


def _page_deleted(sender: object, instance: models.Model, **kwargs: Any) -> None:
    if isinstance(instance, Page):
        content_changed()


def connect_signals() -> None:
    """Connect everything of Wagtail that changes what a visitor sees."""
    from wagtail.models import Locale, PageViewRestriction, Site

    for signal in (page_published, page_unpublished, post_page_move, page_slug_changed):
        signal.connect(_changed, dispatch_uid=f"pagecache-{id(signal)}")
    post_save.connect(_page_saved, dispatch_uid="pagecache-page-saved")
    post_delete.connect(_page_deleted, dispatch_uid="pagecache-page-deleted")
    for model in (Locale, Site, PageViewRestriction, SiteImage, SiteDocument):
        watch(model)
