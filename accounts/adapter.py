"""What Puente changes in allauth where a setting is not enough (allauth calls this an account adapter)."""

from __future__ import annotations

from math import ceil
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import known_browsers, rate_limits
from accounts.allauth_internals import note_address_code
from accounts.languages import remember_language
from accounts.models import User
from accounts.next_page import with_next
from accounts.safe_redirects import local_address
from accounts.sessions import hold_hash
from foundation import mail

# Where a visitor's address of the network is unknown (a socket without a proxy header): limits then count all together.
UNKNOWN_IP = "0.0.0.0"  # noqa: S104


class AccountAdapter(DefaultAccountAdapter):
    """Keeps people on this site and in their language, and says in words when an e-mail could not be sent."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "This e-mail address and this password don’t go together. Check both, or sign in with a code instead."
        ),
        "incorrect_password": _("This password is not right."),
        "enter_current_password": _("This is not your present password."),
        "duplicate_email": _("This is already the address of your account."),
        "email_taken": _("Another account uses this address. Sign out and sign in with it instead."),
    }

    def is_safe_url(self, url: str) -> bool:
        """Only this site's own paths. Allauth also allows other hosts, and raises on some malformed addresses."""
        return bool(local_address(url or ""))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("wagtail_serve", args=[""])

    def get_login_stages(self) -> list[str]:
        return ["accounts.allauth_internals.MadeForStage", *super().get_login_stages()]

    def respond_email_verification_sent(self, request: HttpRequest, user: User | None) -> HttpResponse:
        note_address_code(request, user)
        return HttpResponseRedirect(with_next(request, reverse("account_email_verification_sent")))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.language:
            remember_language(response, user.language)
        known_browsers.make_known(request, response, user)
        return response

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return whose password this is, closed accounts included. One statement and one hash, whether there is an account or not.

        Raises:
            ValidationError: there were too many tries; the password is not tried.
        """
        email, password = str(credentials.get("email", "")).lower(), str(credentials.get("password", ""))
        answer = rate_limits.ask_to_try(request, email)
        if answer.refusal:
            raise ValidationError(answer.refusal, code="rate_limited")
        user = User.objects.filter(email=email).first()
        if user is None:
            make_password(password)  # as long as a wrong one takes
            return None
        if not user.check_password(password):
            return None
        answer.take_back()
        return user

    def reauthenticate(self, user: User, password: str) -> bool:
        """Whether this is the password of somebody who is signed in. Counted apart: no stranger uses these tries up.

        Raises:
            ValidationError: there were too many.
        """
        answer = rate_limits.ask_to_show_identity(self.request, user)
        if answer.refusal:
            raise ValidationError(answer.refusal, code="rate_limited")
        hash_before = user.password
        is_right = user.check_password(password)
        if is_right:
            answer.take_back()
        if user.password != hash_before:  # made anew, in today's way: the session stands for that hash now
            hold_hash(self.request, user)
        return is_right

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing. Our pages tell what happened; a message would wait for the next private page, and be stale there."""

    def get_client_ip(self, request: HttpRequest) -> str:
        try:
            return str(super().get_client_ip(request))
        except PermissionDenied:  # allauth can't tell
            return UNKNOWN_IP

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of allauth's messages.

        Raises:
            ImmediateHttpResponse: it could not be sent; the answer says so. The same for known and unknown addresses.
        """
        if template_prefix == "account/email/unknown_account" and getattr(self.request, "is_closed_account", False):
            template_prefix = "account/email/account_inactive"
        plain = {name: value for name, value in context.items() if name not in {"request", "signup_url", "password_reset_url"}}
        if "code" in plain:
            # At least one: a code that has less than a minute left is not worth a "0".
            plain["minutes"] = max(1, ceil(getattr(self.request, "code_seconds_left", settings.CODE_SECONDS) / 60))
            plain["browser_path"] = self._browser_path(plain.get("user"))
        try:
            mail.send(template_prefix, email, plain)
        except mail.MailNotSent as failure:
            page = render(self.request, "account/mail_failed.html", {"email": email}, status=503)
            raise ImmediateHttpResponse(page) from failure

    def _browser_path(self, user: Any) -> str:
        """Return the link of a message with a code; none in one to an address that somebody who is signed in only wishes to have."""
        owner = getattr(self.request, "code_owner", None) or (None if self.request.user.is_authenticated else user)
        return known_browsers.link_path(owner) if isinstance(owner, User) else ""

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell someone what was changed. The change is made already: a message that can't be sent doesn't undo it."""
        try:
            super().send_notification_mail(template_prefix, user, context=context, email=email)
        except ImmediateHttpResponse:
            return
