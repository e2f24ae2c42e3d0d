"""Signing in by an institution: going there, coming back, joining it to an account, and leaving it."""

from __future__ import annotations

import time
from enum import Enum
from http import HTTPStatus
from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import rate_limits
from accounts.allauth_internals import SECOND_FACTOR, record_authentication, sign_in_from_institution
from accounts.allauth_oidc import ProviderError, come_from_institution, go_to_institution
from accounts.errors import AccountChanged, AccountHeld, SubjectTaken
from accounts.forms import EmailForm, IdentityPasswordForm, email_field
from accounts.institutions import Institution, configured, institution_of, name_of_institution
from accounts.joining import counts_for, forget_joining, joining_of, lacks_factor, lacks_password, note_joining
from accounts.models import InstitutionCase, InstitutionIdentity
from accounts.next_page import next_page, with_next
from accounts.oidc_claims import Claims
from accounts.second_factor import INSTITUTION, recent_proof_required
from accounts.services.join_institution import join_institution
from accounts.services.leave_institution import leave_institution
from accounts.views.base import DoorView, onward, person
from accounts.views.entrance import begin_sign_up
from accounts.views.errors import changed_page, held_page, unless_held


class Failure(Enum):
    """Why somebody does not come in by their institution, with the status of the page that says so."""

    DOWN = HTTPStatus.BAD_GATEWAY
    CANCELLED = HTTPStatus.BAD_REQUEST, "cancelled"
    LOST = HTTPStatus.BAD_REQUEST, "lost"
    NO_ADDRESS = HTTPStatus.FORBIDDEN
    HELD_BACK = HTTPStatus.TOO_MANY_REQUESTS
    OVER = HTTPStatus.GONE
    SIGNED_IN = HTTPStatus.CONFLICT, "signed in"
    TAKEN = HTTPStatus.CONFLICT, "taken"
    TO_SUPPORT = HTTPStatus.CONFLICT, "to support"


def failure_page(request: HttpRequest, institution_id: str, why: Failure, reason: str = "") -> HttpResponse:
    """Say why, in plain words, and lead to the ordinary door."""
    context = {
        "why": why.name,
        "reason": reason,
        "institution": name_of_institution(institution_id),
        "sign_in_url": reverse("account_home" if request.user.is_authenticated else "account_login"),
    }
    status = why.value[0] if isinstance(why.value, tuple) else why.value
    return render(request, "accounts/institution_failure.html", context, status=status)


def _institution_or_404(institution_id: str) -> Institution:
    found = institution_of(institution_id)
    if found is None:
        raise Http404
    return found


@never_cache
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the sign-in of an institution, on POST; whoever only opens the address is led to the door.

    Raises:
        Http404: there is no such institution.
    """
    institution = _institution_or_404(provider_id)
    if request.method != "POST":
        return HttpResponseRedirect(with_next(request, reverse("account_login")))
    if refused := rate_limits.too_many(request, "institution"):
        return refused
    try:
        return go_to_institution(request, provider_id, next_page(request), is_factor_asked=institution.factor_counts)
    except ProviderError:
        return failure_page(request, provider_id, Failure.DOWN)


@never_cache
@require_GET
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take whoever comes back from an institution.

    Raises:
        Http404: there is no such institution.
    """
    _institution_or_404(provider_id)
    if refused := rate_limits.too_many(request, "institution"):
        return refused
    try:
        return come_from_institution(request, provider_id)
    except ProviderError:
        return failure_page(request, provider_id, Failure.DOWN)


def arrived(request: HttpRequest, institution_id: str, claims: Claims, wanted: str) -> HttpResponse:
    """Answer somebody of whom an institution has said who they are: sign them in, or let them show which account is theirs."""
    institution = _institution_or_404(institution_id)
    # What the institution's redirect brought has been used; the door reads the page to come from here.
    request.GET = QueryDict(urlencode({"next": wanted}))
    found = InstitutionIdentity.objects.filter(issuer=claims.issuer, subject=claims.subject).select_related("user").first()
    user = found.user if found else None
    now = time.time()
    has_factor = institution.factor_counts and claims.shows_factor(now)
    # When they showed it there, and not when they came here: a cookie of the institution's, on a shared computer, shows nothing anew.
    shown = {"institution": institution_id, "at": min(now, claims.shown_at)}
    if request.user.is_authenticated:  # nobody becomes somebody else by this; but a factor can be shown again
        begun = joining_of(request)
        if user is None and begun and (begun.issuer, begun.subject) == (claims.issuer, claims.subject):
            return HttpResponseRedirect(reverse("institution_join"))
        if user != request.user:
            return failure_page(request, institution.id, Failure.SIGNED_IN)
        if has_factor:
            record_authentication(request, user, SECOND_FACTOR, type=INSTITUTION, **shown)
        return onward(request)
    if user is None:
        return _ask_for_account(request, institution, claims, wanted)
    # To an address that staff have typed the next step mails a code, which counts as every one does.
    is_mailed = user.is_active and not EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()
    if is_mailed and (refusal := rate_limits.ask_for_code(request, user.email).refusal):
        return failure_page(request, institution.id, Failure.HELD_BACK, refusal)
    record_authentication(request, user, INSTITUTION, **shown)
    if has_factor:
        record_authentication(request, user, SECOND_FACTOR, type=INSTITUTION, **shown)
    return sign_in_from_institution(request, user, next_page(request), is_past_factor=has_factor)


