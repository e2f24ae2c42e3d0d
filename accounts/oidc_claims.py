"""What an institution says of somebody who has signed in there: read with suspicion. Pure.

OpenID Connect Core 1.0, sections 2, 3.1.3.7 and 5.3.2; methods of authentication by RFC 8176.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_SUBJECT = 255
# What somebody knows, has, and is. Messages to a telephone number are in neither: the number moves to whoever takes it over.
KINDS = (
    frozenset({"pwd", "pin", "kba"}),
    frozenset({"otp", "hwk", "swk", "pop", "sc"}),
    frozenset({"fpt", "face", "iris", "retina", "vbm"}),
)
# For how long a sign-in there may be over, in seconds: it is asked for as `max_age`.
FRESH = 60 * 60
# By how much the clock there may be ahead.
SKEW = 60


@dataclass(frozen=True, slots=True)
class Claims:
    """Who it is (issuer and subject), which address is theirs (empty if it vouches for none), how they showed it, and when."""

    issuer: str
    subject: str
    email: str = ""
    methods: frozenset[str] = frozenset()
    shown_at: float = 0.0

    def shows_factor(self, now: float) -> bool:
        """Whether they have shown a second factor there a short while ago.

        An institution that is asked for `max_age` has to say when; of one that does not, it is not known.
        """
        kinds = sum(not self.methods.isdisjoint(kind) for kind in KINDS)
        return ("mfa" in self.methods or kinds > 1) and -SKEW <= now - self.shown_at <= FRESH


def read_claims(token: Mapping[str, Any], userinfo: Mapping[str, Any], client_id: str) -> Claims:
    """Return what counts of both.

    Args:
        token: the claims of an id_token whose issuer, audience and time were checked.
        userinfo: what the endpoint of that name has answered.

    Raises:
        ValueError: they don't name one person, or are not for this site.
    """
    subject = token["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT or not (subject.isascii() and subject.isprintable()):
        raise ValueError("no subject")
    if userinfo.get("sub") != subject:
        raise ValueError("two subjects")
    if "exp" not in token or token.get("azp", client_id) != client_id:
        raise ValueError("no id_token for this site")
    said = userinfo if userinfo.get("email") else token
    is_vouched = said.get("email_verified") in (True, "true") and isinstance(said.get("email"), str)
    methods, at = token.get("amr"), token.get("auth_time")
    return Claims(
        issuer=token["iss"],
        subject=subject,
        email=said["email"] if is_vouched else "",
        methods=frozenset(method for method in methods if isinstance(method, str)) if isinstance(methods, list) else frozenset(),
        shown_at=float(at) if isinstance(at, int | float) else 0.0,
    )
