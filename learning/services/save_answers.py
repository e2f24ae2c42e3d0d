"""Keep answers as they are given."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User
from learning.errors import AttemptClosed, AttemptUnknown
from learning.frozen_paper import from_json
from learning.models import Attempt, Enrolment
from learning.papers import clean_answers


def lock_attempt(learner: User, attempt_id: int) -> Attempt:
    """Return an attempt of this learner, locked after its enrolment. Call inside a transaction.

    Raises:
        AttemptUnknown: there is none, or it is somebody else's.
    """
    enrolment = Enrolment.objects.for_learner(learner).filter(attempts__pk=attempt_id).lock_first()
    if enrolment is None:
        raise AttemptUnknown
    attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
    attempt.enrolment = enrolment
    return attempt


def save_answers(*, learner: User, attempt_id: int, answers: Any) -> Attempt:
    """Put answers into an open attempt; questions that are not named keep theirs.

    Args:
        answers: option ids by question id; not trusted.

    Raises:
        AttemptUnknown, AttemptClosed: there is no open attempt of this learner with that number.
        AnswersMalformed: the answers don't fit the paper; nothing is changed.
        VersionUnknown: this release cannot read the paper; nothing is changed.
    """
    with transaction.atomic():
        attempt = lock_attempt(learner, attempt_id)
        if attempt.submitted_at is not None:
            raise AttemptClosed
        attempt.answers = attempt.answers | clean_answers(from_json(attempt.paper), answers)
        attempt.save(update_fields=["answers"])
    return attempt
