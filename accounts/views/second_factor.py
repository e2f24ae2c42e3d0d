"""The pages of the second factor: explain it, add one, remove one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import segno
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts import recovery_codes
from accounts.allauth_internals import new_app_secret
from accounts.changes import Change
from accounts.factor_forms import MAX_NAME, NewAppForm, NewPasskeyForm
from accounts.institutions import whose_factor_counts
from accounts.next_page import next_page, with_next
from accounts.passkeys import creation_options
from accounts.pending_acts import is_still_true
from accounts.second_factor import factors_of, has_second_factor, must_have_one, recent_proof_required, remember_shown
from accounts.services.add_second_factor import AlreadyThere, add_second_factor
from accounts.services.remove_second_factor import LastSecondFactor, remove_second_factor
from accounts.sessions import stay_signed_in
from accounts.user_agents import describe
from accounts.views.base import DoorView, person
from accounts.views.errors import unless_held

# The secret of an app that is being set up; it stays the same until the first right code, so that going back does no harm.
NEW_SECRET = "second_factor_new_secret"  # noqa: S105
# What it is made for (accounts.pending_acts.NEW_APP).
NEW_SECRET_FOR = "second_factor_new_secret_for"  # noqa: S105


def factor_summary(factor: Authenticator) -> dict[str, Any]:
    """Return what a page says of a factor."""
    is_app = factor.type == Authenticator.Type.TOTP
    name = _("Authenticator app") if is_app else factor.data.get("name") or _("Passkey")
    return {"pk": factor.pk, "is_app": is_app, "name": name, "since": factor.created_at, "used": factor.last_used_at}


@never_cache
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Say in plain words what a second factor is, which ones one has, and how to set one up."""
    user = person(request)
    factors = [factor_summary(factor) for factor in factors_of(user)]
    context = {
        "factors": factors,
        "has_app": any(factor["is_app"] for factor in factors),
        "must": must_have_one(user),
        "institutions": [] if factors else whose_factor_counts(user),
        "codes_left": len(recovery_codes.unused(user)),
        "next_page": next_page(request),
        "app_url": with_next(request, reverse("mfa_activate_totp")),
        "passkey_url": with_next(request, reverse("mfa_add_webauthn")),
        "codes_url": with_next(request, reverse("mfa_view_recovery_codes")),
    }
    return render(request, "accounts/second_factor.html", context)


class NewFactorView(DoorView):
    """What setting up an app and a passkey share: other devices are signed out."""

    limit = "verify_code"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request, "user": person(self.request)}

    def added(self, factor: Authenticator, *, is_first: bool) -> HttpResponse:
        """Count the new factor as shown in this session, and go on: to the recovery codes that came with the first."""
        user = person(self.request)
        stay_signed_in(self.request, user, Change.SECOND_FACTOR)
        remember_shown(self.request, user, factor)
        if not is_first:
            messages.success(self.request, _("It is set up: you can use it from now on."))
            return HttpResponseRedirect(next_page(self.request) or reverse("mfa_index"))
        recovery_codes.let_see(self.request)
        return HttpResponseRedirect(with_next(self.request, reverse("mfa_view_recovery_codes")))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"back_url": with_next(self.request, reverse("mfa_index")), **kwargs})


@method_decorator(recent_proof_required, name="dispatch")
@method_decorator(unless_held, name="dispatch")
class AppView(NewFactorView):
    """Shows the secret, as a picture to scan and as text to type, and takes the first code."""

    template_name = "accounts/second_factor_app.html"
    form_class = NewAppForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if any(factor.type == Authenticator.Type.TOTP for factor in factors_of(person(request))):
            return HttpResponseRedirect(with_next(request, reverse("mfa_index")))
        return super().dispatch(request, *args, **kwargs)

    @property
    def secret(self) -> str:
        """The secret that this session offers; another one, when the account has changed since."""
        session, user = self.request.session, person(self.request)
        if NEW_SECRET not in session or not is_still_true(session.get(NEW_SECRET_FOR), user):
            session[NEW_SECRET], session[NEW_SECRET_FOR] = new_app_secret(), user.standing
        return str(session[NEW_SECRET])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "secret": self.secret}

    def form_valid(self, form: NewAppForm) -> HttpResponse:
        user = person(self.request)
        is_first = not has_second_factor(user)
        try:
            factor = add_second_factor(user=user, secret=form.secret)
        except AlreadyThere:
            return HttpResponseRedirect(with_next(self.request, reverse("mfa_index")))
        for name in (NEW_SECRET, NEW_SECRET_FOR):
            self.request.session.pop(name, None)
        return self.added(factor, is_first=is_first)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        address = get_adapter().build_totp_url(person(self.request), self.secret)
        # Always dark on light: in a dark page many cameras can't read it otherwise.
        picture = segno.make(address, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
        typed = " ".join(self.secret[i : i + 4] for i in range(0, len(self.secret), 4))
        return super().get_context_data(**{"picture": picture, "secret": typed, "address": address, **kwargs})


@method_decorator(recent_proof_required, name="dispatch")
@method_decorator(unless_held, name="dispatch")
class PasskeyView(NewFactorView):
    """Asks the browser for a passkey. Without JavaScript, or where there are none, it leads to the app."""

    template_name = "accounts/second_factor_passkey.html"
    form_class = NewPasskeyForm

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "name": describe(self.request.headers.get("User-Agent", ""))[:MAX_NAME]}

    def form_valid(self, form: NewPasskeyForm) -> HttpResponse:
        user = person(self.request)
        is_first = not has_second_factor(user)
        return self.added(add_second_factor(user=user, passkey=form.passkey, name=form.cleaned_data["name"]), is_first=is_first)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(
            **{
                "options": creation_options(person(self.request)),
                "app_url": with_next(self.request, reverse("mfa_activate_totp")),
                **kwargs,
            }
        )
        context["form"].initial.pop("credential", None)
        return context


@never_cache
@recent_proof_required
@unless_held
def remove(request: HttpRequest, factor_id: int) -> HttpResponse:
    """Ask, and on POST take a factor away; not the last one of someone who must have one.

    Raises:
        Http404: this person has no such factor.
    """
    user = person(request)
    factors = factors_of(user)
    factor = next((factor for factor in factors if factor.pk == factor_id), None)
    if factor is None:
        raise Http404
    context = {"factor": factor_summary(factor), "is_last": len(factors) == 1, "must": must_have_one(user)}
    if request.method == "POST":
        try:
            remove_second_factor(user=user, factor_id=factor_id)
        except LastSecondFactor:
            return render(request, "accounts/second_factor_remove.html", context, status=HTTPStatus.CONFLICT)
        except Authenticator.DoesNotExist:
            return HttpResponseRedirect(reverse("mfa_index"))  # sent twice: it is gone
        stay_signed_in(request, user, Change.SECOND_FACTOR)
        messages.success(request, _("It is removed: it opens nothing any more."))
        return HttpResponseRedirect(reverse("mfa_index"))
    return render(request, "accounts/second_factor_remove.html", context)
