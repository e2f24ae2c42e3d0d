"""Recovery codes: each one replaces the second factor once. They are shown only when they are made.

"Only when they are made" lasts until their owner says that they are kept: a page that went away with its codes would
leave someone without them, and nobody could tell.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from accounts.allauth_internals import unused_recovery_codes
from accounts.models import User
from accounts.pending_acts import is_still_true

MAY_SEE = "recovery_codes_may_be_seen"


def unused(user: User) -> list[str]:
    """Return the codes that still work, as they are typed; none when there are none."""
    codes = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    return [f"{code[:4]} {code[4:]}" for code in unused_recovery_codes(codes)] if codes else []


def let_see(request: HttpRequest) -> None:
    """Let this session see the codes that were just made, until its owner has kept them or the account changes."""
    if isinstance(request.user, User):
        request.session[MAY_SEE] = request.user.standing


def may_see(request: HttpRequest) -> bool:
    """Whether this session may see them."""
    return isinstance(request.user, User) and is_still_true(request.session.get(MAY_SEE), request.user)


def close(request: HttpRequest) -> None:
    """Show them no more."""
    request.session.pop(MAY_SEE, None)
