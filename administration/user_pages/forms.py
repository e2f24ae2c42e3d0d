"""The forms with which staff make an account and change one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.users.forms import UserCreationForm, UserEditForm

from accounts.forms import email_field
from accounts.models import User
from accounts.services.change_address import change_address

TAKEN = _("Another account has this address.")


class NamesOptional:
    """Asks nobody for names: learners have none here but the one that they want printed, and staff would have to make them up."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_name", "last_name"):
            self.fields[name].required = False


class NewUserForm(NamesOptional, UserCreationForm):
    """Wagtail's, with an address as all forms here take it."""

    error_messages = UserCreationForm.error_messages | {"duplicate_username": TAKEN}
    email = email_field()


class ChangedUserForm(NamesOptional, UserEditForm):
    """Changes the account that staff saw when they opened the form, and no other.

    An address that is changed here is told to the former mailbox, which may contest it; the new one is confirmed by the code of the
    next sign-in.
    """

    error_messages = UserEditForm.error_messages | {"duplicate_username": TAKEN}
    email = email_field(
        help_text=_(
            "With another address, the person is signed out everywhere. The former address hears of it, and can contest it for 72 hours."
        )
    )
    standing = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.former = self.instance.email
        self.standing = self.instance.standing
        self.initial["standing"] = self.standing

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        return email

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] | None = super().clean()
        if self.cleaned_data.get("standing") != self.standing:
            raise ValidationError(
                _("This account was changed since you opened this page. Nothing was saved. Open the page again to see how it is now."),
                code="changed",
            )
        return cleaned

    def save(self, commit: bool = True) -> User:
        """Save it.

        Raises:
            AddressTaken, AccountChanged, AccountHeld: see there; nothing was changed.
        """
        email = self.cleaned_data["email"]
        if email != self.former:
            change_address(
                user=User.objects.get(pk=self.instance.pk), email=email, had_factor=False, is_confirmed=False, now=timezone.now()
            )
            self.instance.refresh_from_db(fields=["email"])
        saved: User = super().save(commit)
        return saved
