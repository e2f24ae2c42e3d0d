"""Passwords, which are optional: set one, change it, and replace a forgotten one with a code."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from accounts import codes
from accounts.allauth_internals import finish_password_reset, is_accepted, send_password_code
from accounts.changes import Change
from accounts.errors import AccountHeld
from accounts.forms import ChangedPasswordForm, ChosenPasswordForm, EmailForm
from accounts.next_page import next_page, with_next
from accounts.pending_acts import Outdated
from accounts.reauthentication import recent_sign_in_required
from accounts.services.set_password import set_password
from accounts.sessions import stay_signed_in
from accounts.views.base import AskForAddressView, DoorView, person
from accounts.views.errors import code_gone, held_page, unless_held


class ResetPasswordView(AskForAddressView):
    """Sends a code to set a new password with; to an address without an account, a message that says so."""

    template_name = "account/password_reset.html"
    limit = "login"

    def form_valid(self, form: EmailForm) -> HttpResponse:
        send_password_code(self.request, form.user, form.cleaned_data["email"])
        return HttpResponseRedirect(with_next(self.request, reverse("account_confirm_password_reset_code")))


class CompleteResetView(DoorView):
    """Asks for the new password, once the code was right, and signs in with it."""

    template_name = "account/password_reset_from_key.html"
    form_class = ChosenPasswordForm
    limit = "login"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        pending = codes.pending_reset(request)
        if pending is None or pending.user is None or pending.has_expired or not is_accepted(pending.process):
            return HttpResponseRedirect(with_next(request, reverse("account_reset_password")))
        if pending.is_outdated:
            return self.outdated(pending)
        self.pending, self.user = pending, pending.user
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"email": self.pending.email, **kwargs})

    def outdated(self, pending: codes.Pending) -> HttpResponse:
        """Answer somebody whose account has changed since the code was sent: with it nothing is set."""
        pending.process.abort()
        return code_gone(self.request, codes.CodeRefusal.OUTDATED, pending.email, reverse("account_reset_password"))

    def form_valid(self, form: ChosenPasswordForm) -> HttpResponse:
        try:
            with self.pending.holding():
                set_password(user=self.user, password=form.cleaned_data["password"], is_told=True)  # by allauth, below
                answer = finish_password_reset(self.pending.process)
        except Outdated:
            return self.outdated(self.pending)
        except AccountHeld as refused:
            return held_page(self.request, refused)
        if next_page(self.request) and self.request.user.is_authenticated:
            return HttpResponseRedirect(next_page(self.request))
        if answer and answer.headers.get("Location") == reverse("mfa_authenticate"):
            return HttpResponseRedirect(with_next(self.request, reverse("mfa_authenticate")))
        return answer or HttpResponseRedirect(with_next(self.request, reverse("account_login")))


class PasswordView(DoorView):
    """What setting and changing a password share: other sessions end, this one stays, and the owner is told by e-mail."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": person(self.request)}

    def form_valid(self, form: ChosenPasswordForm) -> HttpResponse:
        user = person(self.request)
        set_password(user=user, password=form.cleaned_data["password"])
        stay_signed_in(self.request, user, Change.PASSWORD)
        messages.success(self.request, _("Your new password is set. Every other device was signed out."))
        return HttpResponseRedirect(reverse("account_home"))


@method_decorator(recent_sign_in_required, name="dispatch")
@method_decorator(unless_held, name="dispatch")
class SetPasswordView(PasswordView):
    """Sets a first password. Asks first who one is: whoever found an open session would own the account with it."""

    template_name = "account/password_set.html"
    form_class = ChosenPasswordForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if person(request).has_usable_password():
            return HttpResponseRedirect(reverse("account_change_password"))
        return super().dispatch(request, *args, **kwargs)


@method_decorator(login_required, name="dispatch")
@method_decorator(unless_held, name="dispatch")
class ChangePasswordView(PasswordView):
    """Changes the password, against the present one."""

    template_name = "account/password_change.html"
    form_class = ChangedPasswordForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not person(request).has_usable_password():
            return HttpResponseRedirect(reverse("account_set_password"))
        return super().dispatch(request, *args, **kwargs)
