"""The form that copies a part of a course: a copy gets keys of its own, and an alias is refused.

The pages below an alias are made anew, with new keys, each time their source is published: whoever had done them
would have done nothing (docs/decisions/0015-editing-a-live-course.md).
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.admin.forms.pages import CopyForm


class NoAliasCopyForm(CopyForm):
    """Wagtail's form without "Alias", and with a word on what a copy is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("alias", None)
        self.fields["new_title"].help_text = _(
            "The copy is new: nobody has done it, and it belongs to no structure until one is published with it."
        )

    def clean(self) -> dict[str, Any]:
        if self.data.get("alias"):
            raise ValidationError(
                _("A part of a course cannot be an alias: its steps would lose what learners did at every publication. Make a copy.")
            )
        cleaned: dict[str, Any] = super().clean()
        return cleaned
