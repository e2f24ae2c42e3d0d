"""The table of decisive changes of an account: which sessions each of them ends, and what its owner reads in the history. Pure.

What was begun before a change (a code, a link, a half-done sign-in) ends with every one of them: `accounts.pending_acts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Change(Enum):
    """What can change. The value is stored with the history."""

    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    ADDRESS = "address"
    PASSWORD = "password"  # noqa: S105
    SECOND_FACTOR = "second-factor"
    ROLE = "role"
    CONTESTED = "contested"
    DECIDED = "decided"
    SIGNED_OUT = "signed-out"
    SIGNED_OUT_ELSEWHERE = "signed-out-elsewhere"
    INSTITUTION_JOINED = "institution-joined"
    INSTITUTION_LEFT = "institution-left"
    INSTITUTION_REPLACED = "institution-new"


@dataclass(frozen=True, slots=True)
class Effect:
    """What follows from a change.

    `ends_sessions`: whether sessions end. `keeps_here`: whether the one goes on in which its owner made the change; where somebody
    else made it (staff, a command, a link), none does. `keeps_browsers`: whether browsers that the account knows stay known.
    `label` is the line of the history.
    """

    ends_sessions: bool
    keeps_here: bool
    keeps_browsers: bool
    label: str | Promise


EFFECTS: Mapping[Change, Effect] = {
    Change.DEACTIVATED: Effect(True, False, True, _("Your account was closed.")),
    Change.REACTIVATED: Effect(True, False, True, _("Your account was opened again.")),
    Change.ADDRESS: Effect(True, True, False, _("Your e-mail address was changed.")),
    Change.PASSWORD: Effect(True, True, True, _("Your password was changed.")),
    Change.SECOND_FACTOR: Effect(True, True, True, _("Your second step was changed.")),
    # Rights are asked for at each request, and the admin asks for a second factor shown in that very session.
    Change.ROLE: Effect(False, True, True, _("Your roles were changed.")),
    Change.CONTESTED: Effect(True, False, False, _("Someone with your former address said that the change of address was not theirs.")),
    Change.DECIDED: Effect(True, False, False, _("Support decided about the change of address.")),
    # Deleting sessions is not enough: a request that is under way holds one, and would bring it back.
    Change.SIGNED_OUT: Effect(True, False, False, _("You signed out everywhere.")),
    Change.SIGNED_OUT_ELSEWHERE: Effect(True, True, False, _("You signed out everywhere but in one browser.")),
    # Another way in, or one less: nothing that is open came by it unseen, for its owner is told.
    Change.INSTITUTION_JOINED: Effect(False, True, True, _("Your account opens with the sign-in of an institution, too.")),
    # They may be two people: whoever came in by the former one goes.
    Change.INSTITUTION_REPLACED: Effect(
        True, False, False, _("Support decided: another sign-in of the institution opens your account, and the former one no more.")
    ),
    Change.INSTITUTION_LEFT: Effect(False, True, True, _("The sign-in of an institution no longer opens your account.")),
}


def label_of(kind: str) -> str:
    """Return the line of the history for what is stored; the bare value, if nothing is known of it any more."""
    found = next((effect.label for change, effect in EFFECTS.items() if change.value == kind), kind)
    return str(found)
