"""What certificates say about a person, and what becomes of it when the account is deleted.

Everything goes except one thing: that a certificate with this number was issued on this day for this course. The row
names nobody; it stays so that a paper in an employer's hands is not taken for a forgery.
"""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from accounts.privacy import Rows, declare, rows
from credentials.models import Credential, CredentialFile, CredentialHold, CredentialHolder


def declare_personal_data() -> None:
    """Declare the models of this floor. Called from `ready()`."""
    declare(
        "credentials.CredentialHolder",
        reason="Whose a certificate is, and the name on it. Deleted; the certificate stays without them.",
        export=_certificates,
        erase=erase_certificates,
        lock=_lock_certificates,
    )
    eraser = "credentials.CredentialHolder's eraser"
    declare("credentials.CredentialFile", reason=f"The PDFs, which show the name. Deleted with their files, by {eraser}.")
    declare("credentials.CredentialHold", reason=f"Letters of a name that no font has. Deleted by {eraser}.")
    declare(
        "credentials.Credential",
        reason="That it was issued, for what and when. Stays: it names nobody, and its link to the enrolment becomes empty.",
    )
    declare("credentials.CredentialNotice", reason="That the holder was written to. Names nobody; stays with the certificate.")


def _certificates(user: User) -> Rows:
    fields = ("credential_id", "credential__code", "credential__issued_at", "credential__revoked_at", "printed_name", "show_name")
    return rows(CredentialHolder.objects.filter(learner=user).order_by("pk"), *fields)


def _lock_certificates(user: User) -> None:
    """Wait for whoever is drawing or replacing one of these certificates, so that no file or holder of it is made meanwhile."""
    held = CredentialHolder.objects.filter(learner=user).values("credential_id")
    list(Credential.objects.filter(pk__in=held).select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def erase_certificates(user: User) -> None:
    """Delete what says whose certificates these are: holder, files and holds. The certificates themselves stay."""
    _lock_certificates(user)
    held = CredentialHolder.objects.filter(learner=user)
    keys = list(held.order_by("pk").values_list("credential_id", flat=True))
    files = CredentialFile.objects.filter(credential__in=keys)
    paths = list(files.values_list("path", flat=True))
    files.delete()
    CredentialHold.objects.filter(credential__in=keys).delete()
    held.delete()
    transaction.on_commit(lambda: _delete_files(paths))


def _delete_files(paths: list[str]) -> None:
    """Delete stored PDFs, except where another certificate has the very same one: they are named by their content."""
    kept = set(CredentialFile.objects.filter(path__in=paths).values_list("path", flat=True))
    for path in paths:
        if path and path not in kept:
            default_storage.delete(path)
