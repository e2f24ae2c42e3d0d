"""The account page: what its owner chose, the address, sessions, a copy of the data, and deletion."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts import codes, known_browsers
from accounts.allauth_internals import log_out, send_address_code
from accounts.changes import Change
from accounts.forms import DeleteAccountForm, NewEmailForm, PreferencesForm
from accounts.holds import is_held
from accounts.institutions import name_of_institution
from accounts.languages import SESSION_KEY, remember_language
from accounts.models import InstitutionIdentity, User
from accounts.own_account import own_account
from accounts.reauthentication import recent_sign_in_required
from accounts.second_factor import has_second_factor, must_have_one, recent_proof_required
from accounts.services.erase_account import LastAdministrator, erase_account
from accounts.services.export_account import export_account
from accounts.services.sign_out_everywhere import sign_out_elsewhere, sign_out_everywhere
from accounts.sessions import stay_signed_in
from accounts.user_agents import describe
from accounts.views.base import DoorView, person
from accounts.views.errors import unless_changed, unless_held
from foundation.civil_dates import today


@method_decorator(login_required, name="dispatch")
class AccountView(DoorView):
    """The account at a glance, and the form for name and language."""

    template_name = "accounts/home.html"
    form_class = PreferencesForm

    def get_form_kwargs(self) -> dict[str, Any]:
        # A copy: a refused form must not change the person that the frame of the page shows.
        return {**super().get_form_kwargs(), "instance": User.objects.get(pk=person(self.request).pk)}

    def form_valid(self, form: PreferencesForm) -> HttpResponse:
        user = form.instance
        user.save(update_fields=list(form.fields))
        response = HttpResponseRedirect(reverse("account_home"))
        if "language" in form.changed_data:
            self.request.session.pop(SESSION_KEY, None)
            if user.language:
                remember_language(response, user.language)
        with override(user.language or get_language()):  # the page that shows it is in the new language
            messages.success(self.request, _("Your changes are saved."))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = person(self.request)
        return super().get_context_data(
            **{
                "has_password": user.has_usable_password(),
                "has_second_factor": has_second_factor(user),
                "must_have_second_factor": must_have_one(user),
                "is_held": is_held(user),
                "institutions": [
                    {"pk": joined.pk, "name": name_of_institution(joined.institution), "since": joined.joined_at}
                    for joined in InstitutionIdentity.objects.filter(user=user).order_by("pk")
                ],
                "session_count": UserSession.objects.filter(user=user).count(),
                **kwargs,
            }
        )


@method_decorator(recent_proof_required, name="dispatch")
@method_decorator(unless_held, name="dispatch")
class NewEmailView(DoorView):
    """Sends a code to a new address. The account keeps its present one until that code was typed.

    Who has a second factor has shown it a short while ago: it decides whether the former mailbox can have the account held.
    """

    template_name = "account/email_change.html"
    form_class = NewEmailForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: NewEmailForm) -> HttpResponse:
        send_address_code(self.request, person(self.request), form.cleaned_data["email"])
        return HttpResponseRedirect(reverse("account_email_verification_sent"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pending = codes.pending_at_the_door(self.request)
        waiting = pending.email if pending and not pending.has_expired else ""
        return super().get_context_data(**{"email": person(self.request).email, "waiting": waiting, **kwargs})


@never_cache
@login_required
@unless_changed
def sessions(request: HttpRequest) -> HttpResponse:
    """List where one is signed in and, on POST, sign out everywhere but here, or here too."""
    user = person(request)
    if request.method == "POST":
        return DONE_WITH_SESSIONS.get(request.POST.get("which", ""), leave_elsewhere)(request, user)
    listed = sorted(UserSession.objects.purge_and_list(user), key=lambda session: session.created_at, reverse=True)
    rows = [
        {"device": describe(session.user_agent), "ip": session.ip, "since": session.created_at, "is_current": session.is_current()}
        for session in listed
    ]
    context = {
        "sessions": rows,
        "others": any(not row["is_current"] for row in rows),
        "is_known": known_browsers.is_known_to(request, user),
    }
    return render(request, "usersessions/usersession_list.html", context)


def leave_elsewhere(request: HttpRequest, user: User) -> HttpResponse:
    """Sign out everywhere but here, and know no other browser."""
    sign_out_elsewhere(user=user, browser=known_browsers.token_hash(request))
    stay_signed_in(request, user, Change.SIGNED_OUT_ELSEWHERE)
    messages.success(request, _("You are signed out everywhere but here."))
    return HttpResponseRedirect(reverse("usersessions_list"))


def leave_everywhere(request: HttpRequest, user: User) -> HttpResponse:
    """Sign out everywhere, here too, and know no browser."""
    sign_out_everywhere(user=user)
    log_out(request)
    request.session.flush()
    messages.success(request, _("You are signed out everywhere, here too."))
    return HttpResponseRedirect(reverse("account_login"))


def remember_browser(request: HttpRequest, user: User) -> HttpResponse:
    """Know this browser, as its user wishes."""
    response = HttpResponseRedirect(reverse("usersessions_list"))
    with own_account(user, though_held=True) as locked:
        known_browsers.make_known(request, response, locked, is_wish=True)
    return response


def refuse_browser(request: HttpRequest, user: User) -> HttpResponse:
    """Know this browser no more, now and after the next sign-in."""
    response = HttpResponseRedirect(reverse("usersessions_list"))
    known_browsers.refuse_cookie(request, response)
    return response


DONE_WITH_SESSIONS = {"all": leave_everywhere, "remember": remember_browser, "refuse": refuse_browser}


@never_cache
@recent_sign_in_required
@unless_held
def data(request: HttpRequest) -> HttpResponse:
    """Say what is held about a person and, on POST, hand it over as one file."""
    if request.method != "POST":
        return render(request, "accounts/data.html")
    content = json.dumps(export_account(user=person(request)), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    response = HttpResponse(content, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="puente-{today().isoformat()}.json"'
    return response


@method_decorator(recent_sign_in_required, name="dispatch")
@method_decorator(unless_held, name="dispatch")
class DeleteAccountView(DoorView):
    """Says what goes and what stays and, once the address was typed, deletes the account."""

    template_name = "accounts/delete.html"
    form_class = DeleteAccountForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": person(self.request)}

    def form_valid(self, form: DeleteAccountForm) -> HttpResponse:
        try:
            erase_account(user=person(self.request), now=timezone.now())
        except LastAdministrator:
            form.add_error(None, _("You are the only administrator of this site. Make someone else one first. Nothing was deleted."))
            return self.refuse(form, HTTPStatus.CONFLICT)
        log_out(self.request)
        self.request.session.flush()
        return HttpResponseRedirect(reverse("account_deleted"))


@never_cache
def deleted(request: HttpRequest) -> HttpResponse:
    """Say that an account is deleted. Anyone may read it, but for people who are signed in, whom it would alarm."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(reverse("account_home"))
    return render(request, "accounts/deleted.html")
