"""The forms in which a person takes a step of the review."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

CHANGED = _("The text has changed since you opened it. Nothing was approved or published: look at it again.")


class StepForm(forms.Form):
    """A step, with a remark if one likes. `seen` is the digest of the text that its taker looked at."""

    seen = forms.CharField(widget=forms.HiddenInput, error_messages={"required": CHANGED})
    comment = forms.CharField(label=_("Remark"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}))


class SendBackForm(StepForm):
    """Sending back: without a remark the author would not know what for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].required = True
        self.fields["comment"].help_text = _("What should change? The author gets this by e-mail.")
        self.fields["comment"].error_messages["required"] = _("Say what should change.")


class ScheduleForm(StepForm):
    """Publishing on a date."""

    publish_at = forms.DateTimeField(
        label=_("Publish on"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )

    field_order = ["publish_at", "comment"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = timezone.localtime()
        self.fields["publish_at"].help_text = gettext(
            "Time zone: %(zone)s, where it is now %(time)s. You can change it in your account."
        ) % {
            "zone": timezone.get_current_timezone_name(),
            "time": now.strftime("%H:%M"),
        }

    def clean_publish_at(self) -> datetime:
        """Refuse a moment that is not in the future."""
        publish_at: datetime = self.cleaned_data["publish_at"]
        if publish_at <= timezone.now():
            raise ValidationError(_("This date has passed. Choose one to come, or publish now."))
        return publish_at
