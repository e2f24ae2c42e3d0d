"""The forms of the second factor: a code from an app or from the list of recovery codes, and a passkey."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts import allauth_internals, try_counts
from accounts.models import User
from accounts.passkeys import PasskeyRefused, checked_new, checked_shown
from accounts.rate_limits import FactorTries, factor_tries
from accounts.second_factor import FACTORS

MAX_NAME = 60
# How long a code of an app is taken: its own half minute, and the one before and after, for clocks that differ.
CODE_LASTS = timedelta(seconds=settings.MFA_TOTP_PERIOD * (2 * settings.MFA_TOTP_TOLERANCE + 1))

WRONG_CODE = _("This code is not right. Your app shows a new one every half minute: type the one you see now.")
WRONG_PASSKEY = _("This passkey could not be checked. Try again, or use a code instead.")


def code_field(**kwargs: Any) -> forms.CharField:
    """Return the field for a code of an app."""
    options: dict[str, Any] = {
        "label": _("Code"),
        "max_length": 40,
        "widget": forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false", "class": "code-input"}
        ),
        "error_messages": {"required": _("Write the code."), "max_length": _("The code is shorter than that.")},
    }
    return forms.CharField(**{**options, **kwargs})


class FactorForm(forms.Form):
    """What all of them share: whose factor it is, and how often it may be tried."""

    def __init__(self, *args: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        self.request, self.user = request, user
        super().__init__(*args, **kwargs)

    @cached_property
    def _tries(self) -> FactorTries:
        return factor_tries(self.request, self.user)

    def count_try(self) -> None:
        """Count a try, before anything is looked up.

        Raises:
            ValidationError: there were too many for this account or browser, or from this network.
        """
        if not self._tries.count(self.request):
            raise ValidationError(str(self._tries.refusal), code="rate_limited")

    def forget_tries(self) -> None:
        """Begin to count anew, after a right one."""
        self._tries.forget(self.request)

    def use_up(self, code: str) -> None:
        """Let a right code of an app serve once: it stays valid for a while, and somebody may have read it over a shoulder.

        Raises:
            ValidationError: it has been used already.
        """
        if not try_counts.count("app_code", f"{self.user.pk} {code}", most=1, lasts=CODE_LASTS):
            raise ValidationError(_("This code was used a moment ago. Wait until your app shows the next one."), code="used")


def digits(code: str) -> str:
    """Return a code as it is compared: without spaces and hyphens."""
    return "".join(character for character in code if character.isascii() and character.isalnum())


class NewAppForm(FactorForm):
    """Shows with a first code that the app has the secret."""

    code = code_field(label=_("Code from the app"), help_text=_("Six digits. The app shows new ones every half minute."))

    def __init__(self, *args: Any, secret: str, **kwargs: Any) -> None:
        self.secret = secret
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        self.count_try()
        code = digits(self.cleaned_data["code"])
        if not allauth_internals.is_app_code(self.secret, code):
            raise ValidationError(WRONG_CODE, code="incorrect_code")
        self.use_up(code)
        self.forget_tries()
        return code


class ShownCodeForm(FactorForm):
    """Takes a code of the person's app, or one of their recovery codes. `factor` is what it belongs to."""

    code = code_field(help_text=_("From your app, or one of your recovery codes."))
    factor: Authenticator

    def clean_code(self) -> str:
        self.count_try()
        code = digits(self.cleaned_data["code"])
        for factor in Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN):
            if allauth_internals.uses_code(factor, code):
                if factor.type in FACTORS:
                    self.use_up(code)
                self.factor = factor
                self.forget_tries()
                return code
        raise ValidationError(WRONG_CODE, code="incorrect_code")


class NewPasskeyForm(FactorForm):
    """Takes a new passkey from the browser. `passkey` is what is stored of it."""

    name = forms.CharField(label=_("Name"), max_length=MAX_NAME, help_text=_("So that you know it again among others."))
    credential = forms.CharField(widget=forms.HiddenInput, error_messages={"required": WRONG_PASSKEY})
    passkey: dict[str, Any]

    def clean_credential(self) -> str:
        self.count_try()
        try:
            self.passkey = checked_new(self.cleaned_data["credential"])
        except PasskeyRefused as refused:
            raise ValidationError(WRONG_PASSKEY, code="incorrect_passkey") from refused
        self.forget_tries()
        return ""


class ShownPasskeyForm(FactorForm):
    """Takes a passkey that the browser shows. `factor` is the one it was."""

    credential = forms.CharField(widget=forms.HiddenInput, error_messages={"required": WRONG_PASSKEY})
    factor: Authenticator

    def clean_credential(self) -> str:
        self.count_try()
        try:
            self.factor = checked_shown(self.user, self.cleaned_data["credential"])
        except PasskeyRefused as refused:
            raise ValidationError(WRONG_PASSKEY, code="incorrect_passkey") from refused
        self.forget_tries()
        return ""
