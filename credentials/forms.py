"""Forms about certificates: typing a code, and giving the name to print."""

from __future__ import annotations

import re
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.printed_name_field import PreviewForm, PrintedNameField
from credentials.models import CODE_ALPHABET, CODE_LENGTH

_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_NOT_IN_A_CODE = re.compile(r"[\W_]+")


class VerifyForm(forms.Form):
    """The code of a certificate as people type it, or its address as they paste it."""

    code = forms.CharField(
        label=_("Code of the certificate"),
        help_text=_("12 letters and numbers, below the QR code. Capitals, spaces and hyphens make no difference."),
        error_messages={"required": _("Type the code that is printed on the certificate.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "maxlength": "200"}),
    )

    def clean_code(self) -> UUID | str:
        """Return the id of a pasted address, or a code as it is stored."""
        raw: str = self.cleaned_data["code"]
        if pasted := _ID.search(raw):
            return UUID(pasted[0])
        code = _NOT_IN_A_CODE.sub("", raw).upper()
        if strange := "".join(character for character in dict.fromkeys(code) if character not in CODE_ALPHABET):
            raise ValidationError(
                gettext(
                    "A code never contains %(characters)s. The zero, the one and the letters O, I, L, U and V are left out: look again."
                ),
                params={"characters": ", ".join(strange[:6])},
                code="strange",
            )
        if len(code) != CODE_LENGTH:
            raise ValidationError(
                gettext("A code has %(wanted)d letters and numbers; this has %(found)d. Check that none is missing or doubled."),
                params={"wanted": CODE_LENGTH, "found": len(code)},
                code="length",
            )
        return code


class NameForm(PreviewForm):
    """Giving the name with which the certificate is printed."""

    printed_name = PrintedNameField(help_text=_("As an employer should read it. It is printed exactly like this."))
