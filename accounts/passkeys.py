"""Passkeys (WebAuthn): write the question for the browser, and check its answer, which is JSON that nobody may trust."""

from __future__ import annotations

import json
import re
import struct
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder

from accounts import allauth_internals
from accounts.models import User

# Longer than what any authenticator sends.
MAX_ANSWER = 20_000
BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
# What allauth and fido2 raise when an answer is not what they expect, apart from ValidationError.
MALFORMED = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    NotImplementedError,
    RecursionError,
    struct.error,
    InvalidSignature,
    UnsupportedAlgorithm,
)


class PasskeyRefused(Exception):
    """The browser's answer does not fit what it was asked, or is no answer at all."""


def creation_options(user: User) -> str:
    """Return what a browser needs to make a passkey, as JSON; the question is remembered in the session."""
    return json.dumps(allauth_internals.ask_for_new_passkey(user), cls=DjangoJSONEncoder)


def request_options(user: User) -> str:
    """Return what a browser needs to show a passkey of this person, as JSON."""
    return json.dumps(allauth_internals.ask_for_passkey(user), cls=DjangoJSONEncoder)


def checked_new(answer: str) -> dict[str, Any]:
    """Return a new passkey as it is stored: the parts that are needed of a right answer, and nothing else.

    Raises:
        PasskeyRefused: see there.
    """
    credential = _parsed(answer, ("clientDataJSON", "attestationObject"))
    try:
        allauth_internals.check_new_passkey(credential)
    except (*MALFORMED, ValidationError) as wrong:
        raise PasskeyRefused from wrong
    return credential


def checked_shown(user: User, answer: str) -> Authenticator:
    """Return the passkey that was shown.

    Raises:
        PasskeyRefused: see there.
    """
    credential = _parsed(answer, ("clientDataJSON", "authenticatorData", "signature"))
    try:
        return allauth_internals.check_passkey(user, credential)
    except (*MALFORMED, ValidationError) as wrong:
        raise PasskeyRefused from wrong


def _parsed(answer: str, parts: tuple[str, ...]) -> dict[str, Any]:
    """Read an answer and keep of it what is needed: unknown text must reach neither the libraries nor the database."""
    if len(answer) > MAX_ANSWER:
        raise PasskeyRefused
    try:
        sent = json.loads(answer)
        response = {part: _base64url(sent["response"][part]) for part in parts}
        key_id = _base64url(sent["id"])
    except MALFORMED as wrong:
        raise PasskeyRefused from wrong
    return {"id": key_id, "rawId": key_id, "type": "public-key", "response": response, "clientExtensionResults": {}}


def _base64url(value: Any) -> str:
    if not isinstance(value, str) or not BASE64URL.fullmatch(value):
        raise PasskeyRefused
    return value
