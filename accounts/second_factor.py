"""The second factor: who has one, who must have one, and whether this session has shown it.

Everyone may set one up; staff must. Having one is not enough to enter the admin: it must have been shown in this very
session, or a session that was open before its owner became staff, or before they set it up, would be a way around it. And
not too long ago: a session lives for weeks, a computer that is left open should not be a way in for as long.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.allauth_internals import SECOND_FACTOR, authentication_records, record_authentication
from accounts.institutions import whose_factor_counts
from accounts.models import User
from accounts.reauthentication import signed_in_recently
from accounts.staff import may_enter_admin

# Recovery codes stand in for one of these; alone they are none.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# How a session notes a factor that an institution says was shown there, where the settings let that count.
INSTITUTION = "institution"

View = Callable[..., HttpResponseBase]


def factors_of(user: User) -> list[Authenticator]:
    """Return a person's authenticator app and passkeys, the oldest first."""
    return list(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).order_by("pk"))


def has_second_factor(user: User) -> bool:
    """Whether someone has an authenticator app or a passkey."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def must_have_one(user: User | AnonymousUser) -> bool:
    """Whether someone has to have a second factor: staff, wherever the site asks for it."""
    return bool(settings.STAFF_SECOND_FACTOR) and may_enter_admin(user)


def remember_shown(request: HttpRequest, user: User, factor: Authenticator) -> None:
    """Note in the session that the person has just shown this factor."""
    factor.record_usage()
    record_authentication(request, user, SECOND_FACTOR, id=factor.pk, type=factor.type, reauthenticated=True)


def shown_at(request: HttpRequest, kind: str = "") -> float | None:
    """Return when a second factor (of this kind, if told) was last shown in this session (seconds since 1970), or None."""
    shown = [record for record in authentication_records(request) if record.get("method") == SECOND_FACTOR]
    if any(record.get("type") == INSTITUTION for record in shown):
        # That of an institution that was left, or counts no more, is none.
        counting = {found.id for found in whose_factor_counts(request.user)} if isinstance(request.user, User) else set()
        shown = [record for record in shown if record.get("type") != INSTITUTION or record.get("institution") in counting]
    return max((float(record["at"]) for record in shown if not kind or record.get("type") == kind), default=None)


def has_shown_one_older_than(request: HttpRequest, age: timedelta) -> bool:
    """Whether this session has shown a second factor that its owner has had for so long; one made just now says nothing of who made it."""
    user = request.user
    shown = [record.get("id") for record in authentication_records(request) if record.get("method") == SECOND_FACTOR]
    known = Authenticator.objects.filter(user_id=user.pk, pk__in=shown, created_at__lt=timezone.now() - age)
    return has_second_factor(user) and known.exists() if isinstance(user, User) else False


def shown_recently(request: HttpRequest) -> bool:
    """Whether it was shown a short while ago. A form that is open already has some minutes more."""
    at = shown_at(request)
    grace = settings.REAUTHENTICATION_GRACE if request.method == "POST" else 0
    return at is not None and time.time() - at < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + grace


def next_step(request: HttpRequest, *, hours: float) -> str:
    """Return the name of the page a signed-in person must pass before the admin: setting up, showing, or none (empty).

    `hours` says how long a showing counts. Who has no factor of their own need not set one up while that of their institution counts.
    """
    user = request.user
    if not isinstance(user, User) or not must_have_one(user):
        return ""
    has_one = has_second_factor(user)
    at = shown_at(request) if has_one else shown_at(request, INSTITUTION)
    if at is not None and time.time() - at < hours * 3600 and (has_one or whose_factor_counts(user)):
        return ""
    return "mfa_reauthenticate" if has_one else "mfa_index"


def acts_as_staff(request: HttpRequest) -> bool:
    """Whether a request may use the rights of staff: it is somebody's who has them, and who has shown the second factor.

    Asked wherever staff are let in to what others are not, at whatever address: the guard belongs to the right. Below /admin/ a
    middleware asks the same before any view.
    """
    return may_enter_admin(request.user) and not next_step(request, hours=settings.STAFF_FACTOR_HOURS)


def recent_proof_required(view: View) -> View:
    """Let people change their second factor only after showing it, or, while they have none, showing who they are."""

    @wraps(view)
    @login_required
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        has_one = isinstance(request.user, User) and has_second_factor(request.user)
        if shown_recently(request) if has_one else signed_in_recently(request):
            return view(request, *args, **kwargs)
        door = reverse("mfa_reauthenticate" if has_one else "account_reauthenticate")
        return HttpResponseRedirect(f"{door}?{urlencode({'next': request.get_full_path()})}")

    return wrapped
