"""The page that asks for the code from an e-mail."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import allauth_internals, codes, rate_limits
from accounts.changes import Change
from accounts.codes import CodeRefusal, Pending, Purpose
from accounts.errors import AccountChanged, AccountHeld, AddressTaken
from accounts.forms import CodeForm
from accounts.models import User
from accounts.models.security import CONTESTABLE
from accounts.next_page import next_page, with_next
from accounts.pending_acts import Outdated, is_still_true
from accounts.rate_limits import Answer
from accounts.second_factor import has_shown_one_older_than
from accounts.services.change_address import change_address
from accounts.sessions import stay_signed_in
from accounts.views.base import DoorView, onward, person
from accounts.views.errors import changed_page, code_gone, held_page

NO_MORE_FROM_HERE = gettext_lazy("From this page no further code is sent. The last one works until its time is over; then begin again.")


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
        answer = self.ask_to_try()
        if answer.refusal:
            form.add_error("code", ValidationError(answer.refusal, code="rate_limited"))
            return self.refuse(form)
        if not self.pending.is_right(form.cleaned_data["code"]):
            return self.wrong(form)
        answer.take_back()
        try:
            with self.pending.holding():
                return self.taken(form) if self.pending.belongs_to_another() else self.complete()
        except Outdated:
            return self.outdated()
        except AddressTaken:  # a moment ago
            return self.taken(form)
        except AccountHeld as refused:
            return held_page(self.request, refused)
        except AccountChanged as refused:
            return changed_page(self.request, refused)

    def ask_to_try(self) -> Answer:
        """Count a try: of whoever is signed in apart from those at the door."""
        if self.request.user.is_authenticated:
            return rate_limits.ask_to_show_identity(self.request, person(self.request))
        return rate_limits.ask_to_try(self.request, self.pending.email)

    def ask_for_code(self) -> Answer:
        """Count a code that is asked for again. One to a new address counts as every one to that address does."""
        if self.pending.purpose is Purpose.IDENTITY:
            return rate_limits.ask_for_identity_code(self.request, person(self.request))
        return rate_limits.ask_for_code(self.request, self.pending.email)

    def taken(self, form: CodeForm) -> HttpResponse:
        """Say to whoever reads the mailbox that another account has its address."""
        form.add_error("code", get_adapter().validation_error("email_taken"))
        return self.refuse(form)

    def outdated(self) -> HttpResponse:
        """Answer a right code whose account has changed since: it does nothing, and is forgotten."""
        if isinstance(self.request.user, User) and not is_still_true(
            self.request.user.standing, User.objects.filter(pk=self.request.user.pk).first()
        ):
            return changed_page(self.request, AccountChanged())
        user = self.pending.user
        if user is not None and not user.is_active:
            self.pending.process.abort()
            return HttpResponseRedirect(reverse("account_inactive"))
        return self.give_up(self.pending, CodeRefusal.OUTDATED)

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
        refusal = self.ask_for_code().refusal if self.pending.sends_left else NO_MORE_FROM_HERE
        if refusal:
            context = self.get_context_data(form=form, notice=refusal, notice_kind="warning")
            return self.render_to_response(context, status=HTTPStatus.TOO_MANY_REQUESTS)
        self.pending.send_again()
        return HttpResponseRedirect(with_next(self.request, self.request.path, sent="1"))

    def complete(self) -> HttpResponse:
        """Do what the right code is for."""
        pending, request = self.pending, self.request
        if pending.purpose is Purpose.SIGN_IN:
            pending.vouch_for_address()
            return allauth_internals.accept_sign_in_code(pending.process, next_page(request))
        if pending.purpose is Purpose.NEW_EMAIL:
            return self.new_address()
        address = allauth_internals.accept_address_code(pending.process)
        if address is None or pending.stage is None:
            return HttpResponseRedirect(with_next(request, self.start_url()))
        # Allauth notes it for sign-ins only: without it, who has just signed up would be asked again who they are.
        allauth_internals.record_authentication(request, address.user, "code", email=address.email)
        return allauth_internals.pass_stage(pending.stage)

    def new_address(self) -> HttpResponse:
        """Give the account its new address; this session goes on, every other has ended."""
        user, email = person(self.request), self.pending.email
        # A factor must be older than the time to contest: whoever has got into an account can give it one.
        had_factor = has_shown_one_older_than(self.request, CONTESTABLE)
        change_address(user=user, email=email, had_factor=had_factor, now=timezone.now())
        self.pending.process.abort()
        stay_signed_in(self.request, user, Change.ADDRESS)
        messages.success(self.request, _("Your e-mail address is now %(email)s.") % {"email": email})
        return HttpResponseRedirect(next_page(self.request) or reverse("account_home"))

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
        """Say why a code can't be tried any more."""
        return code_gone(self.request, why, email, self.start_url())

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
