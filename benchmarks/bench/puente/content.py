"""Make many works from the one that is published: a page, a work and an edition each."""

from __future__ import annotations

import uuid

from django.db.models import OuterRef, Subquery
from wagtail.models import Page

from benchmarks.bench.many_pages import copy_page
from knowledge.models import Edition, PublicationPage, Work


def copy_work(number: int) -> None:
    """Make so many works beside the published one: pages of their own, none with a file."""
    source = PublicationPage.objects.get(slug="work")
    edition = Edition.objects.filter(work=source.work_id).newest_first()[0]
    pages = copy_page(source, number)
    Work.objects.bulk_create([Work(key=page.translation_key) for page in pages], batch_size=1000)
    keys = Page.objects.filter(pk=OuterRef("pk")).values("translation_key")
    PublicationPage.objects.filter(pk__in=[page.pk for page in pages]).update(work=Subquery(keys))
    Edition.objects.bulk_create(
        [
            Edition(
                id=uuid.uuid4(),
                work_id=page.translation_key,
                language=edition.language,
                number=1,
                page_id=page.pk,
                revision_id=page.latest_revision_id,
                title=page.title,
                content=edition.content,
                facts=edition.facts,
            )
            for page in pages
        ],
        batch_size=1000,
    )
