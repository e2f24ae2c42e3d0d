"""Errors of the record, each with the sentence that the learner reads."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.errors import Refused


class NotEnrolled(Refused):
    """The person takes no part in this course."""

    code = "not_enrolled"
    message = _("You are not enrolled in this course. Enrol to keep your progress.")


class EnrolmentClosed(Refused):
    """The course takes no new learners now: it has no published structure, or its run is not open."""

    code = "closed"
    message = _("This course does not take new learners now.")


class RunClosed(Refused):
    """The run has ended, and its days of grace too."""

    code = "run_closed"
    message = _("This course has closed, and the days for sending work done offline are over.")


class StepUnknown(Refused):
    """The step was never part of this course."""

    code = "unknown_step"
    message = _("This step is not part of the course.")


class StepNotSelfReported(Refused):
    """The step is done by the server's own grading, never by a report."""

    code = "graded"
    message = _("An assessment is done by passing it, not by marking it.")


class AttemptsUsedUp(Refused):
    """Every allowed attempt was submitted."""

    code = "attempts_used_up"
    message = _("You have used every attempt at this assessment. Your results are kept.")


class AlreadyPassed(Refused):
    """The assessment was passed, and its key shown: another attempt would prove nothing."""

    code = "already_passed"
    message = _("You have passed this assessment. Your result is kept.")


class AssessmentUnavailable(Refused):
    """The assessment cannot be opened, or has no questions."""

    code = "assessment_unavailable"
    message = _("This assessment cannot be opened now. What you did before is kept.")


class AttemptUnknown(Refused):
    """There is no such attempt, or it is somebody else's."""

    code = "unknown_attempt"
    message = _("This attempt does not exist.")


class AttemptClosed(Refused):
    """The attempt was submitted; it cannot change any more."""

    code = "attempt_closed"
    message = _("This assessment was already sent. Its result is kept.")


class AnswersChanged(Refused):
    """The answers are others than those that were looked through."""

    code = "answers_changed"
    message = _("Your answers may have changed since you looked at them. Look again before you send them.")


class AnswersMalformed(Refused):
    """The answers name questions or options that are not in the paper."""

    code = "answers_malformed"
    message = _("These answers don’t belong to this paper. The answers you gave before are kept.")
