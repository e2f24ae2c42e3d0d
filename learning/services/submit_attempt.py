"""Submit an attempt: grade it on the server, and set the step's bit when it is passed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses.models import StepSlot
from learning.errors import AnswersChanged
from learning.frozen_paper import from_json
from learning.grading import Answers, grade
from learning.models import Attempt
from learning.papers import clean_answers
from learning.services.advance import advance
from learning.services.save_answers import lock_attempt


def digest_of(answers: Answers) -> str:
    """Return what answers are at this moment, in a word."""
    return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()


def submit_attempt(*, learner: User, attempt_id: int, answers: Any = None, seen: str | None = None) -> Attempt:
    """Grade an attempt with the answers kept so far and those given now. Sending twice gives the same result.

    An assessment that was begun can always be sent, also after leaving the course or the end of the run.

    Raises:
        AttemptUnknown: there is no such attempt of this learner.
        AnswersChanged: the answers kept are not those that `seen` is the digest of (`digest_of`); nothing is changed.
        AnswersMalformed: the answers don't fit the paper; nothing is changed.
        VersionUnknown: this release cannot read the paper; nothing is changed.
    """
    with transaction.atomic():
        attempt = lock_attempt(learner, attempt_id)
        if attempt.submitted_at is not None:
            return attempt
        if seen is not None and seen != digest_of(attempt.answers):
            raise AnswersChanged
        paper = from_json(attempt.paper)
        if answers is not None:
            attempt.answers = attempt.answers | clean_answers(paper, answers)
        result = grade(paper, attempt.answers)
        attempt.score, attempt.passed, attempt.submitted_at = result.score, result.passed, timezone.now()
        attempt.save(update_fields=["answers", "score", "passed", "submitted_at"])
        enrolment = attempt.enrolment
        if result.passed:
            slot = StepSlot.objects.get(course_key=enrolment.course_key, step_key=attempt.step_key).slot
            advance(enrolment, 1 << slot)
    return attempt
