"""An institution that somebody is about to join to an account: noted in their session between coming from it and saying so.

What the institution vouched for is only noted here. It joins an account once somebody has shown that the account is theirs.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

from django.http import HttpRequest

from accounts.allauth_internals import SECOND_FACTOR, authentication_records
from accounts.models import User
from accounts.oidc_claims import Claims
from accounts.pending_acts import JOINING, is_still_true
from accounts.second_factor import INSTITUTION, has_second_factor

SESSION_KEY = "institution_joining"


@dataclass(frozen=True, slots=True)
class Joining:
    """Who comes, from where, for which address and account (`made_for`, as `User.standing`), since when, and where they want to go."""

    institution: str
    issuer: str
    subject: str
    email: str
    made_for: str
    at: float
    next_page: str = ""


def note_joining(request: HttpRequest, institution: str, claims: Claims, email: str, next_page: str) -> None:
    """Note it, once the door has been asked for a code to that address: so an account is there, a new one or not."""
    account = User.objects.filter(email=email).first()
    made_for = account.standing if account else ""
    joining = Joining(institution, claims.issuer, claims.subject, email, made_for, time.time(), next_page)
    request.session[SESSION_KEY] = asdict(joining)


def joining_of(request: HttpRequest) -> Joining | None:
    """Return what this session is about to join."""
    noted = request.session.get(SESSION_KEY)
    return Joining(**noted) if isinstance(noted, dict) else None


def forget_joining(request: HttpRequest) -> None:
    """Forget it: it is done, or can't be done any more."""
    request.session.pop(SESSION_KEY, None)


def counts_for(joining: Joining, request: HttpRequest, user: User) -> bool:
    """Whether it may go on: in time, with the account as it was, and with a code to that address typed in this session since."""
    has_shown_mailbox = any(
        record.get("method") == "code" and record.get("email") == joining.email and record["at"] >= joining.at
        for record in authentication_records(request)
    )
    is_in_time = time.time() - joining.at < JOINING.lasts.total_seconds()
    return is_in_time and has_shown_mailbox and user.email == joining.email and is_still_true(joining.made_for, user)


def lacks_factor(request: HttpRequest, user: User) -> bool:
    """Whether the account has a second factor that this session has not shown. What an institution has shown is none of its own."""
    return has_second_factor(user) and not _has_shown(request, SECOND_FACTOR)


def lacks_password(request: HttpRequest, user: User) -> bool:
    """Whether the account has a password, and this session has shown neither that nor the account's second factor."""
    return user.has_usable_password() and not _has_shown(request, "password", SECOND_FACTOR)


def _has_shown(request: HttpRequest, *methods: str) -> bool:
    return any(record.get("method") in methods and record.get("type") != INSTITUTION for record in authentication_records(request))
