"""How often a code may be asked for, and a code or a password tried.

Tries of some minutes are counted in the cache (limits in ACCOUNT_RATE_LIMITS), those of a day in the database (ACCOUNT_DAY_LIMITS).

Who guesses is slowed, and keeps nobody out. A browser that an account does not know is counted by address and network together, so
that others elsewhere do not count for it; and all such browsers together have a ceiling for each day and address, past which nothing
is tried or sent in them, right or wrong. A known browser has counts of its own (`accounts.known_browsers`), and so has whoever is
signed in and shows who they are. Each refusal has a sentence that says what is so and what one can do.

All is asked before anything is looked up, so that it is the same for people with and without an account.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import known_browsers, try_counts
from accounts.allauth_internals import count_towards_limit, counted, forget_count, network_of, page_over_limit
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

    def count(self, request: HttpRequest) -> bool:
        """Count a try; False if it is one too many, of some minutes or of the day."""
        return count_towards_limit(request, self.limit, self.key) and try_counts.count_in_a_day(self.limit, self.key)

    def forget(self, request: HttpRequest) -> None:
        """Begin to count anew, after a right one."""
        forget_count(request, self.limit, self.key)
        try_counts.forget(self.limit, self.key)


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether something may be done now. `refusal` is the sentence that says why not; `take_back` uncounts what was right."""

    refusal: str = ""
    counts: tuple[Callable[[], None], ...] = ()

    def take_back(self) -> None:
        """Count it no more: it was right."""
        for uncount in self.counts:
            uncount()


@dataclass(frozen=True, slots=True)
class Limit:
    """How often something may be done: the limit's name, what it counts, and the sentence that refuses one too many."""

    name: str
    key: str
    refusal: Sentence
    is_of_a_day: bool = False

    def count(self, request: HttpRequest) -> Callable[[], None] | None:
        """Count one; return what uncounts it again; None if it is one too many."""
        if self.is_of_a_day:
            is_within = try_counts.count_in_a_day(self.name, self.key)
            return partial(try_counts.take_back, self.name, self.key) if is_within else None
        usage = counted(request, self.name, self.key)
        return None if usage is None else usage.rollback


def ask_for_code(request: HttpRequest, email: str) -> Answer:
    """Count a code that is asked for an address at the door."""
    return _at_the_door(request, email, "send_code", known=(CODES_HERE, CODES_OF_A_DAY_HERE), unknown=(CODES_FROM_NETWORK, CODES_OF_A_DAY))


def ask_to_try(request: HttpRequest, email: str) -> Answer:
    """Count a code or a password that is tried for an address at the door."""
    return _at_the_door(request, email, "try", known=(TRIES_HERE, TRIES_OF_A_DAY_HERE), unknown=(TRIES_FROM_NETWORK, TRIES_OF_A_DAY))


def ask_for_identity_code(request: HttpRequest, user: User) -> Answer:
    """Count a code with which somebody who is signed in wants to show who they are. No stranger can use these counts up."""
    return _first_refusal(request, [Limit("identity_code", str(user.pk), CODES_SIGNED_IN)])


def ask_to_show_identity(request: HttpRequest, user: User) -> Answer:
    """Count a password or code with which somebody who is signed in shows who they are."""
    return _first_refusal(request, [Limit("identity", str(user.pk), TRIES_SIGNED_IN)])


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
    request: HttpRequest, email: str, what: str, *, known: tuple[Sentence, Sentence], unknown: tuple[Sentence, Sentence]
) -> Answer:
    """Count in a browser that the account knows, or in any other. The sentences: of some minutes, and of the day."""
    email = email.lower()
    if known_browsers.is_known(request, email):
        own, name = f"{known_browsers.token_hash(request)} {email}", f"{what}_known"
        return _first_refusal(request, [Limit(name, own, known[0]), Limit(name, own, known[1], is_of_a_day=True)])
    here = f"{network_of(request)} {email}"
    return _first_refusal(request, [Limit(what, here, unknown[0]), Limit(what, email, unknown[1], is_of_a_day=True)])


def _first_refusal(request: HttpRequest, limits: list[Limit]) -> Answer:
    """Count towards each limit, until one refuses: then nothing is counted."""
    counts: tuple[Callable[[], None], ...] = ()
    for limit in limits:
        uncount = limit.count(request)
        if uncount is None:
            Answer(counts=counts).take_back()
            return Answer(refusal=str(limit.refusal))
        counts = (*counts, uncount)
    return Answer(counts=counts)
