"""The link with which a former mailbox says that a change of address was not theirs: signed, for 72 hours, once. It opens nothing."""

from __future__ import annotations

from datetime import datetime

from django.core import signing

from accounts.models import AddressChange

SALT = "accounts.contest"


def contest_token(change: AddressChange) -> str:
    """Return what stands in the link."""
    return signing.dumps(change.pk, salt=SALT)


def contestable(token: str, now: datetime) -> AddressChange | None:
    """Return the change that a link is about; None for a link that was used, is too old, or is none of ours."""
    try:
        key = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return AddressChange.objects.contestable(now).filter(pk=key).first()
