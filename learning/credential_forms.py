"""Forms about certificates: a visitor types a code, and an administrator tries a held PDF again."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.names import MAX_LENGTH, clean_printed_name
from learning.models import CODE_ALPHABET, CODE_LENGTH, CredentialHold
from learning.services.make_pdf import CredentialNameless
from learning.services.retry_hold import retry_hold, still_missing

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


class HoldForm(forms.ModelForm):  # type: ignore[type-arg]
    """The name to print, to be tried again."""

    printed_name = forms.CharField(
        label=_("Name to print"),
        max_length=MAX_LENGTH,
        help_text=_("Leave it as it is if fonts were added. Change it only to what the learner asked for."),
    )

    class Meta:
        model = CredentialHold
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holder = getattr(self.instance.credential, "holder", None)
        self.fields["printed_name"].initial = holder.printed_name if holder else ""

    def clean_printed_name(self) -> str:
        """Refuse a name that still can't be printed, and say why."""
        name = clean_printed_name(self.cleaned_data["printed_name"])
        try:
            missing = still_missing(self.instance.credential, name)
        except CredentialNameless as error:
            raise ValidationError(str(error), code="erased") from error
        if missing:
            raise ValidationError(
                gettext("No font has these characters: %(characters)s. The certificate stays on hold."),
                params={"characters": " ".join(missing)},
                code="missing",
            )
        return name

    def save(self, commit: bool = True) -> CredentialHold:
        """Try again."""
        retry_hold(hold_id=self.instance.pk, printed_name=self.cleaned_data["printed_name"])
        hold: CredentialHold = self.instance
        hold.refresh_from_db()
        return hold
