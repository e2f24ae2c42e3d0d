"""Who acted: names for the numbers on the audit trail, looked up each time and never stored."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import User


def names_of(actors: Iterable[int]) -> dict[int, str]:
    """Return the e-mail addresses of accounts by number; those that are gone are "a former member of staff". One query."""
    wanted = set(actors)
    found = dict(User.objects.filter(pk__in=wanted).values_list("pk", "email"))
    return {actor: found.get(actor) or _("a former member of staff") for actor in wanted}
