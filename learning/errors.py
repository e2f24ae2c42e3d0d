"""Errors of the record, each with the sentence that the learner reads."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class LearningError(Exception):
    """Something the record refuses. `code` is for programs, `message` for people."""

    code = "refused"
    message: str | Promise = _("This could not be recorded. Nothing was changed.")

    def __str__(self) -> str:
        return str(self.message)


class NotEnrolled(LearningError):
    """The person takes no part in this course."""

    code = "not_enrolled"
    message = _("You are not enrolled in this course. Enrol to keep your progress.")


class EnrolmentClosed(LearningError):
    """The course takes no new learners now: it has no published structure, or its run is not open."""

    code = "closed"
    message = _("This course does not take new learners now.")


class RunClosed(LearningError):
    """The run has ended, and its days of grace too."""

    code = "run_closed"
    message = _("This course has closed, and the days for sending work done offline are over.")


class StepUnknown(LearningError):
    """The step was never part of this course."""

    code = "unknown_step"
    message = _("This step is not part of the course.")


class StepNotSelfReported(LearningError):
    """The step is done by the server's own grading, never by a report."""

    code = "graded"
    message = _("An assessment is done by passing it, not by marking it.")


class AttemptsUsedUp(LearningError):
    """Every allowed attempt was submitted."""

    code = "attempts_used_up"
    message = _("You have used every attempt at this assessment. Your results are kept.")


class AlreadyPassed(LearningError):
    """The assessment was passed, and its key shown: another attempt would prove nothing."""

    code = "already_passed"
    message = _("You have passed this assessment. Your result is kept.")


class AssessmentUnavailable(LearningError):
    """The assessment cannot be opened, or has no questions."""

    code = "assessment_unavailable"
    message = _("This assessment cannot be opened now. What you did before is kept.")


class AttemptUnknown(LearningError):
    """There is no such attempt, or it is somebody else's."""

    code = "unknown_attempt"
    message = _("This attempt does not exist.")


class AttemptClosed(LearningError):
    """The attempt was submitted; it cannot change any more."""

    code = "attempt_closed"
    message = _("This assessment was already sent. Its result is kept.")


class AnswersMalformed(LearningError):
    """The answers name questions or options that are not in the paper."""

    code = "answers_malformed"
    message = _("These answers don’t belong to this paper. The answers you gave before are kept.")


class NotEligible(LearningError):
    """The course is not finished: no certificate."""

    code = "not_eligible"
    message = _("The course is not finished yet, so there is no certificate.")


class ReasonMissing(LearningError):
    """Staff gave no reason, or one that says nothing or too much."""

    code = "reason_missing"
    message = _("Say why, in 10 to 500 characters. The reason is kept in the audit trail.")


class OwnRecord(LearningError):
    """Staff may not certify themselves."""

    code = "own_record"
    message = _("This is your own record. A colleague has to do this for you. Nothing was changed.")


class NameMissing(LearningError):
    """The learner has given no name to print."""

    code = "name_missing"
    message = _("The learner has given no name to print. Ask them to write it in their account, then issue the certificate.")


class NameUnchanged(LearningError):
    """The corrected name is the one that is printed already."""

    code = "name_unchanged"
    message = _("This is the name that the certificate bears already. Nothing was changed.")


class NameUnprintable(LearningError):
    """No shipped font has all of the name. `characters` says what is missing."""

    code = "name_unprintable"
    message = _("No font of this site has these characters: %(characters)s. Nothing was changed.")

    def __init__(self, characters: str) -> None:
        super().__init__(characters)
        self.characters = characters

    def __str__(self) -> str:
        return str(self.message) % {"characters": " ".join(self.characters)}


class CredentialOver(LearningError):
    """The certificate was revoked or replaced before."""

    code = "credential_over"
    message = _("This certificate was revoked or replaced before. Nothing was changed.")
