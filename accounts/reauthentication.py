"""Check that a person has proved who they are a short while ago, before something that can't be undone or locks them out.

Allauth asks again only for a password. Most people here have none, so they may show it with a code, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from accounts.allauth_internals import MADE_FOR, CodeProcess, authentication_records, record_authentication
from accounts.models import User

IDENTITY_SESSION_KEY = "account_identity_code"
View = Callable[..., HttpResponseBase]


class IdentityProcess(CodeProcess):
    """A code for someone who is signed in already. Behaves as allauth's own do."""

    def __init__(self, request: HttpRequest, state: dict[str, Any], user: User | None = None) -> None:
        self.request = request
        super().__init__(
            max_attempts=settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS,
            timeout=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT,
            state=state,
            user=user,
        )

    @classmethod
    def initiate(cls, request: HttpRequest, user: User) -> IdentityProcess:
        """Send a code to the account's own address."""
        process = cls(request, cls.initial_state(user, user.email) | {MADE_FOR: user.standing}, user)
        process.send()
        process.persist()
        return process

    @classmethod
    def resume(cls, request: HttpRequest) -> IdentityProcess | None:
        """Return the code that this session waits for."""
        state = request.session.get(IDENTITY_SESSION_KEY)
        return cls(request, state) if isinstance(state, dict) and state.get("email") else None

    def send(self) -> None:
        adapter = get_adapter()
        self.state["code"] = adapter.generate_login_code()
        self.request.code_owner = self.user  # type: ignore[attr-defined] # see AccountAdapter.send_mail
        adapter.send_mail("account/email/identity_code", self.state["email"], {"code": self.state["code"]})

    def resend(self) -> None:
        self.send()
        self.record_resend()

    def persist(self) -> None:
        self.request.session[IDENTITY_SESSION_KEY] = self.state

    def abort(self) -> None:
        self.request.session.pop(IDENTITY_SESSION_KEY, None)

    def finish(self) -> None:
        """Note in the session that the person has just shown who they are."""
        self.abort()
        record_authentication(self.request, self.user, "code", email=self.state["email"], reauthenticated=True)


def signed_in_recently(request: HttpRequest) -> bool:
    """Whether the last sign-in, or the last showing, is recent. A form that is open already has some minutes more."""
    records = authentication_records(request)
    if not records:
        return False
    grace = settings.REAUTHENTICATION_GRACE if request.method == "POST" else 0
    return bool(time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + grace)


def recent_sign_in_required(view: View) -> View:
    """Send people who signed in a while ago to show again who they are, and back."""

    @wraps(view)
    @login_required
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if signed_in_recently(request):
            return view(request, *args, **kwargs)
        return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.path})}")

    return wrapped
