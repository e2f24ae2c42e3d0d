"""Encrypt secrets that must be read again (the key of an authenticator app, the seed of recovery codes) in the database.

Whoever reads a copy of the database gets nobody's second factor from it. The key is derived from SECRET_KEY; after a
change of it, the former one in SECRET_KEY_FALLBACKS still opens what it closed.
"""

from __future__ import annotations

import base64
import logging
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

logger = logging.getLogger(__name__)
_PURPOSE = b"puente second factor 1"


def seal(text: str) -> str:
    """Return a secret as it is stored."""
    return _keys().encrypt(text.encode()).decode()


def unseal(stored: str) -> str:
    """Return the secret again.

    What no known key opens comes back as a secret that nobody has: no code fits it, and the person needs a reset. An
    empty one would be worse than none: its codes could be worked out.
    """
    try:
        return _keys().decrypt(stored.encode()).decode()
    except InvalidToken:
        logger.error("A second factor can't be read: SECRET_KEY was changed without SECRET_KEY_FALLBACKS.")
        return base64.b32encode(secrets.token_bytes(20)).decode()


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _derived(key: str | bytes) -> bytes:
    return base64.urlsafe_b64encode(HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(force_bytes(key)))
