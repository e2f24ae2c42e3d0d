"""Make signed-in sessions as Django's own login writes them, for every site of the benchmark."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import get_random_string


def sign_in(people: list[Any], extra: dict[str, Any] | None = None) -> list[str]:
    """Open a session for each person and return their keys, in the same order."""
    store = SessionStore()
    hashes: dict[tuple[str, int], str] = {}
    rows = []
    for person in people:
        # What a hash is made from: Puente counts the changes of an account in it, too.
        made_from = (person.password, getattr(person, "changes", 0))
        if made_from not in hashes:
            hashes[made_from] = person.get_session_auth_hash()
        backend = settings.AUTHENTICATION_BACKENDS[0]
        data = {SESSION_KEY: str(person.pk), BACKEND_SESSION_KEY: backend, HASH_SESSION_KEY: hashes[made_from]}
        rows.append(
            Session(
                session_key=get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789"),
                session_data=store.encode(data | (extra or {})),
                expire_date=timezone.now() + timedelta(days=14),
            )
        )
    Session.objects.bulk_create(rows, batch_size=1000)
    return [row.session_key for row in rows]
