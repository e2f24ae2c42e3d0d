"""How often a code may be asked for, and a code or a password tried. Counts are kept in the cache, limits in ACCOUNT_RATE_LIMITS.

Who guesses is slowed, and keeps nobody out. A browser that an account does not know is counted by address and network together, so
that others elsewhere do not count for it; and all such browsers together have a ceiling for each day and address, past which nothing
is tried or sent in them, right or wrong. A known browser has counts of its own (`accounts.known_browsers`), and so has whoever is
signed in and shows who they are. Each refusal has a sentence that says what is so and what one can do.

All is asked before anything is looked up, so that it is the same for people with and without an account.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import known_browsers
from accounts.allauth_internals import Count, count_towards_limit, counted, network_of, page_over_limit
from accounts.models import User

Sentence = str | Promise

CODES_HERE = _(
    "You have asked for several codes in this browser. The last one works in it until its time is over; for a new one, wait five minutes."
)
CODES_FROM_NETWORK = _(
    "From your network, several codes were asked for this address. Wait five minutes. Or open the link in one of our messages of today in "
    "this browser: it makes the browser known, and a code can be asked for at once."
)
CODES_OF_A_DAY = _(
    "For this address we have sent as many codes as we send in a day to browsers that we don’t know. Open the link in one of our messages "
    "of today in this browser: it makes the browser known, and a code can be asked for at once. Or wait until tomorrow."
)
CODES_OF_A_DAY_HERE = _("In this browser you have asked for as many codes as we send in a day. Wait until tomorrow.")
TRIES_HERE = _("There were too many tries in this browser. Wait five minutes and try again.")
TRIES_FROM_NETWORK = _(
    "From your network there were too many tries for this address. Wait five minutes. Or open the link in one of our messages of today in "
    "this browser: it makes the browser known, and you can try again at once."
)
TRIES_OF_A_DAY = _(
    "There were too many tries for this address today in browsers that we don’t know, so nothing is tried in them until tomorrow, not even "
    "what is right. Open the link in one of our messages of today in this browser: it makes the browser known, and you can try again at "
    "once."
)
TRIES_OF_A_DAY_HERE = _("There were too many tries in this browser today. Wait until tomorrow and try again.")
TRIES_SIGNED_IN = _("There were too many tries. You stay signed in; wait five minutes and try again.")
CODES_SIGNED_IN = _(
    "We have sent you several codes. The last one works in this browser until its time is over; for a new one, wait five minutes."
)
FACTOR_TRIES = _("There were too many tries. Wait five minutes and try again; after many tries in a day, wait until tomorrow.")
FACTOR_TRIES_UNKNOWN = _(
    "There were too many tries at this step in browsers that we don’t know. Use one in which you have signed in before, or open the link "
    "in one of our messages of today in this browser: they have tries of their own. Or wait five minutes; after many tries in a day, until "
    "tomorrow."
)
FACTOR_TRIES_BY_LINK = _(
    "There were too many tries at this step in browsers that we know by a link only. Use one in which you have signed in before: it has "
    "tries of its own. Or wait five minutes; after many tries in a day, until tomorrow."
)


@dataclass(frozen=True, slots=True)
class FactorTries:
    """Which limit counts tries at the second step, under which key, and the sentence that refuses one too many."""

    limit: str
    key: str
    refusal: Sentence


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether something may be done now. `refusal` is the sentence that says why not; `take_back` uncounts what was right."""

    refusal: str = ""
    counts: tuple[Count, ...] = ()

    def take_back(self) -> None:
        """Count it no more: it was right."""
        for each in self.counts:
            each.rollback()


def ask_for_code(request: HttpRequest, email: str) -> Answer:
    """Count a code that is asked for an address at the door."""
    return _at_the_door(
        request,
        email,
        known=(("send_code_known", CODES_HERE), ("send_code_known_day", CODES_OF_A_DAY_HERE)),
        unknown=("send_code", CODES_FROM_NETWORK),
        day=("send_code_day", CODES_OF_A_DAY),
    )


def ask_to_try(request: HttpRequest, email: str) -> Answer:
    """Count a code or a password that is tried for an address at the door."""
    return _at_the_door(
        request,
        email,
        known=(("try_known", TRIES_HERE), ("try_known_day", TRIES_OF_A_DAY_HERE)),
        unknown=("try", TRIES_FROM_NETWORK),
        day=("try_day", TRIES_OF_A_DAY),
    )


def ask_for_identity_code(request: HttpRequest, user: User) -> Answer:
    """Count a code with which somebody who is signed in wants to show who they are. No stranger can use these counts up."""
    return _first_refusal(request, [("identity_code", str(user.pk), CODES_SIGNED_IN)])


def ask_to_show_identity(request: HttpRequest, user: User) -> Answer:
    """Count a password or code with which somebody who is signed in shows who they are."""
    return _first_refusal(request, [("identity", str(user.pk), TRIES_SIGNED_IN)])


def factor_tries(request: HttpRequest, user: User) -> FactorTries:
    """Return how tries at the second step are counted here, so that whoever has the password, or the mailbox too, keeps nobody out.

    Unknown browsers share the account's count. So do those known by a link, another one: whoever reads the mailbox has as many links as
    messages, and no more tries for it. A browser in which somebody has signed in, with all steps, has a count of its own.
    """
    key = f"second-factor-{user.pk}"
    if request.user.is_authenticated:
        return FactorTries("second_factor_signed_in", f"{key}-signed-in", FACTOR_TRIES)
    browser = known_browsers.row_of(request, user)
    if browser is None:
        return FactorTries("second_factor", key, FACTOR_TRIES_UNKNOWN)
    if browser.by_link:
        return FactorTries("second_factor_link", f"{key}-by-link", FACTOR_TRIES_BY_LINK)
    return FactorTries("second_factor_known", f"{key}-browser-{browser.pk}", FACTOR_TRIES)


def too_many(request: HttpRequest, action: str) -> HttpResponse | None:
    """Count a request from this address of the network; return the page that refuses it if there were too many."""
    return None if count_towards_limit(request, action) else page_over_limit(request)


def _at_the_door(
    request: HttpRequest,
    email: str,
    *,
    known: tuple[tuple[str, Sentence], ...],
    unknown: tuple[str, Sentence],
    day: tuple[str, Sentence],
) -> Answer:
    email = email.lower()
    if known_browsers.is_known(request, email):
        own = f"{known_browsers.token_hash(request)} {email}"
        return _first_refusal(request, [(limit, own, sentence) for limit, sentence in known])
    return _first_refusal(request, [(unknown[0], f"{network_of(request)} {email}", unknown[1]), (day[0], email, day[1])])


def _first_refusal(request: HttpRequest, limits: list[tuple[str, str, Sentence]]) -> Answer:
    counts: tuple[Count, ...] = ()
    for limit, key, sentence in limits:
        count = counted(request, limit, key)
        if count is None:
            Answer(counts=counts).take_back()
            return Answer(refusal=str(sentence))
        counts = (*counts, count)
    return Answer(counts=counts)
