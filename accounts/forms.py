"""The forms of sign-in and of the account page. They check what was typed; services and allauth write."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts import rate_limits
from accounts.addresses import validate_letters
from accounts.models import User
from accounts.names import MAX_LENGTH, clean_printed_name

MAX_EMAIL_LENGTH = 254  # RFC 5321; also what the column holds
MAX_PASSWORD_LENGTH = 500


def email_field(**kwargs: Any) -> forms.EmailField:
    """Return the field for an e-mail address, as all forms here have it."""
    options: dict[str, Any] = {
        "label": _("E-mail address"),
        "max_length": MAX_EMAIL_LENGTH,
        "validators": [validate_letters],
        "widget": forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        "error_messages": {
            "required": _("Write your e-mail address."),
            "invalid": _("Write an e-mail address like name@example.org."),
        },
    }
    return forms.EmailField(**{**options, **kwargs})


def password_field(autocomplete: str, **kwargs: Any) -> forms.CharField:
    """Return a field for a password. What was typed is never written back into the page."""
    options: dict[str, Any] = {
        "label": _("Password"),
        "strip": False,
        "max_length": MAX_PASSWORD_LENGTH,
        "widget": forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        "error_messages": {"required": _("Write your password.")},
    }
    return forms.CharField(**{**options, **kwargs})


class EmailForm(forms.Form):
    """Asks where to send a code, and holds back when too many were sent there."""

    email = email_field()

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if refusal := rate_limits.ask_for_code(self.request, email).refusal:
            raise ValidationError(refusal, code="rate_limited")
        return email

    @cached_property
    def account(self) -> User | None:
        """The account of the address, if there is one, open or closed. One statement, whether there is or not."""
        found = User.objects.filter(email=self.cleaned_data["email"]).first()
        # The message says so, and `AccountAdapter.send_mail` need not look once more.
        self.request.is_closed_account = found is not None and not found.is_active  # type: ignore[attr-defined] # a note for this request
        return found

    def look_again(self) -> None:
        """Let `account` be looked up once more: it was made a moment ago."""
        self.__dict__.pop("account", None)

    @property
    def user(self) -> User | None:
        """The account of the address if it may be entered."""
        return self.account if self.account is not None and self.account.is_active else None


class NewEmailForm(EmailForm):
    """Asks a signed-in person for another address. Whether someone else has it is not said here."""

    email = email_field(label=_("New e-mail address"))

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if email == self.request.user.email:  # type: ignore[union-attr]
            raise get_adapter().validation_error("duplicate_email")
        return super().clean_email()


class PasswordSignInForm(forms.Form):
    """Signs in with a password, for those who have set one."""

    email = email_field(widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}))
    password = password_field("current-password")
    user: User

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        email = self.cleaned_data["email"].lower()
        adapter = get_adapter(self.request)
        user = adapter.authenticate(self.request, email=email, password=self.cleaned_data["password"])
        if user is None:
            raise adapter.validation_error("email_password_mismatch")
        self.user = user
        return cleaned


class CodeForm(forms.Form):
    """Takes a code as it was typed; the view tries it."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false", "class": "code-input"}
        ),
        error_messages={"required": _("Write the code from the e-mail."), "max_length": _("The code has eight digits.")},
    )


class ChosenPasswordForm(forms.Form):
    """Asks for a new password, once: a slip is mended with a code."""

    password = password_field(
        "new-password",
        label=_("New password"),
        help_text=_("At least 12 characters. Four or five words that don’t belong together are easy to keep in mind."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(password, self.user)
        return password


class ChangedPasswordForm(ChosenPasswordForm):
    """Asks for the present password, too."""

    present = password_field("current-password", label=_("Present password"))
    field_order = ("present", "password")

    def clean_present(self) -> str:
        present = str(self.cleaned_data["present"])
        if not get_adapter().reauthenticate(self.user, present):
            raise get_adapter().validation_error("enter_current_password")
        return present


class IdentityPasswordForm(forms.Form):
    """Shows with the password who one is."""

    password = password_field("current-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if not get_adapter().reauthenticate(self.user, password):
            raise get_adapter().validation_error("incorrect_password")
        return password


class PreferencesForm(forms.ModelForm[User]):
    """What people choose about themselves: the name on certificates, who sees it, and the language."""

    printed_name = forms.CharField(
        label=_("Name on certificates"),
        required=False,
        # Longer than the rule allows, so that the rule can say what is wrong.
        max_length=MAX_LENGTH * 4,
        help_text=_("As it should be printed. You can leave it empty until you want a certificate."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    show_name = forms.BooleanField(
        label=_("Show my name on the public pages of new certificates"),
        required=False,
        help_text=_("Without this, whoever checks a certificate of yours sees the course and the date, and not your name."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("No preference")), *settings.LANGUAGES],
        help_text=_("For the pages of your account and the messages we send you."),
    )

    class Meta:
        model = User
        fields = ("printed_name", "show_name", "language")

    def clean_printed_name(self) -> str:
        raw = str(self.cleaned_data["printed_name"])
        return clean_printed_name(raw) if raw.strip() else ""


class DeleteAccountForm(forms.Form):
    """Asks for the account's own address, so that nobody deletes an account by a slip."""

    email = email_field(
        label=_("Type your e-mail address to confirm"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if email != self.user.email:
            raise ValidationError(_("This is not the address of your account. Nothing was deleted."), code="other_address")
        return email
