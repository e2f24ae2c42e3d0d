"""What Puente uses of allauth that allauth doesn't document: all of it comes through this module, so that an upgrade breaks here only.

Allauth documents its settings, its adapters (`account.adapter`, `mfa.adapter`), its tables (`EmailAddress`, `Authenticator`,
`UserSession`), its signals, `ImmediateHttpResponse` and the names of its addresses: those are used wherever they are needed.
All else may change with any release, whether or not its path says `internal`: `core.ratelimit`, `account.stages`, `Login` and
`Authenticator.wrap()`, too. tests/accounts/test_allauth_internals.py has a test of each name here, and
tests/architecture/test_allauth.py allows no other module such an import.
"""

from __future__ import annotations

import time
from enum import Enum
from typing import Any

from allauth.account.internal.constants import LoginStageKey as AccountStageKey
from allauth.account.internal.flows import email_verification, login, logout, manage_email, signup
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess as CodeProcess
from allauth.account.internal.flows.email_verification_by_code import EMAIL_VERIFICATION_CODE_SESSION_KEY, EmailVerificationProcess
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.flows.password_reset_by_code import PASSWORD_RESET_VERIFICATION_SESSION_KEY, PasswordResetVerificationProcess
from allauth.account.models import EmailAddress, Login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.core import ratelimit
from allauth.core.internal import ratelimit as counting
from allauth.core.internal.cryptokit import compare_user_code
from allauth.core.internal.ratelimit import RateLimitUsage as Count
from allauth.mfa.internal.constants import LoginStageKey as FactorStageKey
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from allauth.mfa.webauthn.internal import auth as webauthn
from django.http import HttpRequest, HttpResponse

from accounts.models import User

__all__ = ["CodeProcess", "Count", "LoginStage"]  # The types; the functions below say for themselves what they are for.

# How a person can have shown who they are, as the session notes it.
SECOND_FACTOR = "mfa"


# Who shows who they are, and when.


def record_authentication(request: HttpRequest, user: User, method: str, **details: Any) -> None:
    """Note in the session that a person has just shown who they are, and how."""
    login.record_authentication(request, user, method=method, **details)


def authentication_records(request: HttpRequest) -> list[dict[str, Any]]:
    """Return how this session's person has shown who they are, the last one last: `method`, `at`, and what was noted with it."""
    return list(login.get_authentication_records(request, request.user))


