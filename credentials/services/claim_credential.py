"""Claim the certificate of a finished course by giving the name to print."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.models import User
from accounts.names import clean_printed_name
from credentials.models import Credential
from credentials.services.award_credential import award_credential
from learning.errors import NotEnrolled
from learning.models import Enrolment


def claim_credential(*, learner: User, course_key: UUID, printed_name: str) -> Credential | None:
    """Keep the name on the account and award the certificate; one that exists already keeps its name.

    Who has finished and then left may claim, too: leaving takes nothing back.

    Raises:
        ValidationError: the name can't be printed (accounts.names).
        NotEnrolled, NotEligible, AlreadyRevoked: there is nothing to claim. The name is not kept.
    """
    name = clean_printed_name(printed_name)
    with transaction.atomic():
        # The person first, then the enrolment: the order in which an account is erased.
        User.objects.filter(pk=learner.pk).update(printed_name=name)
        enrolments = Enrolment.objects.for_learner(learner).filter(course_key=course_key).select_for_update(of=("self",))
        enrolment = enrolments.order_by(F("completed_at").asc(nulls_last=True), "-pk").first()
        if enrolment is None:
            raise NotEnrolled
        credential = award_credential(enrolment_id=enrolment.pk)
    learner.printed_name = name
    return credential
