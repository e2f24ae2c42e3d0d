"""The page that asks for the code from an e-mail."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import allauth_internals, codes, rate_limits
from accounts.codes import CodeRefusal, Pending, Purpose
from accounts.forms import ENOUGH_CODES, CodeForm
from accounts.next_page import next_page, with_next
from accounts.views.base import DoorView, onward


class CodeView(DoorView):
    """Takes the code of a sign-in, a sign-up or a new address. `find` says which one this browser is waiting for."""

    template_name = "account/code.html"
    form_class = CodeForm
    limit = "verify_code"
    find: Callable[[HttpRequest], Pending | None] = staticmethod(codes.pending_at_the_door)
    # Where a new code is asked for, when this one can't be tried any more. Empty: where the visitor came from.
    start = ""
    pending: Pending

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        pending = type(self).find(request)
        if pending is None:
            return self.nothing_pending()
        if pending.has_expired:
            return self.give_up(pending, CodeRefusal.EXPIRED)
        self.pending = pending
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("action") == "resend":
            return self.send_again()
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        if not self.pending.is_right(form.cleaned_data["code"]):
            return self.wrong(form)
        if self.pending.belongs_to_another():
            form.add_error("code", get_adapter().validation_error("email_taken"))
            return self.refuse(form)
        return self.complete()

    def wrong(self, form: CodeForm) -> HttpResponse:
        """Count the try; say how many are left, or that this code is spent."""
        if not self.pending.process.record_invalid_attempt():
            return self.give_up(self.pending, CodeRefusal.TOO_MANY)
        left = self.pending.tries_left
        form.add_error(
            "code",
            ngettext(
                "This code is not right. You can try %(left)d more time.", "This code is not right. You can try %(left)d more times.", left
            )
            % {"left": left},
        )
        return self.refuse(form)

    def send_again(self) -> HttpResponse:
        """Send a new code to the same address, as often as that is allowed."""
        form = CodeForm(initial={"code": self.request.POST.get("code", "")[:40]})
        if not self.pending.sends_left or not rate_limits.may_send_code(self.request, self.pending.email):
            return self.render_to_response(
                self.get_context_data(form=form, notice=ENOUGH_CODES, notice_kind="warning"), status=HTTPStatus.TOO_MANY_REQUESTS
            )
        self.pending.send_again()
        return HttpResponseRedirect(with_next(self.request, self.request.path, sent="1"))

    def complete(self) -> HttpResponse:
        """Do what the right code is for."""
        pending, request = self.pending, self.request
        if pending.purpose is Purpose.SIGN_IN:
            pending.vouch_for_address()
            return allauth_internals.accept_sign_in_code(pending.process, next_page(request))
        address = allauth_internals.accept_address_code(pending.process)
        if pending.purpose is Purpose.SIGN_UP and pending.stage is not None:
            if address:
                # Allauth notes it for sign-ins only: without it, who has just signed up would be asked again who they are.
                allauth_internals.record_authentication(request, address.user, "code", email=address.email)
            return allauth_internals.pass_stage(pending.stage) if address else allauth_internals.abort_stage(pending.stage)
        if address:
            messages.success(request, _("Your e-mail address is now %(email)s.") % {"email": address.email})
        return HttpResponseRedirect(next_page(request) or reverse("account_home"))

    def nothing_pending(self) -> HttpResponse:
        """Answer a browser that waits for no code: it has been used, or its session has ended."""
        if self.request.user.is_authenticated:
            return onward(self.request)
        if self.request.method == "POST":
            return self.gone(CodeRefusal.USED, "")
        return HttpResponseRedirect(with_next(self.request, self.start_url()))

    def give_up(self, pending: Pending, why: CodeRefusal) -> HttpResponse:
        """Forget a code that can't be tried any more, and offer a new one."""
        pending.process.abort()
        return self.gone(why, pending.email)

    def gone(self, why: CodeRefusal, email: str) -> HttpResponse:
        """Say why a code can't be tried any more. What was typed before it, address and page to go to, is kept."""
        context = {"why": why.name, "email": email, "send_url": with_next(self.request, self.start_url()), "minutes": codes.minutes()}
        return render(self.request, "account/code_gone.html", context, status=HTTPStatus.GONE)

    def start_url(self) -> str:
        """Where a new code is asked for."""
        if self.start:
            return reverse(self.start)
        if self.request.user.is_authenticated:
            return reverse("account_email")
        started_at = self.request.session.get(codes.STARTED_AT)
        return reverse("account_signup" if started_at == "account_signup" else "account_login")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            "email": self.pending.email,
            "minutes": codes.minutes(),
            "sends_left": self.pending.sends_left,
            "start_url": with_next(self.request, self.start_url()),
        }
        if self.request.method == "GET" and self.request.GET.get("sent"):
            context |= {"notice": _("We have sent a new code. The one before it no longer works."), "notice_kind": "success"}
        return super().get_context_data(**{**context, **kwargs})


class ResetCodeView(CodeView):
    """Takes the code of a password reset."""

    find = staticmethod(codes.pending_reset)
    start = "account_reset_password"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        pending = codes.pending_reset(request)
        if pending is not None and allauth_internals.is_accepted(pending.process):
            return self.to_new_password()
        return super().dispatch(request, *args, **kwargs)

    def complete(self) -> HttpResponse:
        self.pending.vouch_for_address()
        allauth_internals.accept_password_code(self.pending.process)
        return self.to_new_password()

    def to_new_password(self) -> HttpResponse:
        """Go on to the page that asks for the password."""
        return HttpResponseRedirect(with_next(self.request, reverse("account_complete_password_reset")))


@method_decorator(login_required, name="dispatch")
class IdentityCodeView(CodeView):
    """Takes the code with which a signed-in person shows again who they are."""

    find = staticmethod(codes.pending_identity)
    start = "account_reauthenticate"

    def complete(self) -> HttpResponse:
        self.pending.process.finish()
        return HttpResponseRedirect(next_page(self.request) or reverse("account_home"))

    def nothing_pending(self) -> HttpResponse:
        return HttpResponseRedirect(with_next(self.request, self.start_url()))
