"""Institutions whose people come in by the institution's own sign-in, as the settings name them. None, unless there are some."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.models import InstitutionIdentity, User


@dataclass(frozen=True, slots=True)
class Institution:
    """One of them. `factor_counts` says whether a second factor that was shown there counts as shown here."""

    id: str
    name: str
    factor_counts: bool


def configured() -> list[Institution]:
    """Return all of them, in the order of the settings."""
    return [Institution(entry["id"], entry["name"], entry["factor_counts"]) for entry in settings.INSTITUTIONS]


def institution_of(institution_id: str) -> Institution | None:
    """Return the institution of an id; None where the settings name none."""
    return next((found for found in configured() if found.id == institution_id), None)


def name_of_institution(institution_id: str) -> str:
    """Return its name; the id, once the settings name it no more."""
    found = institution_of(institution_id)
    return found.name if found else institution_id


def whose_factor_counts(user: User) -> list[Institution]:
    """Return the institutions that a person has joined and whose second factor counts. No statement where there are none."""
    counting = [found for found in configured() if found.factor_counts]
    if not counting:
        return []
    joined = set(InstitutionIdentity.objects.filter(user_id=user.pk).values_list("institution", flat=True))
    return [found for found in counting if found.id in joined]
