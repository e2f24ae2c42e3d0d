"""Sign a person out everywhere."""

from __future__ import annotations

from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings

from accounts.models import User


def end_sessions(*, user: User) -> int:
    """End every session of a person and return how many there were. What they held (address, devices) goes with them."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        store.delete(session.session_key)
        session.delete()
    return len(sessions)
