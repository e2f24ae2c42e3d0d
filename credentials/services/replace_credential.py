"""Replace a certificate by one with a corrected name: everything else on it stays as it was."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.names import clean_printed_name
from accounts.services.record_audit import clean_reason, record_audit
from credentials.audit import REPLACED
from credentials.errors import CredentialOver, NameUnchanged, NameUnprintable
from credentials.models import Credential, CredentialHolder, CredentialNotice
from credentials.services.make_pdf import CredentialNameless
from credentials.services.notify_holder import record_notice
from credentials.services.retry_hold import still_missing
from credentials.services.revoke_credential import end_credential, refuse_own
from learning.models import Enrolment


def replace_credential(*, actor: User, credential_id: UUID, printed_name: str, reason: str) -> Credential:
    """Revoke a certificate and issue the same again under a corrected name. Returns the new one; the old one leads to it.

    The account's name follows where it is still the name that was wrong: the next certificate would repeat the mistake.
    A name that the person has chosen since stays (docs/decisions/0013).

    Raises:
        ValidationError: no certificate can carry this name (accounts.names).
        ReasonMissing, OwnRecord, NameUnchanged, NameUnprintable, CredentialNameless: nothing was changed.
        CredentialOver: it was revoked or replaced before; nothing was changed.
        Credential.DoesNotExist: there is no such certificate.
    """
    kept, name = clean_reason(reason), clean_printed_name(printed_name)
    with transaction.atomic():
        old = _lock(credential_id)
        refuse_own(old, actor)
        if old.is_over:
            raise CredentialOver
        check_new_name(old, name)
        end_credential(old, Credential.PublicReason.DATA)
        new = _issue_again(old, name)
        old.replaced_by = new
        old.save(update_fields=["replaced_by"])
        User.objects.filter(held_credentials=old.holder, printed_name=old.holder.printed_name).update(printed_name=name)
        record_audit(
            actor=actor,
            action=REPLACED,
            subject_kind="credential",
            subject_key=str(old.pk),
            reason=kept,
            details={"replaced_by": str(new.pk)},
        )
        record_notice(old, CredentialNotice.What.REPLACED)
    return new


def check_new_name(credential: Credential, name: str) -> None:
    """Refuse a name that the certificate bears already, or that no font has.

    Raises:
        NameUnchanged, NameUnprintable, CredentialNameless: see there.
    """
    holder = getattr(credential, "holder", None)
    if holder is None:
        raise CredentialNameless
    if name == holder.printed_name:
        raise NameUnchanged
    if missing := still_missing(credential, name):
        raise NameUnprintable(missing)


def _lock(credential_id: UUID) -> Credential:
    """Lock the person, the enrolment and the certificate, in this order: that in which an account is erased."""
    found = Credential.objects.get(pk=credential_id)
    holders = CredentialHolder.objects.filter(credential=found, learner__isnull=False).values("learner_id")
    list(User.objects.select_for_update(no_key=True).filter(pk__in=holders).values_list("pk"))
    list(Enrolment.objects.select_for_update(of=("self",)).filter(credentials=found).values_list("pk"))
    locked = Credential.objects.select_for_update(of=("self",)).filter(pk=credential_id)
    # In two statements: PostgreSQL looks again at the row that it had to wait for, not at those joined to it.
    list(locked.values_list("pk"))
    return Credential.objects.select_related("holder__learner").get(pk=credential_id)


def _issue_again(old: Credential, name: str) -> Credential:
    new = Credential.objects.create(
        enrolment=old.enrolment,
        subject_kind=old.subject_kind,
        subject_key=old.subject_key,
        basis=old.basis,
        # The address on it is where the new one is found, should the site have moved.
        snapshot=old.snapshot | {"site": settings.SITE_URL},
        template_version=old.template_version,
    )
    CredentialHolder.objects.create(credential=new, learner=old.holder.learner, printed_name=name, show_name=old.holder.show_name)
    return new
