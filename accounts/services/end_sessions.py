"""Sign a person out everywhere, or everywhere but here."""

from __future__ import annotations

from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings

from accounts.models import User


def end_sessions(*, user: User, but: str = "") -> int:
    """End every session of a person and return how many there were. What they held (address, devices) goes with them.

    Args:
        but: the key of the one that stays.
    """
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=but))
    for session in sessions:
        store.delete(session.session_key)
        session.delete()
    return len(sessions)
