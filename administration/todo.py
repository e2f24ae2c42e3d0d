"""What waits on the first page of the admin because of people: certificates whose PDF is held back, and cases about accounts."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.institutions import configured
from accounts.models import User
from administration.contested_addresses import DECIDE, open_cases
from administration.institution_cases import DECIDE_INSTITUTION, open_institution_cases
from credentials.models import CredentialHold
from editorial.todo import SOURCES, Item, Source


def register_sources() -> None:
    """Enter what the administration has waiting. Called from `ready()`."""
    SOURCES.register(Source(name="certificate_holds", items_for=certificate_holds))
    SOURCES.register(Source(name="contested_addresses", items_for=contested_addresses))
    SOURCES.register(Source(name="institution_cases", items_for=institution_cases))


def certificate_holds(user: User) -> Iterator[Item]:
    """Return the line of open holds, for whoever may work on them. One query."""
    if not user.has_perm("credentials.change_credentialhold"):
        return
    found = CredentialHold.objects.filter(resolved_at__isnull=True).aggregate(count=Count("pk"), oldest=Min("opened_at"))
    yield Item("certificate_holds", _("Certificates on hold"), found["count"], reverse("credential_holds:index"), found["oldest"])


def contested_addresses(user: User) -> Iterator[Item]:
    """Return the line of accounts whose change of address was contested, for whoever may decide. One query."""
    if not user.has_perm(DECIDE):
        return
    found = open_cases().order_by().aggregate(count=Count("pk"), oldest=Min("reported_at"))
    yield Item("contested_addresses", _("Contested addresses"), found["count"], reverse("contested_addresses:index"), found["oldest"])


def institution_cases(user: User) -> Iterator[Item]:
    """Return the line of second sign-ins of institutions, for whoever may decide. One query; none where no institution signs people in."""
    if not configured() or not user.has_perm(DECIDE_INSTITUTION):
        return
    found = open_institution_cases().order_by().aggregate(count=Count("pk"), oldest=Min("at"))
    yield Item("institution_cases", _("Second sign-ins"), found["count"], reverse("institution_cases:index"), found["oldest"])
