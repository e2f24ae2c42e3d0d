"""A case about an account and the account itself, locked in the one order in which all that deletes or gives back an account locks them."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import QuerySet

from accounts.models import AddressChange, InstitutionCase, User

Case = TypeVar("Case", AddressChange, InstitutionCase)


def lock_case(cases: QuerySet[Case], pk: int) -> tuple[Case, User] | None:
    """Return one of these cases with its account, both locked; None if it is none of these, or none of these any more.

    First the account, then the case: so nobody waits for the other.
    """
    of_account = cases.filter(pk=pk).values_list("user_id", flat=True).first()
    user = User.objects.select_for_update(no_key=True).filter(pk=of_account or 0).first()
    case = cases.select_for_update().filter(pk=pk).first()
    return (case, user) if case and user else None
