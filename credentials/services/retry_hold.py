"""Try a held PDF again, after fonts were added or with the name as the learner wants it written."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.names import clean_printed_name
from credentials.certificate.pdf import missing_on_certificate
from credentials.models import Credential, CredentialFile, CredentialHold
from credentials.services.make_pdf import PdfHeld, certificate_values


def still_missing(credential: Credential, printed_name: str) -> str:
    """Return what could not be printed under a name in any of the languages; "" when all can be."""
    values = (certificate_values(credential, language, printed_name) for language, _label in settings.LANGUAGES)
    return "".join(dict.fromkeys("".join(missing_on_certificate(each) for each in values)))


def retry_hold(*, hold_id: int, printed_name: str = "") -> None:
    """Close the hold if the certificate can be printed in every language now; the PDF is made at the next request.

    Args:
        printed_name: the name to print from now on; "" leaves it. Files made with the old name are thrown away.

    Raises:
        ValidationError: no certificate can carry this name (accounts.names).
        PdfHeld: some characters still can't be printed. Nothing was changed.
        CredentialNameless: the holder was erased meanwhile.
    """
    name = clean_printed_name(printed_name) if printed_name else ""
    with transaction.atomic():
        credential_id = CredentialHold.objects.values_list("credential_id", flat=True).get(pk=hold_id)
        credential = Credential.objects.select_for_update(of=("self",)).select_related("holder").get(pk=credential_id)
        if missing := still_missing(credential, name):
            raise PdfHeld(missing)
        if name and name != credential.holder.printed_name:
            _rename(credential, name)
        CredentialHold.objects.filter(pk=hold_id, resolved_at__isnull=True).update(resolved_at=timezone.now())


def _rename(credential: Credential, name: str) -> None:
    credential.holder.printed_name = name
    credential.holder.save(update_fields=["printed_name"])
    files = CredentialFile.objects.filter(credential=credential)
    for path in files.values_list("path", flat=True):
        transaction.on_commit(partial(default_storage.delete, path))
    files.delete()
