"""Make the PDF of a certificate once per language, and serve the same file from then on.

The file goes first and its row after it, both under the lock of the credential's row: a failure leaves at most a file that
no row names, and the next request makes the very same one again. The file's name is its content, and its content is checked
each time it is read: half of a file, or another one in its place, is never served.
"""

from __future__ import annotations

import hashlib
import logging
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from credentials.certificate.pdf import GlyphsMissing
from credentials.certificate.pdf import typeset_certificate as render
from credentials.certificate.values import BY_DECISION, EARNED, CertificateValues, values_of
from credentials.models import Credential, CredentialFile, CredentialHold
from credentials.services.notify_hold import notify_hold
from foundation.errors import Refused

logger = logging.getLogger(__name__)


class CredentialRevoked(Refused):
    """The certificate is not valid any more: it is not given out."""

    code = "credential_revoked"
    message = _("This certificate is no longer valid, so its PDF is not given out any more.")


class CredentialNameless(Refused):
    """The person's name was erased, so there is nothing to print."""

    code = "credential_nameless"
    message = _("The name on this certificate was erased, so its PDF can no longer be made.")


class PdfHeld(Refused):
    """Something on it can't be printed; an administrator was told. `characters` says what."""

    code = "pdf_held"
    message = _("Your certificate is valid, but its PDF has to wait: some characters can’t be printed yet.")

    def __init__(self, characters: str) -> None:
        super().__init__(characters)
        self.characters = characters


def make_pdf(*, credential_id: UUID, language: str) -> bytes:
    """Return the PDF of a credential in a language, made now or before.

    Raises:
        Credential.DoesNotExist: there is no such credential.
        CredentialRevoked, CredentialNameless: there is no PDF to give out.
        PdfHeld: it can't be printed yet. The hold is kept, and an administrator told of it once.
    """
    with transaction.atomic():
        credential = Credential.objects.select_for_update(of=("self",)).select_related("holder").get(pk=credential_id)
        if credential.revoked_at is not None or credential.replaced_by_id is not None:
            raise CredentialRevoked
        kept = CredentialFile.objects.filter(credential=credential, language=language).first()
        body = read_whole(kept) if kept else None
        if body is not None:
            return body
        try:
            body = render(certificate_values(credential, language))
        except GlyphsMissing as failure:
            open_hold(credential, failure.characters)
            held = failure.characters
        else:
            _keep(credential, language, body, kept)
            return body
    # Outside the transaction: the hold stays.
    raise PdfHeld(held)


def made_pdf(*, credential: Credential, language: str) -> bytes | None:
    """Return the PDF if it was made and is whole, without a lock: how nearly every request is answered."""
    kept = CredentialFile.objects.filter(credential=credential, language=language).first()
    return read_whole(kept) if kept else None


def certificate_values(credential: Credential, language: str, name: str = "") -> CertificateValues:
    """Return what is printed on a credential, or would be under another name.

    Raises:
        CredentialNameless: its holder was erased.
    """
    holder = getattr(credential, "holder", None)
    if holder is None or not holder.printed_name:
        raise CredentialNameless
    return values_of(
        credential.said,
        name=name or holder.printed_name,
        language=language,
        code=credential.code,
        url=f"{credential.snapshot['site'].rstrip('/')}/credentials/{credential.pk}/",
        issued_at=credential.issued_at,
        # An override of before version 2 was given the first, whose words are of completion.
        template_version=max(credential.template_version, BY_DECISION if credential.basis == Credential.Basis.OVERRIDE else EARNED),
    )


def open_hold(credential: Credential, characters: str) -> None:
    """Open the task for the administrator, or open it again if it was closed. Told once each time it opens.

    Belongs in the transaction that holds the lock of the credential's row.
    """
    missing = characters[:200]
    hold, created = CredentialHold.objects.get_or_create(credential=credential, defaults={"missing": missing})
    if not created and hold.resolved_at is None:
        return
    if not created:
        hold.missing, hold.opened_at, hold.told_at, hold.resolved_at = missing, timezone.now(), None, None
        hold.save(update_fields=["missing", "opened_at", "told_at", "resolved_at"])
    transaction.on_commit(lambda: notify_hold.enqueue(hold.pk))


def read_whole(kept: CredentialFile) -> bytes | None:
    """Return the content of a stored file, or None if it is gone or is not what was stored."""
    if not default_storage.exists(kept.path):
        return None
    with default_storage.open(kept.path) as file:
        body: bytes = file.read()
    if hashlib.sha256(body).hexdigest() == kept.sha256:
        return body
    logger.error("The stored PDF %s is not what was stored; it is made again.", kept.path)
    return None


def _keep(credential: Credential, language: str, body: bytes, before: CredentialFile | None) -> None:
    """Store a new PDF under the name of its content, then name it in its row, and close what held it."""
    sha256 = hashlib.sha256(body).hexdigest()
    path = f"certificates/{sha256}.pdf"
    if default_storage.exists(path):
        # Left by a failure, or damaged: storages never overwrite, they would take another name.
        default_storage.delete(path)
    path = default_storage.save(path, ContentFile(body))
    if before is None:
        CredentialFile.objects.create(credential=credential, language=language, sha256=sha256, path=path)
    else:
        if before.sha256 != sha256:
            # Another version of the typesetter, or of the drawing: the certificate says the same, its bytes differ.
            logger.warning("A lost PDF of credential %s was made again and has a new hash.", credential.pk)
        before.sha256, before.path, before.made_at = sha256, path, timezone.now()
        before.save(update_fields=["sha256", "path", "made_at"])
    CredentialHold.objects.filter(credential=credential, resolved_at__isnull=True).update(resolved_at=timezone.now())
