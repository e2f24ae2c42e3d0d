"""Signing in, signing up and signing out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.messages import get_messages
from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts import codes
from accounts.allauth_internals import log_out, send_sign_in_code, sign_in_with_password, sign_up
from accounts.forms import EmailForm, PasswordSignInForm
from accounts.models import User
from accounts.next_page import next_page, with_next
from accounts.services.open_account import open_account
from accounts.staff import may_enter_admin
from accounts.views.base import AskForAddressView


class SignInView(AskForAddressView):
    """Asks for an address and sends a code to it; to an address without an account, a message that says so."""

    template_name = "account/login.html"
    limit = "login"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and is_refused_by_admin(request):
            return refuse_admin(request)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: EmailForm) -> HttpResponse:
        return send_code(self.request, form, "account_login")


class SignUpView(AskForAddressView):
    """Makes an account, or signs in whoever has one already: the page can't tell which, only the mailbox can."""

    template_name = "account/signup.html"
    limit = "signup"

    def form_valid(self, form: EmailForm) -> HttpResponse:
        return begin_sign_up(self.request, form)


class PasswordSignInView(AskForAddressView):
    """Signs in with a password, for those who have set one."""

    template_name = "account/login_password.html"
    form_class = PasswordSignInForm
    limit = "login"

    def form_valid(self, form: PasswordSignInForm) -> HttpResponse:
        return sign_in_with_password(self.request, form.user, form.cleaned_data["email"].lower(), next_page(self.request))


def begin_sign_up(request: HttpRequest, form: EmailForm) -> HttpResponse:
    """Make an account, or sign in whoever has one, with the same page and a code by e-mail in both cases."""
    if form.account is not None:
        take_as_long(form.cleaned_data["email"])
        return send_code(request, form, "account_signup")
    try:
        user = open_account(email=form.cleaned_data["email"])
    except IntegrityError:  # sent twice at once: the other one has made it
        form.look_again()
        return send_code(request, form, "account_signup")
    request.session[codes.STARTED_AT] = "account_signup"
    return sign_up(request, user, next_page(request))


def send_code(request: HttpRequest, form: EmailForm, started_at: str) -> HttpResponse:
    """Send a code to sign in with and go to the page that asks for it."""
    request.session[codes.STARTED_AT] = started_at
    send_sign_in_code(request, form.user, form.cleaned_data["email"])
    return HttpResponseRedirect(with_next(request, reverse("account_confirm_login_code")))


def take_as_long(email: str) -> None:
    """Read and write as often as making an account does, and change nothing: how long the answer takes must not tell the two apart."""
    with transaction.atomic():
        User.objects.filter(email=email).update(language=F("language"))
        EmailAddress.objects.filter(email=email).update(email=email)
    for _read in range(3):
        EmailAddress.objects.filter(email=email).first()
    User.objects.filter(email=email).first()


def is_refused_by_admin(request: HttpRequest) -> bool:
    """Whether a signed-in person was sent here because the admin won't let them in."""
    return next_page(request).startswith("/admin/") and not may_enter_admin(request.user)


def refuse_admin(request: HttpRequest) -> HttpResponse:
    """Say who may enter the admin. Sending them back there would send them here again, without end."""
    list(get_messages(request))  # the admin's own message says the same, and would turn up on another page
    return render(
        request,
        "account/admin_refused.html",
        {"next_page": next_page(request), "home_url": resolve_url(settings.LOGIN_REDIRECT_URL)},
        status=HTTPStatus.FORBIDDEN,
    )


@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ask, and on POST end this session."""
    home = next_page(request) or reverse("wagtail_serve", args=[""])
    if request.method == "POST":
        log_out(request)
        request.session.flush()
        return HttpResponseRedirect(home)
    if not request.user.is_authenticated:
        return HttpResponseRedirect(home)
    return render(request, "account/logout.html", {"next_page": next_page(request)})


@never_cache
def inactive(request: HttpRequest) -> HttpResponse:
    """Say that an account has been closed. Only shown to someone who has just typed its password or code."""
    return render(request, "account/account_inactive.html", status=HTTPStatus.FORBIDDEN)
