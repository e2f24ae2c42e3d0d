"""The code that a browser waits to type: which of allauth's processes sent it, and what happens when it is right.

Signing in and signing up share one page, and it must not tell which of the two is going on: someone who types an
address at sign-up would otherwise read from it whether that address has an account.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum

from allauth.account.models import EmailAddress
from django.conf import settings
from django.http import HttpRequest

from accounts import allauth_internals, pending_acts
from accounts.allauth_internals import CodeProcess, LoginStage, Stage
from accounts.models import User
from accounts.pending_acts import PendingAct
from accounts.reauthentication import IdentityProcess

# Where the visitor typed the address, so that "another address" leads back there.
STARTED_AT = "code_started_at"


class Purpose(Enum):
    """What a right code does."""

    SIGN_IN = "sign in"
    SIGN_UP = "sign up"
    NEW_EMAIL = "new address"
    NEW_PASSWORD = "new password"  # noqa: S105
    IDENTITY = "identity"


ACTS: Mapping[Purpose, PendingAct] = {
    Purpose.SIGN_IN: pending_acts.SIGN_IN_CODE,
    Purpose.SIGN_UP: pending_acts.SIGN_UP_CODE,
    Purpose.NEW_EMAIL: pending_acts.NEW_ADDRESS_CODE,
    Purpose.NEW_PASSWORD: pending_acts.RESET_CODE,
    Purpose.IDENTITY: pending_acts.IDENTITY_CODE,
}


class CodeRefusal(Enum):
    """Why a code can't be tried at all; of an outdated one, why it does nothing although it is right."""

    EXPIRED = "expired"
    USED = "used"
    TOO_MANY = "too many"
    OUTDATED = "outdated"


@dataclass(slots=True)
class Pending:
    """A code that was sent and not yet typed. `process` keeps its state in the session."""

    purpose: Purpose
    process: CodeProcess
    stage: LoginStage | None = None

    @property
    def email(self) -> str:
        """Where the code was sent."""
        return allauth_internals.sent_to(self.process)

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
        return allauth_internals.tries_left(self.process)

    @property
    def sends_left(self) -> int:
        """How many times a new one may still be sent from this page."""
        return max(0, settings.ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND - allauth_internals.times_resent(self.process))

    def is_right(self, typed: str) -> bool:
        """Whether this is the code, without regard to spaces and hyphens. Never, when there is no account behind it."""
        return self.user is not None and allauth_internals.is_code(typed, self.process)

    @property
    def is_outdated(self) -> bool:
        """Whether the account is no longer what the code was sent for. Said only after a right code, so only its owner learns it."""
        return not pending_acts.is_still_true(allauth_internals.made_for(self.process), self.user)

    def holding(self) -> AbstractContextManager[User]:
        """Hold the account while the code does what it is for.

        Raises:
            Outdated: it is no longer what the code was sent for.
        """
        return pending_acts.holding(self.user, allauth_internals.made_for(self.process))

    def belongs_to_another(self) -> bool:
        """Whether another account has taken the address since. Asked only after a right code, so it tells its owner only."""
        if self.purpose not in {Purpose.SIGN_UP, Purpose.NEW_EMAIL}:
            return False
        return not allauth_internals.is_address_free(self.email, self.user)

    def vouch_for_address(self) -> None:
        """Make sure that the address of a right code is known as the account's own.

        Accounts that were made in the admin or by a command have none yet; without this they would get a second code.
        """
        EmailAddress.objects.get_or_create(user=self.user, email=self.email.lower())

    def send_again(self) -> None:
        """Send a new code; the former one stops working. Its time is that of the first. An outdated one goes to nobody; nobody is told."""
        if self.is_outdated and self.user is not None:
            allauth_internals.pretend_to_send_again(self.process)
        else:
            allauth_internals.send_again(self.process)


def pending_at_the_door(request: HttpRequest) -> Pending | None:
    """Return the code of a sign-in or sign-up under way, or that of a new address of someone who is signed in."""
    if request.user.is_authenticated:
        process = allauth_internals.address_code(request)
        return Pending(Purpose.NEW_EMAIL, process) if process and process.user == request.user else None
    stage = allauth_internals.stage_under_way(request, Stage.SIGN_IN_CODE)
    if stage is not None:
        process = allauth_internals.sign_in_code(stage)
        return Pending(Purpose.SIGN_IN, process, stage) if process else None
    stage = allauth_internals.stage_under_way(request, Stage.ADDRESS_CODE)
    process = allauth_internals.address_code(request)
    # The code and the sign-in are kept apart in the session: only together, and for one person, do they open anything.
    if stage is None or process is None or process.user != allauth_internals.stage_user(stage):
        return None
    return Pending(Purpose.SIGN_UP, process, stage)


def pending_reset(request: HttpRequest) -> Pending | None:
    """Return the code of a password reset under way."""
    process = allauth_internals.password_code(request)
    return Pending(Purpose.NEW_PASSWORD, process) if process else None


def pending_identity(request: HttpRequest) -> Pending | None:
    """Return the code with which a signed-in person shows again who they are."""
    process = IdentityProcess.resume(request)
    return Pending(Purpose.IDENTITY, process) if process and process.user == request.user else None


def minutes() -> int:
    """How long a code works, in minutes."""
    return int(settings.CODE_SECONDS // 60)
