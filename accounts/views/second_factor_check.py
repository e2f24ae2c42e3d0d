"""Ask for the second factor: at sign-in, and again when a session has not shown it, or not for some hours."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator

from accounts import notify, recovery_codes
from accounts.allauth_internals import LoginStage, Stage, abort_stage, pass_stage, stage_made_for, stage_under_way, stage_user
from accounts.codes import CodeRefusal
from accounts.factor_forms import ShownCodeForm, ShownPasskeyForm
from accounts.models import User
from accounts.next_page import next_page, with_next
from accounts.passkeys import request_options
from accounts.pending_acts import Outdated, holding, is_still_true
from accounts.second_factor import factors_of, has_second_factor, remember_shown
from accounts.views.base import DoorView, onward, person
from accounts.views.errors import code_gone


class ShowFactorView(DoorView):
    """Takes a code, or a passkey from the browser. Subclasses say whose it is and what follows."""

    template_name = "accounts/second_factor_check.html"
    form_class = ShownCodeForm
    limit = "verify_code"
    user: User

    def get_form_class(self) -> type[Any]:
        return ShownPasskeyForm if "credential" in self.request.POST else ShownCodeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request, "user": self.user}

    def form_valid(self, form: ShownCodeForm | ShownPasskeyForm) -> HttpResponse:
        factor = form.factor
        remember_shown(self.request, self.user, factor)
        if factor.type == Authenticator.Type.RECOVERY_CODES:
            left = len(recovery_codes.unused(self.user))
            notify.tell_on_commit("account/email/recovery_code_used", self.user, {"left": left})
        return self.shown()

    def shown(self) -> HttpResponse:
        """Go on."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kinds = {factor.type for factor in factors_of(self.user)}
        has_passkey = Authenticator.Type.WEBAUTHN in kinds
        context = super().get_context_data(
            **{
                "email": self.user.email,
                "has_app": Authenticator.Type.TOTP in kinds,
                "options": request_options(self.user) if has_passkey else "",
                "help_url": reverse("wagtail_serve", args=["help/"]),
                **kwargs,
            }
        )
        # The page has both forms; the one that was not sent is empty.
        sent = context["form"]
        context["code_form"] = sent if isinstance(sent, ShownCodeForm) else ShownCodeForm(request=self.request, user=self.user)
        return context


class SignInFactorView(ShowFactorView):
    """The last step of a sign-in, for those who have a second factor."""

    stage: LoginStage

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return onward(request)
        stage = stage_under_way(request, Stage.SECOND_FACTOR)
        user = stage_user(stage) if stage else None
        if stage is None or user is None or not has_second_factor(user):
            return HttpResponseRedirect(with_next(request, reverse("account_login")))
        if not is_still_true(stage_made_for(stage), user):
            return self.outdated(stage, user)
        self.stage, self.user = stage, user
        return super().dispatch(request, *args, **kwargs)

    def outdated(self, stage: LoginStage, user: User) -> HttpResponse:
        """Answer somebody whose account has changed since their first step: they begin again."""
        abort_stage(stage)
        if not user.is_active:
            return HttpResponseRedirect(reverse("account_inactive"))
        return code_gone(self.request, CodeRefusal.OUTDATED, "", reverse("account_login"))

    def form_valid(self, form: ShownCodeForm | ShownPasskeyForm) -> HttpResponse:
        try:
            with holding(self.user, stage_made_for(self.stage)):
                return super().form_valid(form)
        except Outdated:
            return self.outdated(self.stage, self.user)

    def shown(self) -> HttpResponse:
        return pass_stage(self.stage, next_page(self.request))


@method_decorator(login_required, name="dispatch")
class ConfirmFactorView(ShowFactorView):
    """For a session that has not shown it, or not for a while."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.user = person(request)
        if not has_second_factor(self.user):
            return HttpResponseRedirect(with_next(request, reverse("mfa_index")))
        return super().dispatch(request, *args, **kwargs)

    def shown(self) -> HttpResponse:
        return HttpResponseRedirect(next_page(self.request) or reverse("mfa_index"))
