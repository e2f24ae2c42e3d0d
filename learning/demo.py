"""Demo records: someone in the middle of a course."""

from __future__ import annotations

from accounts import demo as accounts_demo
from accounts.models import User
from core.seeding import Report
from courses import demo as courses_demo
from courses.models import AssessmentPage
from learning.models import Enrolment
from learning.services.enrol import enrol
from learning.services.mark_done import mark_done
from learning.services.start_attempt import start_attempt
from learning.services.submit_attempt import submit_attempt

STEPS_OF_THE_LEARNER = 6


def seed(report: Report) -> None:
    """Take the demo learner through a part of a course, once."""
    learner = accounts_demo.account(accounts_demo.LEARNER)
    if not Enrolment.objects.filter(learner=learner).exists():
        take_lessons(learner, courses_demo.FOUNDATIONS, STEPS_OF_THE_LEARNER)
        report(f"{learner.email} has done {STEPS_OF_THE_LEARNER} steps")


def remove(report: Report) -> None:
    """Take nothing out here: enrolments go with the demo accounts."""


def take_lessons(learner: User, course: str, steps: int | None) -> None:
    """Take somebody through the first steps of a demo course; through all of it where no number is given."""
    key = courses_demo.course_key(course)
    enrolment = enrol(learner=learner, course_key=key, language="es")
    for step in enrolment.document.steps[:steps]:
        if step.rule is None:
            mark_done(learner=learner, course_key=key, step_key=step.key)
            continue
        attempt = start_attempt(learner=learner, course_key=key, step_key=step.key, language="es")
        page = AssessmentPage.objects.filter(translation_key=step.key).order_by("pk")[0]
        answers = {
            block.id: [option.id for option in block.value["options"].bound_blocks if option.value["correct"]] for block in page.questions
        }
        submit_attempt(learner=learner, attempt_id=attempt.pk, answers=answers)
