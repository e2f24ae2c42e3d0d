"""Start an assessment, or resume the one that is open."""

from __future__ import annotations

import secrets
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.shown import shown
from courses.models import AssessmentPage, StepWaiver
from courses.outline import AssessmentRule
from learning import policies
from learning.errors import AlreadyPassed, AssessmentUnavailable, AttemptsUsedUp, RunClosed, StepUnknown
from learning.frozen_paper import to_json
from learning.models import Attempt, Enrolment
from learning.papers import freeze
from learning.services.advance import lock_enrolment
from learning.services.known_steps import known_steps


def start_attempt(*, learner: User, course_key: UUID, step_key: UUID, language: str) -> Attempt:
    """Return the open attempt, or a new one with a paper drawn now. Two tabs get the same one.

    Marks and the number of attempts are those of the learner's outline, whatever the page says meanwhile and in
    whichever language: what was agreed changes only by "Publish structure". The questions are the page's of today.

    Raises:
        NotEnrolled: the learner takes no part in the course.
        StepUnknown: the course has no such assessment.
        AlreadyPassed: the key of a passed attempt has been shown.
        AttemptsUsedUp: no attempt is left.
        RunClosed: the run has ended.
        AssessmentUnavailable: its page is not live, has no questions, or stands in another course now.
    """
    with transaction.atomic():
        enrolment = lock_enrolment(learner.pk, course_key)
        step = known_steps(enrolment=enrolment, keys={step_key}).get(step_key)
        if step is None or step.rule is None:
            raise StepUnknown
        attempts = list(Attempt.objects.filter(enrolment=enrolment, step_key=step_key).order_by("number"))
        if attempts and attempts[-1].submitted_at is None:
            return attempts[-1]
        _check_may_start(enrolment, attempts, step.rule)
        if step_key in StepWaiver.objects.steps_of(course_key):
            # Moved to another course it is live, but not here: a paper begun here would earn nothing that anybody asks for.
            raise AssessmentUnavailable
        pages = shown(AssessmentPage.objects.filter(translation_key=step_key)).select_related("locale").order_by("pk")
        asked = [page for page in pages if len(page.questions)]
        if not asked:
            raise AssessmentUnavailable
        paper = to_json(freeze(asked, step.rule, language, secrets.randbelow(2**31)))
        return Attempt.objects.create(enrolment=enrolment, step_key=step_key, number=len(attempts) + 1, paper=paper)


def _check_may_start(enrolment: Enrolment, attempts: list[Attempt], rule: AssessmentRule) -> None:
    if any(attempt.passed for attempt in attempts):
        raise AlreadyPassed
    if rule.attempts_allowed and len(attempts) >= rule.attempts_allowed:
        raise AttemptsUsedUp
    if not policies.takes_events(enrolment.run, timezone.now()):
        raise RunClosed
