"""Show the name on the public page of a certificate, or hide it: its holder decides, and may change their mind."""

from __future__ import annotations

from uuid import UUID

from accounts.models import User
from credentials.models import CredentialHolder


def show_name(*, learner: User, credential_id: UUID, show: bool) -> bool:
    """Set whether the public page and the PDF may be seen with the name. Returns False if it isn't theirs."""
    return bool(CredentialHolder.objects.filter(credential_id=credential_id, learner=learner).update(show_name=show))
