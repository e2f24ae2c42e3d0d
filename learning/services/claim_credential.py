"""Claim the certificate of a finished course by giving the name to print."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.names import clean_printed_name
from learning.models import Credential
from learning.services.advance import lock_enrolment
from learning.services.award_credential import award_credential


def claim_credential(*, learner: User, course_key: UUID, printed_name: str) -> Credential | None:
    """Keep the name on the account and award the certificate; one that exists already keeps its name.

    Raises:
        ValidationError: the name can't be printed (accounts.names).
        NotEnrolled, NotEligible: there is nothing to claim.
    """
    name = clean_printed_name(printed_name)
    with transaction.atomic():
        enrolment = lock_enrolment(learner.pk, course_key)
        if learner.printed_name != name:
            learner.printed_name = name
            learner.save(update_fields=["printed_name"])
        return award_credential(enrolment_id=enrolment.pk)
