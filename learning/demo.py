"""Demo records: someone in the middle of a course, and someone with a certificate."""

from __future__ import annotations

from django.db import transaction

from accounts import demo as accounts_demo
from accounts.models import User
from core.seeding import Report
from courses import demo as courses_demo
from courses.models import AssessmentPage
from learning.models import Credential, CredentialHolder, Enrolment
from learning.privacy import erase_certificates
from learning.services.enrol import enrol
from learning.services.mark_done import mark_done
from learning.services.start_attempt import start_attempt
from learning.services.submit_attempt import submit_attempt

STEPS_OF_THE_LEARNER = 6


def seed(report: Report) -> None:
    """Take the demo learners through their courses, once."""
    learner = accounts_demo.account(accounts_demo.LEARNER)
    graduate = accounts_demo.account(accounts_demo.GRADUATE)
    if not Enrolment.objects.filter(learner=learner).exists():
        _take(learner, courses_demo.FOUNDATIONS, STEPS_OF_THE_LEARNER)
        report(f"{learner.email} has done {STEPS_OF_THE_LEARNER} steps")
    if not Enrolment.objects.filter(learner=graduate).exists():
        _take(graduate, courses_demo.FIRST_ACCOUNT, None)
        CredentialHolder.objects.filter(learner=graduate).update(show_name=True)
        credential = Credential.objects.get(holder__learner=graduate)
        report(f"{graduate.email} has the certificate /credentials/{credential.pk}/")


def remove(report: Report) -> None:
    """Delete the certificates of the demo accounts, with their files; their enrolments go with the accounts."""
    for user in User.objects.filter(email__in=[demo.email for demo in accounts_demo.ACCOUNTS]).order_by("pk"):
        with transaction.atomic():
            keys = list(Credential.objects.filter(holder__learner=user).values_list("pk", flat=True))
            erase_certificates(user)
            Credential.objects.filter(pk__in=keys).delete()
        if keys:
            report(f"removed: the certificates of {user.email}")


def _take(learner: User, course: str, steps: int | None) -> None:
    key = courses_demo.course_key(course)
    enrolment = enrol(learner=learner, course_key=key, language="es")
    for step in enrolment.outline.document.steps[:steps]:
        if step.rule is None:
            mark_done(learner=learner, course_key=key, step_key=step.key)
            continue
        attempt = start_attempt(learner=learner, course_key=key, step_key=step.key, language="es")
        page = AssessmentPage.objects.filter(translation_key=step.key).order_by("pk")[0]
        answers = {
            block.id: [option.id for option in block.value["options"].bound_blocks if option.value["correct"]] for block in page.questions
        }
        submit_attempt(learner=learner, attempt_id=attempt.pk, answers=answers)
