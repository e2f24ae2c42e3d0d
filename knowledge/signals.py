"""What follows from saving and publishing a publication: its work exists, and what was published becomes an edition."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import pre_save
from wagtail.models import Revision
from wagtail.signals import page_published

from knowledge.models import PublicationPage, Work


def connect() -> None:
    """Follow publications. Called from `ready()`."""
    pre_save.connect(_work_exists, sender=PublicationPage, dispatch_uid="knowledge-work")
    page_published.connect(_published, sender=PublicationPage, dispatch_uid="knowledge-edition")


def _work_exists(sender: object, instance: PublicationPage, raw: bool = False, **kwargs: Any) -> None:
    """Tie the page to the work of its translation key: a copy is another work, a translation is the same one."""
    if not raw and instance.work_id != instance.translation_key:
        instance.work, _made = Work.objects.get_or_create(key=instance.translation_key)


def _published(sender: object, instance: PublicationPage, revision: Revision | None = None, **kwargs: Any) -> None:
    from knowledge.services.record_edition import record_edition

    if revision is not None and instance.alias_of_id is None:
        record_edition(page=instance, revision=revision)
