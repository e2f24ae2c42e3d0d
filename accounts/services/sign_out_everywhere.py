"""Sign a person out everywhere, or everywhere but here, as they wish."""

from __future__ import annotations

from accounts.changes import Change
from accounts.models import User
from accounts.own_account import own_account
from accounts.services.note_change import note_change


def sign_out_everywhere(*, user: User) -> None:
    """End every session of a person, and know no browser of theirs. What is under way in one of them does nothing any more.

    Raises:
        AccountChanged: see there; nothing was changed.
    """
    with own_account(user, though_held=True) as locked:
        note_change(user=locked, change=Change.SIGNED_OUT)


def sign_out_elsewhere(*, user: User, browser: str) -> None:
    """The same, but that their session here goes on (`accounts.sessions.stay_signed_in`).

    Args:
        browser: the hash of the browser that stays known; empty if it is not known.

    Raises:
        AccountChanged: see there; nothing was changed.
    """
    with own_account(user, though_held=True) as locked:
        note_change(user=locked, change=Change.SIGNED_OUT_ELSEWHERE, but_browser=browser)
