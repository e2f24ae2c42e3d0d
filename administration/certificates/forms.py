"""The forms in which staff issue, revoke or replace a certificate. They check what was typed; the services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import ReasonMissing
from accounts.names import MAX_LENGTH, clean_printed_name
from accounts.services.record_audit import REASON_MAX, REASON_MIN, clean_reason
from credentials.models import Credential, CredentialHold
from credentials.services.make_pdf import CredentialNameless
from credentials.services.replace_credential import check_new_name
from credentials.services.retry_hold import retry_hold, still_missing
from foundation.errors import Refused


class ActForm(forms.Form):
    """Any act: why, for the audit trail."""

    reason = forms.CharField(
        label=_("Reason, for the audit trail"),
        help_text=_(
            "10 to 500 characters. Only staff read it, and the holder if they ask for their data. It is kept for ever with your name: "
            "say what happened without naming the holder, and nothing about anybody’s health, family or papers."
        ),
        min_length=REASON_MIN,
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self) -> str:
        """Return the reason as it is kept; spaces alone don't make it long enough."""
        try:
            return clean_reason(self.cleaned_data["reason"])
        except ReasonMissing as error:
            raise forms.ValidationError(str(error), code=error.code) from error


class IssueForm(ActForm):
    """Issuing by hand; where the course is not finished, only with the box ticked."""

    override = forms.BooleanField(
        label=_("Issue it although the course is not finished"),
        help_text=_("The audit trail says so. The certificate bears no grade."),
        error_messages={"required": _("The course is not finished. Tick the box if you want to issue the certificate all the same.")},
    )

    def __init__(self, *args: Any, needs_override: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_override:
            del self.fields["override"]


class RevokeForm(ActForm):
    """Revoking: what the public page says, and why in fact."""

    public_reason = forms.ChoiceField(
        label=_("What the public page says"),
        help_text=_("Anyone who checks the certificate reads this, and the holder gets it by e-mail."),
        choices=Credential.PublicReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the public page says.")},
    )
    field_order = ["public_reason", "reason"]


class ReplaceForm(ActForm):
    """Replacing: the corrected name."""

    printed_name = forms.CharField(
        label=_("Corrected name"),
        max_length=MAX_LENGTH,
        help_text=_("As the holder wants it printed. Everything else on the certificate stays as it is."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ["printed_name", "reason"]

    def __init__(self, *args: Any, credential: Credential, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.credential = credential

    def clean_printed_name(self) -> str:
        """Refuse a name that can't be printed or is the one printed already, and say why."""
        name = clean_printed_name(self.cleaned_data["printed_name"])
        try:
            check_new_name(self.credential, name)
        except Refused as error:
            raise forms.ValidationError(str(error), code=error.code) from error
        return name


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
