"""Forms of the record's private pages. They check what was typed; the services decide."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.names import MAX_LENGTH, clean_printed_name


class PrintedNameField(forms.CharField):
    """A name as it will be printed."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(
            label=_("Name to print on your certificate"),
            max_length=MAX_LENGTH,
            widget=forms.TextInput(attrs={"autocomplete": "name", "data-preview-of": "printed-name"}),
            **kwargs,  # type: ignore[arg-type]
        )

    def clean(self, value: object) -> str:
        text = str(super().clean(value) or "")
        return clean_printed_name(text) if text else ""


class PreviewForm(forms.Form):
    """A form with a name of which the page shows how it will be printed."""

    @property
    def preview(self) -> str:
        """The name as it would be printed; "" while there is none that can be."""
        if self.is_bound:
            return str(self.cleaned_data.get("printed_name", "")) if self.is_valid() else ""
        return str(self.initial.get("printed_name", ""))


class EnrolForm(PreviewForm):
    """Joining a course: the name can wait until a certificate is wanted."""

    printed_name = PrintedNameField(
        required=False, help_text=_("As an employer should read it. You can leave it empty now and give it when you finish.")
    )


class NameForm(PreviewForm):
    """Giving the name with which the certificate is printed."""

    printed_name = PrintedNameField(help_text=_("As an employer should read it. It is printed exactly like this."))
