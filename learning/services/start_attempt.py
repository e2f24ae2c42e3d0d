"""Start an assessment, or resume the one that is open."""

from __future__ import annotations

import secrets
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses.models import AssessmentPage
from courses.outline import StepKind
from learning import policies
from learning.errors import AssessmentUnavailable, AttemptsUsedUp, RunClosed, StepUnknown
from learning.models import Attempt
from learning.papers import freeze
from learning.services.advance import lock_enrolment
from learning.services.step_kinds import kinds_of


def start_attempt(*, learner: User, course_key: UUID, step_key: UUID, language: str) -> Attempt:
    """Return the open attempt, or a new one with a paper drawn now. Two tabs get the same one.

    Raises:
        NotEnrolled: the learner takes no part in the course.
        StepUnknown: the course has no such assessment.
        RunClosed: the run has ended.
        AssessmentUnavailable: its page is not live in this course, or has no questions.
        AttemptsUsedUp: no attempt is left.
    """
    with transaction.atomic():
        enrolment = lock_enrolment(learner.pk, course_key)
        if kinds_of(enrolment, {step_key}).get(step_key) is not StepKind.ASSESSMENT:
            raise StepUnknown
        attempts = list(Attempt.objects.filter(enrolment=enrolment, step_key=step_key).order_by("number"))
        if attempts and attempts[-1].submitted_at is None:
            return attempts[-1]
        if not policies.takes_events(enrolment.run, timezone.now()):
            raise RunClosed
        pages = list(AssessmentPage.objects.live().filter(translation_key=step_key).select_related("locale").order_by("pk"))
        if not pages or not any(len(page.questions) for page in pages):
            raise AssessmentUnavailable
        paper = freeze([page for page in pages if len(page.questions)], language, secrets.randbelow(2**31))
        allowed = paper["rule"]["attempts_allowed"]
        if allowed and len(attempts) >= allowed:
            raise AttemptsUsedUp
        return Attempt.objects.create(enrolment=enrolment, step_key=step_key, number=len(attempts) + 1, paper=paper)
