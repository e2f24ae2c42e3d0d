"""Images and documents of the site."""

from __future__ import annotations

import secrets
from pathlib import PurePosixPath

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage, AbstractRendition

from core import uploads


def unguessable(instance: models.Model, filename: str) -> str:
    """Return an upload path that cannot be guessed: images are public to whoever has the address."""
    return f"{instance._meta.model_name}/{secrets.token_urlsafe(16)}{PurePosixPath(filename).suffix.lower()[:10]}"


class SiteImage(AbstractImage):
    """An image with a credit. Treated as public, under a name nobody can guess."""

    credit = models.CharField(_("credit"), max_length=200, blank=True)

    admin_form_fields = (
        "title",
        "file",
        "description",
        "credit",
        "collection",
        "tags",
        "focal_point_x",
        "focal_point_y",
        "focal_point_width",
        "focal_point_height",
    )

    def get_upload_to(self, filename: str) -> str:
        return unguessable(self, filename)


class Rendition(AbstractRendition):
    """One size of an image."""

    image = models.ForeignKey(SiteImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)


class SiteDocument(AbstractDocument):
    """A file for readers. Served by a view that asks the rule of the pages that use it."""

    admin_form_fields = ("title", "file", "collection", "tags")

    def clean(self) -> None:
        super().clean()
        uploads.check_new(self.file, lambda file: uploads.check_document(file, self.file.name))
