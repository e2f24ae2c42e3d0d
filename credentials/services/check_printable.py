"""Check whether a certificate can be printed before anyone asks for its file, and tell the administrators when it can't."""

from __future__ import annotations

from django.db import transaction

from credentials.certificate.pdf import missing_on_certificate
from credentials.models import Credential
from credentials.services.make_pdf import certificate_values, open_hold


def check_printable(*, credential: Credential, language: str) -> str:
    """Return the characters that keep the PDF from being printed; "" when there are none. Opens the hold if it isn't open.

    Raises:
        CredentialNameless: its holder was erased.
    """
    missing = missing_on_certificate(certificate_values(credential, language))
    hold = getattr(credential, "hold", None)
    if missing and (hold is None or hold.resolved_at is not None):
        with transaction.atomic():
            open_hold(Credential.objects.select_for_update().get(pk=credential.pk), missing)
    return missing
