"""Make signed-in sessions as Django's own login writes them, for every site of the benchmark."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import get_random_string

BACKEND = "django.contrib.auth.backends.ModelBackend"


def sign_in(people: list[Any], extra: dict[str, Any] | None = None) -> list[str]:
    """Open a session for each person and return their keys, in the same order."""
    store = SessionStore()
    hashes: dict[str, str] = {}
    rows = []
    for person in people:
        if person.password not in hashes:
            hashes[person.password] = person.get_session_auth_hash()
        data = {SESSION_KEY: str(person.pk), BACKEND_SESSION_KEY: BACKEND, HASH_SESSION_KEY: hashes[person.password]}
        rows.append(
            Session(
                session_key=get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789"),
                session_data=store.encode(data | (extra or {})),
                expire_date=timezone.now() + timedelta(days=14),
            )
        )
    Session.objects.bulk_create(rows, batch_size=1000)
    return [row.session_key for row in rows]
