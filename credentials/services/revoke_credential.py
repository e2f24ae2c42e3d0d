"""Revoke a certificate: its page says so at once, and its PDF is no longer given out."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.record_audit import clean_reason, record_audit
from credentials.audit import REVOKED
from credentials.errors import CredentialOver, OwnRecord
from credentials.models import Credential, CredentialHold, CredentialNotice
from credentials.services.notify_holder import record_notice


def revoke_credential(
    *, actor: User, credential_id: UUID, reason: str, public_reason: Credential.PublicReason | str = Credential.PublicReason.OTHER
) -> Credential:
    """Revoke a certificate for ever; whoever held it is told.

    Args:
        reason: why, for the audit trail. Never shown in public.
        public_reason: what the public page says, one of a few phrases.

    Raises:
        ReasonMissing, OwnRecord: nothing was changed.
        CredentialOver: it was revoked or replaced before; nothing was changed.
        Credential.DoesNotExist: there is no such certificate.
        ValueError: the public reason is none of the phrases.
    """
    kept, shown = clean_reason(reason), Credential.PublicReason(public_reason)
    with transaction.atomic():
        credential = Credential.objects.select_for_update(of=("self",)).select_related("holder").get(pk=credential_id)
        refuse_own(credential, actor)
        end_credential(credential, shown)
        record_audit(
            actor=actor,
            action=REVOKED,
            subject_kind="credential",
            subject_key=str(credential.pk),
            reason=kept,
            details={"public_reason": shown.value},
        )
        record_notice(credential, CredentialNotice.What.REVOKED)
    return credential


def refuse_own(credential: Credential, actor: User) -> None:
    """Refuse to let staff decide about a certificate of their own.

    Raises:
        OwnRecord: it is theirs.
    """
    holder = getattr(credential, "holder", None)
    if holder is not None and holder.learner_id == actor.pk:
        raise OwnRecord


def end_credential(credential: Credential, shown: Credential.PublicReason) -> None:
    """Write down that a locked certificate is not valid any more, and that nothing of it waits to be printed.

    Raises:
        CredentialOver: it did not count before.
    """
    if credential.is_over:
        raise CredentialOver
    credential.revoked_at, credential.reason = timezone.now(), shown.value
    credential.save(update_fields=["revoked_at", "reason"])
    CredentialHold.objects.filter(credential=credential, resolved_at__isnull=True).update(resolved_at=credential.revoked_at)
