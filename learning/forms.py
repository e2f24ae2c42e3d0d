"""Forms of the record's private pages. They check what was typed; the services decide."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.printed_name_field import PreviewForm, PrintedNameField


class EnrolForm(PreviewForm):
    """Joining a course: the name can wait until a certificate is wanted."""

    printed_name = PrintedNameField(
        required=False, help_text=_("As an employer should read it. You can leave it empty now and give it when you finish.")
    )