def session_with_records(user: User, records: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what stands in a session after a person has shown who they are, for whoever makes sessions without the pages."""
    return {
        login._AUTHENTICATION_METHODS_USER_SESSION_KEY: str(user.pk),
        login.AUTHENTICATION_METHODS_SESSION_KEY: records,
    }


# Signing in, up and out.

# Where a code, or a sign-in, says what it is made for (accounts.pending_acts).
MADE_FOR = "made_for"


class MadeForStage(LoginStage):
    """The first stage of every sign-in: it asks nothing, and notes what the sign-in is made for."""

    key = MADE_FOR

    def handle(self) -> tuple[None, bool]:
        _note_purpose(self.login.state, self.login.user)
        return None, True


def _note_purpose(state: dict[str, Any], user: Any) -> None:
    state[MADE_FOR] = user.standing if isinstance(user, User) else ""


class Stage(Enum):
    """What still stands between a person and their session."""

    SIGN_IN_CODE = AccountStageKey.LOGIN_BY_CODE.value
    ADDRESS_CODE = AccountStageKey.VERIFY_EMAIL.value
    SECOND_FACTOR = FactorStageKey.MFA_AUTHENTICATE.value


def is_address_free(email: str, user: User | None = None) -> bool:
    """Whether no account has this address, apart from this person's own."""
    return manage_email.assess_unique_email(email, user=user) is True


def sign_in_with_password(request: HttpRequest, user: User, email: str, next_page: str) -> HttpResponse:
    """Sign in whoever typed the right password, or send them on to what is still asked of them."""
    started = Login(user=user, email=email, redirect_url=next_page or None)
    answer: HttpResponse = login.perform_password_login(request, {"email": email}, started)
    return answer


def sign_in_from_institution(request: HttpRequest, user: User, next_page: str, *, is_past_factor: bool) -> HttpResponse:
    """Sign in somebody of whom an institution says who they are, or send them on to what is still asked of them."""
    started = Login(user=user, email=user.email, redirect_url=next_page or None)
    if is_past_factor:
        LoginStageController(request, started).set_handled(Stage.SECOND_FACTOR.value)
    answer: HttpResponse = login.perform_login(request, started)
    return answer


def sign_up(request: HttpRequest, user: User, next_page: str) -> HttpResponse:
    """Begin the first sign-in of a new account, which waits for the code sent to its address."""
    answer: HttpResponse = signup.complete_signup(request, user=user, redirect_url=next_page or None)
    return answer


def log_out(request: HttpRequest) -> None:
    """End a person's session, and what was begun in it."""
    logout.logout(request, show_message=False)


def stage_under_way(request: HttpRequest, stage: Stage) -> LoginStage | None:
    """Return the sign-in of this browser if it has come as far as this stage."""
    return LoginStageController.enter(request, stage.value)


def stage_user(stage: LoginStage) -> User | None:
    """Return who is signing in; None where the address has no account."""
    user = stage.login.user
    return user if isinstance(user, User) else None


def stage_made_for(stage: LoginStage) -> object:
    """Return what a sign-in said it was made for when it began."""
    return stage.login.state.get(MADE_FOR)


def pass_stage(stage: LoginStage, next_page: str = "") -> HttpResponse:
    """Go on with a sign-in whose stage is passed, in the end to this page if one is given."""
    stage.login.redirect_url = next_page or stage.login.redirect_url
    answer: HttpResponse = stage.exit()
    return answer


def abort_stage(stage: LoginStage) -> HttpResponse:
    """End a sign-in before its end."""
    answer: HttpResponse = stage.abort()
    return answer


# Codes by e-mail. Each is a `CodeProcess`, which keeps its state in the session.


def send_sign_in_code(request: HttpRequest, user: User | None, email: str) -> None:
    """Send a code to sign in with; to an address without an account, a message that says so."""
    _name_owner(request, user)
    process = LoginCodeVerificationProcess.initiate(request=request, user=user, email=email)
    _note_purpose(process.state, user)
    _note_purpose(process.stage.login.state, user)
    process.persist()


def send_address_code(request: HttpRequest, user: User, email: str) -> None:
    """Send a code to an address that a person wants to have."""
    email_verification.send_verification_email_to_address(request, EmailAddress(user=user, email=email))
    note_address_code(request, user)


def note_address_code(request: HttpRequest, user: User | None) -> None:
    """Note what the code to an address is made for that allauth has just sent, in the middle of a sign-in or on its own."""
    process = address_code(request)
    if process is not None:
        _note_purpose(process.state, user)
        process.persist()


def send_password_code(request: HttpRequest, user: User | None, email: str) -> None:
    """Send a code to set a new password with; to an address without an account, a message that says so."""
    _name_owner(request, user)
    process = PasswordResetVerificationProcess.initiate(request=request, user=user, email=email)
    _note_purpose(process.state, user)
    process.persist()


def _name_owner(request: HttpRequest, user: Any) -> None:
    """Let `AccountAdapter.send_mail` know whose code a message holds; allauth does not tell it."""
    request.code_owner = user  # type: ignore[attr-defined] # a note for this request


def sign_in_code(stage: LoginStage) -> CodeProcess | None:
    """Return the code that a sign-in at its first stage waits for."""
    return LoginCodeVerificationProcess(stage=stage) if stage.state.get("email") else None


def address_code(request: HttpRequest) -> CodeProcess | None:
    """Return the code that was sent to a new address, at sign-up or later."""
    return _code_in_session(request, EMAIL_VERIFICATION_CODE_SESSION_KEY, EmailVerificationProcess)


def password_code(request: HttpRequest) -> CodeProcess | None:
    """Return the code of a password reset under way."""
    return _code_in_session(request, PASSWORD_RESET_VERIFICATION_SESSION_KEY, PasswordResetVerificationProcess)


def _code_in_session(request: HttpRequest, key: str, kind: Any) -> CodeProcess | None:
    state = request.session.get(key)
    return kind(request=request, state=state) if isinstance(state, dict) and state.get("email") else None


def sent_to(process: CodeProcess) -> str:
    """Return the address that a code was sent to."""
    return str(process.state["email"])


def made_for(process: CodeProcess) -> object:
    """Return what a code said it was made for when it was first sent."""
    return process.state.get(MADE_FOR)


def seconds_left(process: CodeProcess) -> float:
    """Return for how long a code still counts; negative when its time is over."""
    return float(process.timeout - (time.time() - process.state["at"]))


def tries_left(process: CodeProcess) -> int:
    """Return how many times a code may still be typed."""
    return int(process.max_attempts - process.state["failed_attempts"])


def times_resent(process: CodeProcess) -> int:
    """Return how many times a new code was sent in place of the first."""
    return int(process.state["resend_count"])


def is_code(typed: str, process: CodeProcess) -> bool:
    """Whether this is the code, without regard to spaces, hyphens and the case of letters."""
    return bool(compare_user_code(actual=typed, expected=process.code))


def send_again(process: CodeProcess) -> None:
    """Send a new code; the former one stops working. Time and tries go on: they are those of the first.

    `AccountAdapter.send_mail` reads from the request how many minutes the message has to name.
    """
    process.request.code_seconds_left = seconds_left(process)
    if not isinstance(process, EmailVerificationProcess):
        _name_owner(process.request, process.user)
    if isinstance(process, PasswordResetVerificationProcess):  # it has no `resend`
        process.send()
        process.record_resend()
    else:
        process.resend()
    process.persist()


def pretend_to_send_again(process: CodeProcess) -> None:
    """Count a sending, and send nothing: where an address has no account, or no longer the one that was meant, the page looks the same."""
    process.record_resend()
    process.persist()


def accept_sign_in_code(process: CodeProcess, next_page: str) -> HttpResponse:
    """Sign in with a right code, or go on to what is still asked, in the end to this page if one is given."""
    answer: HttpResponse = process.finish(next_page or None)
    return answer


def accept_address_code(process: CodeProcess) -> EmailAddress | None:
    """Make the address of a right code the account's own; None if another account has taken it since."""
    return process.finish()


def accept_password_code(process: CodeProcess) -> None:
    """Note that the code of a password reset was right: the new password may be typed now."""
    process.confirm_code()


def is_accepted(process: CodeProcess) -> bool:
    """Whether the code of a password reset was right."""
    return bool(process.state.get("code_confirmed"))


# Passwords.


def finish_password_reset(process: CodeProcess) -> HttpResponse | None:
    """Tell the owner that the password was replaced, and sign in; None where one has to sign in anew."""
    answer: HttpResponse | None = process.finish()
    return answer


# Limits: how often something may be done. The counts stand in the cache, the limits in ACCOUNT_RATE_LIMITS.


def count_towards_limit(request: HttpRequest, limit: str, key: str | None = None) -> bool:
    """Count a try, of this key or of this address of the network, as the limit says; False if it is one too many."""
    return counted(request, limit, key) is not None


def counted(request: HttpRequest, limit: str, key: str | None) -> Count | None:
    """Count a try of this key; return the count, which can be rolled back; None if it is one too many.

    A request by GET counts, too, which allauth lets pass uncounted: an institution leads people back by one.
    """
    return counting.consume(request, app="allauth.account", action=limit, key=key, limit_get=True)


def network_of(request: HttpRequest) -> str:
    """Return from where a request comes, as it is counted: an address of IPv4, or a network of IPv6."""
    return str(counting.get_ip(request))


def forget_count(request: HttpRequest, limit: str, key: str) -> None:
    """Begin to count the tries of this key anew."""
    ratelimit.clear(request, action=limit, key=key)


def page_over_limit(request: HttpRequest) -> HttpResponse:
    """Return the page (429) that refuses what a limit forbids."""
    answer: HttpResponse = ratelimit.respond_429(request)
    return answer


# The second factor.


def new_app_secret() -> str:
    """Return a new secret for an authenticator app, in base 32."""
    return str(generate_totp_secret())


def is_app_code(secret: str, code: str) -> bool:
    """Whether an app with this secret shows this code now, or showed it a moment ago."""
    return bool(validate_totp_code(secret, code))


def add_app(user: User, secret: str) -> Authenticator:
    """Store an authenticator app of a person, its secret sealed."""
    return TOTP.activate(user, secret).instance


def add_passkey(user: User, name: str, credential: dict[str, Any]) -> Authenticator:
    """Store a passkey of a person that `check_new_passkey` has accepted."""
    return webauthn.WebAuthn.add(user, name, credential).instance


def add_recovery_codes(user: User) -> None:
    """Give a person recovery codes; those who have some keep them."""
    RecoveryCodes.activate(user)


def uses_code(factor: Authenticator, code: str) -> bool:
    """Whether this is a code of the app or one of the recovery codes. If so, it is used up in the table; `factor` stays as it was read."""
    return bool(factor.wrap().validate_code(code))


def unused_recovery_codes(factor: Authenticator) -> list[str]:
    """Return the recovery codes that still work."""
    return list(factor.wrap().get_unused_codes())


def ask_for_new_passkey(user: User) -> dict[str, Any]:
    """Return what a browser needs to make a passkey; the question is remembered in the session."""
    return dict(webauthn.begin_registration(user, passwordless=False))


def check_new_passkey(credential: dict[str, Any]) -> None:
    """Check a browser's answer against the question.

    Raises:
        ValidationError: it doesn't fit; of an answer that is no answer, whatever allauth and fido2 stumble over.
    """
    webauthn.parse_registration_response(credential)
    webauthn.complete_registration(credential)


def ask_for_passkey(user: User) -> dict[str, Any]:
    """Return what a browser needs to show a passkey of this person; the question is remembered in the session."""
    return dict(webauthn.begin_authentication(user))


def check_passkey(user: User, credential: dict[str, Any]) -> Authenticator:
    """Return the passkey that a browser has shown.

    Raises:
        ValidationError: as in `check_new_passkey`.
    """
    webauthn.parse_authentication_response(credential)
    return webauthn.complete_authentication(user, credential)
