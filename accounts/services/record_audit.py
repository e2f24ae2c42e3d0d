"""Write down what a member of staff did to the record, in the transaction in which it is done."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db import transaction

from accounts.audit import Act
from accounts.errors import ReasonMissing
from accounts.models import AuditEntry, User

REASON_MIN, REASON_MAX = 10, 500


def clean_reason(raw: str) -> str:
    """Return a reason as it is kept: without spaces around it, 10 to 500 characters of which some are letters.

    Raises:
        ReasonMissing: see there.
    """
    reason = unicodedata.normalize("NFC", raw.replace("\r\n", "\n")).strip()
    if not REASON_MIN <= len(reason) <= REASON_MAX or "\0" in reason or not any(character.isalpha() for character in reason):
        raise ReasonMissing
    return reason


def record_audit(
    *,
    actor: User,
    action: Act,
    subject_kind: str,
    subject_key: str,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one entry. It can never be changed, so `details` name nobody: numbers and keys only.

    Raises:
        TransactionManagementError: called outside a transaction: an act and its entry stand or fall together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An audit entry belongs in the transaction of what it tells of.")
    return AuditEntry.objects.create(
        actor_id=actor.pk,
        action=action.name,
        subject_kind=subject_kind,
        subject_key=subject_key,
        reason=reason,
        details=details or {},
    )
