"""Demo certificates: valid, replaced and revoked."""

from __future__ import annotations

from django.db import transaction

from accounts import demo as accounts_demo
from accounts.models import User
from accounts.roles import CERTIFICATE_ADMINISTRATOR
from core.seeding import Report
from courses import demo as courses_demo
from credentials.models import Credential, CredentialHolder
from credentials.personal_data import erase_certificates
from credentials.services.issue_by_hand import issue_by_hand
from credentials.services.replace_credential import replace_credential
from credentials.services.revoke_credential import revoke_credential
from learning.demo import take_lessons
from learning.models import Enrolment

RIGHT_NAME = "Beatriz Monteiro"


def seed(report: Report) -> None:
    """Take the demo graduates through their course, once."""
    graduate = accounts_demo.account(accounts_demo.GRADUATE)
    if not Enrolment.objects.filter(learner=graduate).exists():
        take_lessons(graduate, courses_demo.FIRST_ACCOUNT, None)
        CredentialHolder.objects.filter(learner=graduate).update(show_name=True)
        credential = Credential.objects.get(holder__learner=graduate)
        report(f"{graduate.email} has the certificate /credentials/{credential.pk}/")
    actor = next(accounts_demo.account(demo) for demo in accounts_demo.STAFF if demo.role is CERTIFICATE_ADMINISTRATOR)
    _seed_replaced(actor, report)
    _seed_revoked(actor, report)


@transaction.atomic
def _seed_replaced(actor: User, report: Report) -> None:
    """A name with a wrong letter, and the certificate that took its place."""
    learner = accounts_demo.account(accounts_demo.RENAMED)
    if Enrolment.objects.filter(learner=learner).exists():
        return
    take_lessons(learner, courses_demo.FIRST_ACCOUNT, None)
    CredentialHolder.objects.filter(learner=learner).update(show_name=True)
    old = Credential.objects.get(holder__learner=learner)
    reason = "The first name was printed with a wrong letter; its holder wrote to us."
    replace_credential(actor=actor, credential_id=old.pk, printed_name=RIGHT_NAME, reason=reason)
    report(f"{learner.email} had the certificate /credentials/{old.pk}/, which was replaced")


@transaction.atomic
def _seed_revoked(actor: User, report: Report) -> None:
    """A certificate that was issued by hand, and revoked when that turned out to be wrong."""
    learner = accounts_demo.account(accounts_demo.REVOKED)
    if Enrolment.objects.filter(learner=learner).exists():
        return
    take_lessons(learner, courses_demo.FIRST_ACCOUNT, 1)
    enrolment = Enrolment.objects.get(learner=learner)
    reason = "Taken in the classroom in March; the list of the trainer was entered."
    credential = issue_by_hand(actor=actor, enrolment_id=enrolment.pk, reason=reason, override=True)
    reason = "The trainer’s list named another person of the same name; entered by mistake."
    revoke_credential(actor=actor, credential_id=credential.pk, reason=reason, public_reason=Credential.PublicReason.ERROR)
    report(f"{learner.email} had the certificate /credentials/{credential.pk}/, which was revoked")


def remove(report: Report) -> None:
    """Delete the certificates of the demo accounts, with their files; their enrolments go with the accounts.

    The audit trail stays: nobody can take anything out of it, and it names nobody who is gone.
    """
    for user in User.objects.filter(email__in=[demo.email for demo in accounts_demo.ACCOUNTS]).order_by("pk"):
        with transaction.atomic():
            # Demonstrations only: the database lets nobody delete another. What was replaced goes before its replacement.
            mine = Credential.objects.filter(holder__learner=user, snapshot__demo=True).order_by("issued_at")
            keys = list(mine.values_list("pk", flat=True))
            erase_certificates(user)
            for key in keys:
                Credential.objects.filter(pk=key).delete()
        if keys:
            report(f"removed: the certificates of {user.email}")