def _ask_for_account(request: HttpRequest, institution: Institution, claims: Claims, wanted: str) -> HttpResponse:
    """Send a code to the address that an institution vouches for, as the page of sign-up does: to people with an account and without."""
    try:
        email = str(email_field().clean(claims.email)).lower()
    except ValidationError:
        return failure_page(request, institution.id, Failure.NO_ADDRESS)
    if refused := rate_limits.too_many(request, "signup"):
        return refused
    form = EmailForm({"email": email}, request=request)
    if not form.is_valid():
        return failure_page(request, institution.id, Failure.HELD_BACK, " ".join(map(str, form.errors["email"])))
    request.GET = QueryDict(urlencode({"next": reverse("institution_join")}))
    answer = begin_sign_up(request, form)
    note_joining(request, institution.id, claims, email, wanted)
    return answer


@method_decorator(login_required, name="dispatch")
class JoinView(DoorView):
    """Says which account an institution is joined to; asks for the account's password, if it has one that was not shown."""

    template_name = "accounts/institution_join.html"
    limit = "verify_code"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not configured():
            raise Http404
        joining, user = joining_of(request), person(request)
        if joining is None:
            return HttpResponseRedirect(reverse("account_home"))
        self.joining = joining
        if not counts_for(joining, request, user):
            return self.give_up(Failure.OVER)
        if lacks_factor(request, user):
            return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.path})}")
        self.is_asked = lacks_password(request, user)
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> type[forms.Form]:
        return IdentityPasswordForm if self.is_asked else forms.Form

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), **({"user": person(self.request)} if self.is_asked else {})}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        user, joining = person(self.request), self.joining
        if self.is_asked:
            record_authentication(self.request, user, "password", reauthenticated=True)
        key = {"institution": joining.institution, "issuer": joining.issuer, "subject": joining.subject}
        try:
            done = join_institution(user=user, now=timezone.now(), **key)
        except SubjectTaken:
            return self.give_up(Failure.TAKEN)
        except AccountHeld as refused:
            return held_page(self.request, refused)
        except AccountChanged as refused:
            if InstitutionIdentity.objects.filter(user=user, **key).exists():  # in another tab, a moment ago
                return self.joined()
            return changed_page(self.request, refused)
        return self.give_up(Failure.TO_SUPPORT) if isinstance(done, InstitutionCase) else self.joined()

    def joined(self) -> HttpResponse:
        """Go on to where the person wanted."""
        forget_joining(self.request)
        said = _("From now on you can sign in with %(institution)s.") % {"institution": name_of_institution(self.joining.institution)}
        messages.success(self.request, said)
        return HttpResponseRedirect(self.joining.next_page or reverse("account_home"))

    def give_up(self, why: Failure) -> HttpResponse:
        """Forget it, and say why."""
        forget_joining(self.request)
        return failure_page(self.request, self.joining.institution, why)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        said = {"email": self.joining.email, "institution": name_of_institution(self.joining.institution), "is_asked": self.is_asked}
        return super().get_context_data(**{**said, **kwargs})


@never_cache
@recent_proof_required
@unless_held
def leave(request: HttpRequest, identity_id: int) -> HttpResponse:
    """Ask, and on POST let the account be entered by this institution no more.

    Raises:
        Http404: this person has not joined it.
    """
    user = person(request)
    identity = InstitutionIdentity.objects.filter(user=user, pk=identity_id).first()
    if identity is None:
        raise Http404
    name = name_of_institution(identity.institution)
    if request.method != "POST":
        return render(request, "accounts/institution_leave.html", {"institution": name})
    try:
        leave_institution(user=user, identity_id=identity_id)
    except InstitutionIdentity.DoesNotExist:  # sent twice
        return HttpResponseRedirect(reverse("account_home"))
    messages.success(request, _("%(institution)s no longer opens your account.") % {"institution": name})
    return HttpResponseRedirect(reverse("account_home"))
