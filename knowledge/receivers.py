"""Signal receivers of publication: make the work, record the edition, and delete a file together with its row.

And from a contributor: search knows their works under today's name.
"""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_save
from wagtail.models import Revision
from wagtail.signals import page_published

from knowledge.events import edition_recorded
from knowledge.models import Contributor, Edition, EditionFile, PublicationPage, Work
from knowledge.services.draw_charts import draw_charts
from knowledge.services.record_edition import record_edition
from knowledge.tasks import index_names, make_edition_pdf


def connect() -> None:
    """Follow publications. Called from `ready()`."""
    pre_save.connect(_work_exists, sender=PublicationPage, dispatch_uid="knowledge-work")
    page_published.connect(_published, sender=PublicationPage, dispatch_uid="knowledge-edition")
    edition_recorded.connect(_edition_recorded, sender=Edition, dispatch_uid="knowledge-edition-recorded")
    post_save.connect(_contributor_saved, sender=Contributor, dispatch_uid="knowledge-contributor")
    post_delete.connect(_file_row_deleted, sender=EditionFile, dispatch_uid="knowledge-edition-file")


def _work_exists(sender: object, instance: PublicationPage, raw: bool = False, **kwargs: Any) -> None:
    """Tie the page to the work of its translation key: a copy is another work, a translation is the same one."""
    if not raw and instance.work_id != instance.translation_key:
        instance.work, _made = Work.objects.get_or_create(key=instance.translation_key)


def _published(sender: object, instance: PublicationPage, revision: Revision | None = None, **kwargs: Any) -> None:
    # Wagtail says "published" also of what is only given a date; when its day comes, it says so again.
    if revision is not None and instance.live and instance.alias_of_id is None:
        record_edition(page=instance, revision=revision)


def _edition_recorded(sender: object, edition: Edition, **kwargs: Any) -> None:
    """Draw its charts now, so that the first reader finds them, and have the PDF made by a worker."""

    def follow() -> None:
        draw_charts(edition=edition)
        make_edition_pdf.enqueue(str(edition.pk))

    transaction.on_commit(follow)


def _contributor_saved(sender: object, instance: Contributor, created: bool = False, raw: bool = False, **kwargs: Any) -> None:
    if not created and not raw:
        transaction.on_commit(lambda: index_names.enqueue(instance.pk))


def _file_row_deleted(sender: object, instance: EditionFile, **kwargs: Any) -> None:
    """Delete the file when its row is gone for good, unless another edition has the very same bytes."""
    path = instance.path

    def delete() -> None:
        if not EditionFile.objects.filter(path=path).exists():
            default_storage.delete(path)

    transaction.on_commit(delete)
