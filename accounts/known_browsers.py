"""Browsers that an account knows: each has tries of its own, so that nobody who guesses elsewhere keeps its owner out.

A browser is known after a sign-in in it, or once somebody has opened in it the link from one of our messages and said so. It holds a
random number in a cookie that only the addresses below /accounts/ are sent; we hold its hash. It is no step of a sign-in and opens
nothing. It ends after 90 days, with a new address, and with signing out everywhere; and a browser may refuse it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.models import KnownBrowser, UsedLink, User
from accounts.models.security import KNOWN
from accounts.pending_acts import BROWSER_LINK, is_still_true

PATH = "/accounts/"
SALT = "accounts.known_browsers"
# What stands in the cookie of a browser that does not want to be remembered.
REFUSED = "no"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def cookie_name() -> str:
    """Return the name of the cookie; where TLS is on, one that browsers take from a TLS connection only."""
    return "__Secure-puente_browser" if settings.SESSION_COOKIE_SECURE else "puente_browser"


def token_hash(request: HttpRequest) -> str:
    """Return the hash of what the browser holds; nothing if it holds nothing of ours."""
    token = request.COOKIES.get(cookie_name(), "")
    return _hash(token) if TOKEN.fullmatch(token) else ""


def has_refused(request: HttpRequest) -> bool:
    """Whether this browser does not want to be remembered."""
    return request.COOKIES.get(cookie_name()) == REFUSED


def is_known(request: HttpRequest, email: str) -> bool:
    """Whether the account of an address knows this browser. Asks nothing of the database where there is no cookie."""
    held = token_hash(request)
    return bool(held) and _known(held).filter(user__email=email.lower()).exists()


def is_known_to(request: HttpRequest, user: User) -> bool:
    """The same for somebody who is signed in."""
    held = token_hash(request)
    return bool(held) and _known(held).filter(user=user).exists()


def row_of(request: HttpRequest, user: User) -> KnownBrowser | None:
    """Return what an account knows of this browser. Asks nothing of the database where there is no cookie."""
    held = token_hash(request)
    return _known(held).filter(user=user).first() if held else None


def make_known(request: HttpRequest, response: HttpResponse, user: User, *, is_wish: bool = False, by_link: bool = False) -> None:
    """Let an account know this browser from now on, unless the browser has refused; as somebody's express wish, also then.

    It gets another number each time. Whoever put theirs into it, to be known with it, has nothing of it. The row stays: with it goes how
    often the second step was tried in this browser, and that somebody has signed in in it.
    """
    if has_refused(request) and not is_wish:
        return
    token, held = secrets.token_urlsafe(32), token_hash(request)
    fresh = {"token_hash": _hash(token), "since": timezone.now()} | ({} if by_link else {"by_link": False})
    if held:
        KnownBrowser.objects.filter(token_hash=held).exclude(user=user).update(token_hash=_hash(token))
    if not held or not _known(held).filter(user=user).update(**fresh):
        KnownBrowser.objects.create(user=user, token_hash=_hash(token), by_link=by_link)
    _set_cookie(response, token)


def refuse_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Forget this browser for every account, and remember only that it does not want to be remembered."""
    if held := token_hash(request):
        KnownBrowser.objects.filter(token_hash=held).delete()
    _set_cookie(response, REFUSED)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of one of our messages, as long as it counts: whose it is, what it was made for, and its random part's hash."""

    user: User
    made_for: str
    link_hash: str

    @property
    def is_used(self) -> bool:
        """Whether it has made a browser known."""
        return UsedLink.objects.filter(link_hash=self.link_hash).exists()


def link_path(user: User) -> str:
    """Return the address with which whoever reads the mailbox makes one browser known."""
    return reverse("account_know_browser", args=[signing.dumps([user.pk, user.standing, secrets.token_urlsafe(16)], salt=SALT)])


def read_link(token: str) -> Link | None:
    """Return what a link says; None if it is none of ours, too old, or the account has changed since."""
    try:
        key, made_for, number = signing.loads(token, salt=SALT, max_age=BROWSER_LINK.lasts)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=key, is_active=True).first()
    return Link(user, made_for, _hash(number)) if user is not None and is_still_true(made_for, user) else None


def use_up(link: Link) -> bool:
    """Use up a link; False if it was used already. Of two at once, the later waits for the earlier, and is told so."""
    return UsedLink.objects.get_or_create(link_hash=link.link_hash)[1]


def _known(held: str) -> QuerySet[KnownBrowser]:
    return KnownBrowser.objects.filter(token_hash=held, since__gt=timezone.now() - KNOWN)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _set_cookie(response: HttpResponse, value: str) -> None:
    response.set_cookie(
        cookie_name(),
        value,
        max_age=int(KNOWN.total_seconds()),
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
