"""What the record holds about a person: enrolments and attempts. Both are deleted with the account."""

from __future__ import annotations

from accounts.models import User
from accounts.privacy import Rows, declare, rows
from learning.models import Attempt, Enrolment, HeldAnswers
from learning.services.subtract_progress import subtract_progress


def declare_personal_data() -> None:
    """Declare the models of this floor. Called from `ready()`."""
    declare(
        "learning.Enrolment",
        reason="Which courses, in which language, and which steps are done. Deleted.",
        export=_enrolments,
        lock=_lock_enrolments,
    )
    declare(
        "learning.Attempt",
        reason="The paper of an assessment, the answers and the result. Deleted with the enrolment.",
        export=_attempts,
        erase=_erase_enrolments,
    )
    declare(
        "learning.HeldAnswers",
        reason="Answers sent after a session had ended: for a day, until their learner is back. Deleted with the attempt.",
        export=_held_answers,
    )


def _enrolments(user: User) -> Rows:
    """Return enrolments with the steps done by their keys: bits say nothing without the outline."""
    found: Rows = []
    for enrolment in Enrolment.objects.for_learner(user):
        steps = enrolment.document.steps
        found.append(
            {
                "course_key": enrolment.course_key,
                "language": enrolment.language,
                "state": enrolment.state,
                "enrolled_on": enrolment.enrolled_on,
                "completed_at": enrolment.completed_at,
                "resume_step": enrolment.resume_step,
                "resume_at": enrolment.resume_at,
                "steps_done": [step.key for step in steps if enrolment.done_bits >> step.slot & 1],
                "outline_version": enrolment.document.version,
            }
        )
    return found


def _attempts(user: User) -> Rows:
    """Return attempts with the answers given. Not the paper: it holds the key, for which others still learn."""
    attempts = Attempt.objects.filter(enrolment__learner=user).order_by("pk")
    fields = ("enrolment__course_key", "step_key", "number", "answers", "score", "passed", "started_at", "submitted_at")
    return rows(attempts, *fields)


def _held_answers(user: User) -> Rows:
    return rows(HeldAnswers.objects.filter(attempt__enrolment__learner=user).order_by("pk"), "attempt_id", "answers", "held_at")


def _lock_enrolments(user: User) -> None:
    """Wait for whoever is writing to these enrolments, so that no certificate is awarded while they are erased."""
    list(Enrolment.objects.for_learner(user).select_for_update().order_by("pk").values_list("pk"))


def _erase_enrolments(user: User) -> None:
    """Delete enrolments, and take their steps out of the counts: not by signal, which a cascade from the user would send twice."""
    enrolments = Enrolment.objects.for_learner(user).order_by("pk")
    for enrolment in enrolments:
        subtract_progress(enrolment=enrolment)
    enrolments.delete()
