"""What waits on the first page of the admin because of the record: certificates whose PDF is held back."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from credentials.models import CredentialHold
from editorial.todo import SOURCES, Item, Source


def register_sources() -> None:
    """Enter what the administration has waiting. Called from `ready()`."""
    SOURCES.register(Source(name="certificate_holds", items_for=certificate_holds))


def certificate_holds(user: User) -> Iterator[Item]:
    """Return the line of open holds, for whoever may work on them. One query."""
    if not user.has_perm("credentials.change_credentialhold"):
        return
    found = CredentialHold.objects.filter(resolved_at__isnull=True).aggregate(count=Count("pk"), oldest=Min("opened_at"))
    yield Item("certificate_holds", _("Certificates on hold"), found["count"], reverse("credential_holds:index"), found["oldest"])
