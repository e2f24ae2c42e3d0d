"""The code that a browser waits to type: which of allauth's processes sent it, and what happens when it is right.

Signing in and signing up share one page, and it must not tell which of the two is going on: someone who types an
address at sign-up would otherwise read from it whether that address has an account.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum
from typing import Any

from allauth.account import app_settings
from allauth.account.internal.constants import LoginStageKey
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.account.internal.flows.email_verification_by_code import EMAIL_VERIFICATION_CODE_SESSION_KEY, EmailVerificationProcess
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.flows.manage_email import assess_unique_email
from allauth.account.internal.flows.password_reset_by_code import PASSWORD_RESET_VERIFICATION_SESSION_KEY, PasswordResetVerificationProcess
from allauth.account.models import EmailAddress
from allauth.account.stages import LoginStage, LoginStageController
from allauth.core.internal.cryptokit import compare_user_code
from django.conf import settings
from django.http import HttpRequest

from accounts.models import User
from accounts.reauthentication import IDENTITY_SESSION_KEY, IdentityProcess

# Where the visitor typed the address, so that "another address" leads back there.
STARTED_AT = "code_started_at"


class Purpose(Enum):
    """What a right code does."""

    SIGN_IN = "sign in"
    SIGN_UP = "sign up"
    NEW_EMAIL = "new address"
    NEW_PASSWORD = "new password"  # noqa: S105
    IDENTITY = "identity"


class Refusal(Enum):
    """Why a code can't be tried at all."""

    EXPIRED = "expired"
    USED = "used"
    TOO_MANY = "too many"


@dataclass(slots=True)
class Pending:
    """A code that was sent and not yet typed. `process` keeps its state in the session."""

    purpose: Purpose
    process: AbstractCodeVerificationProcess
    stage: LoginStage | None = None

    @property
    def email(self) -> str:
        """Where the code was sent."""
        return str(self.process.state["email"])

    @property
    def user(self) -> User | None:
        """Whose code it is; None when the address has no account and nothing was sent that could be typed."""
        user = self.process.user
        return user if isinstance(user, User) else None

    @property
    def has_expired(self) -> bool:
        """Whether its time is over."""
        return not self.process.is_valid()

    @property
    def tries_left(self) -> int:
        """How many times it may still be typed."""
        return int(self.process.max_attempts - self.process.state["failed_attempts"])

    @property
    def sends_left(self) -> int:
        """How many times a new one may still be sent from this page."""
        return max(0, int(app_settings.LOGIN_BY_CODE_MAX_RESEND_COUNT - self.process.state["resend_count"]))

    def is_right(self, typed: str) -> bool:
        """Whether this is the code, without regard to spaces and hyphens. Never, when there is no account behind it."""
        return self.user is not None and bool(compare_user_code(actual=typed, expected=self.process.code))

    def belongs_to_another(self) -> bool:
        """Whether another account has taken the address since. Asked only after a right code, so it tells its owner only."""
        if self.purpose not in {Purpose.SIGN_UP, Purpose.NEW_EMAIL}:
            return False
        return assess_unique_email(self.email, user=self.user) is not True

    def vouch_for_address(self) -> None:
        """Make sure that the address of a right code is known as the account's own.

        Accounts that were made in the admin or by a command have none yet; without this they would get a second code.
        """
        EmailAddress.objects.get_or_create(user=self.user, email=self.email.lower())

    def send_again(self) -> None:
        """Send a new code; the former one stops working and time starts afresh. The tries do not."""
        if isinstance(self.process, (PasswordResetVerificationProcess, IdentityProcess)):
            self.process.send()
            self.process.record_resend()
        else:
            self.process.resend()
        self.process.state["at"] = time.time()
        self.process.persist()


def pending_at_the_door(request: HttpRequest) -> Pending | None:
    """Return the code of a sign-in or sign-up under way, or that of a new address of someone who is signed in."""
    if request.user.is_authenticated:
        process = _of_session(request, EMAIL_VERIFICATION_CODE_SESSION_KEY, EmailVerificationProcess)
        return Pending(Purpose.NEW_EMAIL, process) if process and process.user == request.user else None
    stage = LoginStageController.enter(request, LoginStageKey.LOGIN_BY_CODE.value)
    if stage is not None:
        return Pending(Purpose.SIGN_IN, LoginCodeVerificationProcess(stage=stage), stage) if stage.state.get("email") else None
    stage = LoginStageController.enter(request, LoginStageKey.VERIFY_EMAIL.value)
    process = _of_session(request, EMAIL_VERIFICATION_CODE_SESSION_KEY, EmailVerificationProcess)
    # The code and the sign-in are kept apart in the session: only together, and for one person, do they open anything.
    if stage is None or process is None or process.user != stage.login.user:
        return None
    return Pending(Purpose.SIGN_UP, process, stage)


def pending_reset(request: HttpRequest) -> Pending | None:
    """Return the code of a password reset under way."""
    process = _of_session(request, PASSWORD_RESET_VERIFICATION_SESSION_KEY, PasswordResetVerificationProcess)
    return Pending(Purpose.NEW_PASSWORD, process) if process else None


def pending_identity(request: HttpRequest) -> Pending | None:
    """Return the code with which a signed-in person shows again who they are."""
    process = _of_session(request, IDENTITY_SESSION_KEY, IdentityProcess)
    return Pending(Purpose.IDENTITY, process) if process and process.user == request.user else None


def _of_session(request: HttpRequest, key: str, kind: Any) -> Any:
    state = request.session.get(key)
    return kind(request=request, state=state) if isinstance(state, dict) and state.get("email") else None


def start_sign_in(request: HttpRequest, user: User | None, email: str) -> None:
    """Send a code to sign in with; to an address without an account, a message that says so."""
    LoginCodeVerificationProcess.initiate(request=request, user=user, email=email)


def minutes() -> int:
    """How long a code works, in minutes."""
    return int(settings.CODE_SECONDS // 60)
